"""What other approval limits would have asked of the requests of the last weeks, before they are set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.utils import timezone

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.actions.definition import Action, CannotPlanError, actions
from apps.actions.models import Request, RequestState
from apps.actions.stumble import minding
from apps.exceptions.limits import Place, Rule, Ruling, ruling_of, supposing
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.base import Mirror, mirrors

SECONDS = 3.0
LOOKED_BACK = timedelta(days=30)
MOST = 1000


@dataclass(frozen=True)
class Approvals:
    """Of the requests of the last 30 days, how many more and how many fewer would need a second person.

    ``waiting_more`` and ``waiting_fewer`` are those among them that still wait: limits that change leave them alone.
    Everything is judged by what its document says today; ``unknown`` are those whose document says nothing any more.
    ``whole`` is false where time ran out after ``looked_at``.
    """

    more: int = 0
    fewer: int = 0
    waiting_more: int = 0
    waiting_fewer: int = 0
    unknown: int = 0
    looked_at: int = 0
    whole: bool = True


def approvals_if(
    rule: Rule,
    place: Place,
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
    seconds: float = SECONDS,
) -> Approvals:
    """What would be if exactly these were the place's own. Reads for a few seconds at most.

    Raises LimitError, and PermissionDenied for who may not set them there.
    """
    require(by, Permission.SET_LIMITS, within=Slice(place.company, place.plant))
    today, then = ruling_of(rule), ruling_of(rule).as_if(rule.key, place, values)
    until = monotonic() + seconds
    asked = Request.objects.within(Scope.of([(place.company, place.plant)])).filter(undoes=None)
    rows = asked.filter(requested_at__gte=(now or timezone.now()) - LOOKED_BACK).order_by("-requested_at")
    counted: Counter[str] = Counter()
    found = list(rows[: MOST + 1])
    for request in found[:MOST]:
        if monotonic() > until:
            break
        counted["looked_at"] += 1
        counted.update(_difference(rule, request, today, then))
    return Approvals(**counted, whole=counted["looked_at"] == len(found))


def _difference(rule: Rule, request: Request, today: Ruling, then: Ruling) -> list[str]:
    """What to count of one request."""
    found = [_needs(rule, request, ruling) for ruling in (today, then)]
    if None in found:
        return ["unknown"]
    if found[0] == found[1]:
        return []
    word = "more" if found[1] else "fewer"
    return [word, f"waiting_{word}"] if request.state == RequestState.WAITING else [word]


def _needs(rule: Rule, request: Request, ruling: Ruling) -> bool | None:
    """Whether it needs a second person by these limits; null where that can no longer be told."""
    if request.action not in actions or request.subject_model not in mirrors:
        return None
    subject = mirrors[request.subject_model].objects.filter(pk=request.subject_id).first()
    if subject is None:
        return None
    action = actions[request.action]()
    try:
        with minding(action, subject.key, subject.pk), supposing(rule, ruling):
            return _asks(action, subject, request)
    except CannotPlanError:
        return None


def _asks(action: Action[Any], subject: Mirror, request: Request) -> bool | None:
    """Null for an answer that an older form has given, which may lack what is asked for today."""
    try:
        return action.approver(subject, request.answer) is not None
    except (KeyError, ValueError):
        return None
