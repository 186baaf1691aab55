"""What nobody acts on goes to the next contact: cases that wait to be acknowledged, requests that wait for a decision.

Each contact is told once for each time that a thing waits. A case that comes back waits anew; acknowledging, snoozing
or ending it, and deciding a request, stop it: the contacts that were to follow hear nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.actions.authority import may_decide
from apps.actions.models import Request, RequestState
from apps.audit.record import record
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case, CaseEvent
from apps.exceptions.stream import announce
from apps.notifications.escalation import read_escalations
from apps.notifications.messages import tell
from apps.notifications.models import Escalation, Occasion
from controltower.lib.numbers import whole


@dataclass(frozen=True)
class Step:
    """One contact whose turn it is for one thing that has waited since a moment."""

    key: str
    user: User
    since: datetime
    waited: timedelta


def escalate(now: datetime | None = None) -> int:
    """Tell everyone whose turn has come; returns how many were told. One transaction each holds up no click."""
    now = now or timezone.now()
    told = sum(_escalate_case(step) for step in _due(Occasion.CASE, _waiting_cases, now))
    return told + sum(_escalate_request(step) for step in _due(Occasion.APPROVAL, _waiting_requests, now))


class Waiting(NamedTuple):
    """What waits, where and since when; ``helps`` says of a person whether they could end that."""

    key: str
    domain: str
    company: int | None
    plant: int | None
    since: datetime
    helps: Callable[[User], bool] = lambda user: True


def _waiting_cases(now: datetime) -> list[Waiting]:
    rows = Case.objects.filter(state=CaseState.OPEN, state_at__lte=now).order_by("pk")
    values = rows.values_list("pk", "domain", "company_id", "plant_id", "state_at")
    return [Waiting(str(key), domain, company, plant, since) for key, domain, company, plant, since in values]


def _waiting_requests(now: datetime) -> list[Waiting]:
    """Requests still to be decided; the domain is that of the case they help."""
    rows = Request.objects.filter(state=RequestState.WAITING, decide_by__gt=now).order_by("requested_at")
    helped = {str(key) for key in rows.filter(about_type="case").values_list("about_key", flat=True)}
    domains = dict(
        Case.objects.filter(pk__in=[key for key in map(whole, helped) if key is not None]).values_list("pk", "domain")
    )
    return [
        Waiting(
            str(one.pk), domains.get(whole(one.about_key) or 0, ""),
            one.company_id, one.plant_id, one.requested_at, partial(may_decide, request=one),
        )
        for one in rows
    ]  # fmt: skip


def _due(occasion: Occasion, read: Callable[[datetime], list[Waiting]], now: datetime) -> Iterator[Step]:
    """Whose turn it is and who has not been told, the longest waiting thing first."""
    escalations = read_escalations(occasion)
    if not escalations.paths:
        return
    waiting = read(now)
    keys = [one.key for one in waiting]
    known = Escalation.objects.filter(occasion=occasion, about_key__in=keys)
    told = set(known.values_list("about_key", "user_id", "since"))
    for key, domain, company, plant, since, helps in sorted(waiting, key=lambda one: one.since):
        for one in escalations.at(domain, company, plant, helps):
            if one.turn(since) <= now and (key, one.user.pk, since) not in told:
                yield Step(key, one.user, since, now - since)


@transaction.atomic
def _escalate_case(step: Step) -> bool:
    """Under the case's lock: whoever has acknowledged it by now has stopped this."""
    case = Case.objects.select_for_update().get(pk=step.key)
    if case.state != CaseState.OPEN or case.state_at != step.since or not _is_first(Occasion.CASE, step):
        return False
    details = _details(step)
    _note(case, "case.escalated", details)
    record(None, "case.escalated", case, **details)
    text = _("Nobody has acknowledged it for %(time)s: %(what)s") % {"time": spoken(step.waited), "what": case.summary}
    tell(step.user, "case.escalated", about=case, text=text, url=reverse("exceptions:case", args=[case.pk]))
    return True


@transaction.atomic
def _escalate_request(step: Step) -> bool:
    """Under the request's lock. Its requester is not told: they cannot decide it and know that it waits."""
    request = Request.objects.select_for_update().get(pk=step.key)
    if request.state != RequestState.WAITING or request.requested_by_id == step.user.pk:
        return False
    if not _is_first(Occasion.APPROVAL, step):
        return False
    details = _details(step)
    if request.about_type == "case" and (key := whole(request.about_key)) is not None:
        case = Case.objects.select_for_update().filter(pk=key).first()
        if case is not None:
            _note(case, "request.escalated", {**details, "request": str(request.pk), "effect": request.effect})
    record(None, "request.escalated", request, effect=request.effect, **details)
    text = _("Nobody has decided for %(time)s: %(what)s") % {"time": spoken(step.waited), "what": request.effect}
    tell(step.user, "request.escalated", about=request, text=text, url=request.get_absolute_url())
    return True


def _is_first(occasion: Occasion, step: Step) -> bool:
    """Keep that this person has been told; false where somebody else was faster."""
    _one, made = Escalation.objects.get_or_create(
        occasion=occasion, about_key=step.key, user=step.user, since=step.since
    )
    return made


def _note(case: Case, verb: str, details: dict[str, Any]) -> None:
    case.version += 1
    case.save(update_fields=["version"])
    CaseEvent.objects.create(case=case, verb=verb, details=details)
    announce(case)


def _details(step: Step) -> dict[str, Any]:
    return {"to": step.user.pk, "to_name": step.user.shown_name, "waited": spoken(step.waited)}


def spoken(span: timedelta) -> str:
    """A time span in its greatest whole unit."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    if minutes < 48 * 60:
        return ngettext("%d hour", "%d hours", minutes // 60) % (minutes // 60)
    return ngettext("%d day", "%d days", minutes // 1440) % (minutes // 1440)
