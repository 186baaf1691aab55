"""What can go wrong when something is recorded or checked."""


class SecretRefusedError(ValueError):
    """A detail is named like a secret; the trail is read by many and kept forever, so it may not hold one."""


class UnstorableDetailError(TypeError):
    """A detail has no plain form; pass a key, a text, a number or a date."""
