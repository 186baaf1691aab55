"""What can go wrong with a case, and with the limits that make one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from apps.exceptions.models import Case


class CaseError(Exception):
    """A verb on a case was refused; the message is for the person who asked."""


class StaleCaseError(CaseError):
    """Someone or something was faster: ``case`` is how it is now."""

    def __init__(self, case: Case) -> None:
        state = case.get_state_display()
        super().__init__(_("This case has changed meanwhile and is now “%(state)s”.") % {"state": state})
        self.case = case


class CannotAssignError(CaseError):
    """The person may not see the case."""


class SnoozeError(CaseError):
    """A snooze must end, later than now and within a quarter of a year."""


class EmptyTextError(CaseError):
    """A note or a reason says nothing, or too much."""


class LimitError(Exception):
    """A limit cannot be set so; the message says what to write instead."""


class LimitChangedError(LimitError):
    """Somebody else has changed the limits since they were looked at."""


class MachineError(Exception):
    """Equipment cannot be tied so; the message says why and what to do."""
