"""What can go wrong with people and their grants."""


class GrantRefusedError(ValueError):
    """This grant is not possible; the message says why."""
