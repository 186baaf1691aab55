"""What the console refuses, in words for the person who asked."""


class RefusedError(Exception):
    """It cannot be done now; the message says why and what to do."""
