"""What can go wrong when a request is made or decided, before anything is sent."""

from __future__ import annotations

from apps.actions.models import Request


class RequestError(Exception):
    """The verb is refused; the message says why and what to do."""


class AlreadyRequestedError(RequestError):
    """The same action is already under way for this record; ``existing`` is that request."""

    def __init__(self, message: str, existing: Request) -> None:
        super().__init__(message)
        self.existing = existing


class PlanChangedError(RequestError):
    """The plan is no longer the one that was looked at."""


class StaleRequestError(RequestError):
    """The request has moved on since the page was loaded."""


class OwnRequestError(RequestError):
    """Nobody decides on their own request."""


class NotTheApproverError(RequestError):
    """The request needs a role that this person does not hold there."""


class TooLateError(RequestError):
    """The time to decide has passed."""


class ReasonMissingError(RequestError):
    """A refusal needs a reason."""


class CannotUndoError(RequestError):
    """The effect of this request cannot be taken back."""
