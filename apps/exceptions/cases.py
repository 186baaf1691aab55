"""What people do with a case: lock, require, change, record, announce."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import may, require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.audit.record import record
from apps.exceptions.errors import CannotAssignError, EmptyTextError, SnoozeError, StaleCaseError
from apps.exceptions.lifecycle import CaseState, lifecycle
from apps.exceptions.models import Case, CaseEvent
from apps.exceptions.stream import announce
from apps.notifications.messages import tell

LONGEST_SNOOZE = timedelta(days=92)
LONGEST_NOTE = 2000
LONGEST_REASON = 512
WRITTEN = (
    "state",
    "state_at",
    "owner",
    "snoozed_until",
    "acknowledged_at",
    "ended_at",
    "ending",
    "clear_since",
    "version",
)


@transaction.atomic
def acknowledge(case: Case, *, by: User, version: int) -> Case:
    """Say that somebody has seen it and takes it on; an unowned case becomes theirs. A snoozed case wakes."""
    case = _taken(case, by, version)
    _move(case, "acknowledge")
    case.acknowledged_at = case.acknowledged_at or case.state_at
    case.owner = case.owner or by
    case.snoozed_until = None
    return _done(case, by, "case.acknowledged")


@transaction.atomic
def assign(case: Case, *, to: User, by: User, version: int) -> Case:
    """Give a case an owner. Raises CannotAssignError for someone who may not see it."""
    case = _taken(case, by, version)
    if not may(to, Permission.SEE_CASES, case):
        raise CannotAssignError(_("%s may not see this case, so it cannot be given to them.") % to.shown_name)
    case.owner = to
    _done(case, by, "case.assigned", to=to.pk, to_name=to.shown_name)
    if to != by:
        tell(to, "case.assigned", about=case, text=_("Yours now: %s") % case.summary, url=address(case))
    return case


@transaction.atomic
def unassign(case: Case, *, by: User, version: int) -> Case:
    """Leave a case without an owner."""
    case = _taken(case, by, version)
    former, case.owner = case.owner, None
    return _done(case, by, "case.unassigned", owner=former.pk if former else None)


@transaction.atomic
def start(case: Case, *, by: User, version: int) -> Case:
    """Say that work on it is under way; an unowned case becomes theirs."""
    case = _taken(case, by, version)
    _move(case, "start")
    case.acknowledged_at = case.acknowledged_at or case.state_at
    case.owner = case.owner or by
    return _done(case, by, "case.started")


@transaction.atomic
def snooze(case: Case, *, until: datetime, by: User, version: int) -> Case:
    """Put a case aside until a moment, or until it gets worse. Raises SnoozeError for a past or far moment."""
    case = _taken(case, by, version)
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise SnoozeError(_("Choose a moment later than now and within three months."))
    _move(case, "snooze")
    case.snoozed_until = until
    return _done(case, by, "case.snoozed", until=until.isoformat())


@transaction.atomic
def wake(case: Case, *, by: User, version: int) -> Case:
    """Bring a snoozed case back before its time."""
    case = _taken(case, by, version)
    _move(case, "wake")
    case.snoozed_until = None
    return _done(case, by, "case.woken", why="asked")


@transaction.atomic
def note(case: Case, *, text: str, by: User, version: int) -> Case:
    """Write something down on the timeline, also of an ended case. Raises EmptyTextError."""
    case = _taken(case, by, version)
    return _done(case, by, "case.noted", text=_said(text, LONGEST_NOTE))


@transaction.atomic
def close(case: Case, *, reason: str, by: User, version: int) -> Case:
    """End a case although Odoo still has the condition, with a reason. It comes back only if it gets worse, or if the
    condition goes and returns. Raises EmptyTextError.
    """
    case = _taken(case, by, version)
    case.ending = _said(reason, LONGEST_REASON)
    _move(case, "close")
    case.ended_at, case.snoozed_until, case.clear_since = case.state_at, None, None
    return _done(case, by, "case.closed", reason=case.ending)


def wake_due(*, now: datetime | None = None) -> int:
    """Wake every case whose snooze has ended; returns how many. One transaction a case holds up no click."""
    due = Case.objects.filter(state=CaseState.SNOOZED, snoozed_until__lte=now or timezone.now())
    return sum(_wake_if_due(key, now or timezone.now()) for key in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _wake_if_due(key: int, now: datetime) -> bool:
    case = Case.objects.select_for_update().get(pk=key)
    if case.state != CaseState.SNOOZED or case.snoozed_until is None or case.snoozed_until > now:
        return False
    _move(case, "wake", now)
    case.snoozed_until = None
    _done(case, None, "case.woken", why="due")
    if case.owner is not None:
        tell(case.owner, "case.woken", about=case, text=_("Back from snooze: %s") % case.summary, url=address(case))
    return True


def address(case: Case) -> str:
    """Where the case is shown."""
    return reverse("exceptions:case", args=[case.pk])


def _taken(case: Case, by: User, version: int) -> Case:
    """The case as it is now, locked, if this person may work on it and has seen it so. Raises StaleCaseError."""
    current = Case.objects.select_for_update().get(pk=case.pk)
    require(by, Permission.WORK_CASES, within=current)
    if current.version != version:
        raise StaleCaseError(current)
    return current


def _move(case: Case, verb: str, now: datetime | None = None) -> None:
    case.state = lifecycle.after(case.state, verb)
    case.state_at = now or timezone.now()


def _done(case: Case, by: User | None, verb: str, **details: Any) -> Case:
    case.version += 1
    case.save(update_fields=WRITTEN)
    CaseEvent.objects.create(case=case, by=by, verb=verb, details=details)
    record(by, verb, case, **details)
    announce(case)
    return case


def _said(text: str, longest: int) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise EmptyTextError(_("Write a few words."))
    if len(said) > longest:
        raise EmptyTextError(_("That is too long: %d characters at most.") % longest)
    return said
