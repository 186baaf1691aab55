"""What can go wrong when people decide who is told, and when they are told by mail."""


class EscalationError(Exception):
    """An escalation path that makes no sense; its text says what to do."""


class EscalationChangedError(EscalationError):
    """Somebody else has changed the path since it was read."""


class MailServerError(Exception):
    """No mail can leave now; its text says why, for administrators."""


class MailDelayedError(Exception):
    """This mail is wanted later, such as for a full mailbox; others may leave. Its text says why."""


class MailRefusedError(Exception):
    """This mail will never be taken; its text says why, for administrators."""
