"""What can go wrong when people decide who is told, and when they are told by mail."""


class EscalationError(Exception):
    """An escalation path that makes no sense; its text says what to do."""


class EscalationChangedError(EscalationError):
    """Somebody else has changed the path since it was read."""


class MailServerError(Exception):
    """No mail can leave now, or this one is wanted later; its text says why, for administrators."""


class MailRefusedError(Exception):
    """This mail will never be taken; its text says why, for administrators."""
