"""What can go wrong when people decide who is told."""


class EscalationError(Exception):
    """An escalation path that makes no sense; its text says what to do."""


class EscalationChangedError(EscalationError):
    """Somebody else has changed the path since it was read."""
