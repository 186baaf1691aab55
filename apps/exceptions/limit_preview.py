"""What other limits would do, before they are set: judged as ever, with nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any

from django.utils import timezone

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.exceptions.definition import Finding, Impact, Severity, detectors
from apps.exceptions.evaluate import BATCH, subjects_within
from apps.exceptions.limits import Kind, Place, Rule, Ruling, rule_of, ruling_of
from apps.exceptions.models import Case
from apps.exceptions.score import score
from controltower.lib.scope import Scope, Slice

SECONDS = 3.0
MOST_CASES = 5000


@dataclass(frozen=True)
class Preview:
    """How many cases would open, close, or change their severity. ``whole`` is false where time ran out after
    ``looked_at`` things.
    """

    opens: int = 0
    closes: int = 0
    rises: int = 0
    falls: int = 0
    looked_at: int = 0
    whole: bool = True

    @property
    def is_nothing(self) -> bool:
        return not (self.opens or self.closes or self.rises or self.falls)


def preview(
    rule: Rule,
    place: Place,
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime | None = None,
    seconds: float = SECONDS,
) -> Preview | None:
    """What would change if exactly these were the place's own. Reads for a few seconds at most.

    Whoever may not set them there learns nothing of the place: raises PermissionDenied, and LimitError. Null for what
    only an action asks for, and for a product's own weights, since a case does not keep its product.
    """
    require(by, Permission.SET_LIMITS, within=Slice(place.company, place.plant))
    changed = ruling_of(rule).as_if(rule.key, place, values)
    if rule.kind == Kind.DETECTOR:
        return _judged(rule, changed, place, now or timezone.now(), monotonic() + seconds)
    return _scored(changed, place) if rule.kind == Kind.SCORE and place.product is None else None


def _judged(rule: Rule, changed: Ruling, place: Place, now: datetime, until: float) -> Preview:
    """Every subject there, judged by both; one that is held by a case counts as one that is open."""
    detector, ruling = detectors[rule.key], ruling_of(rule_of(rule.key))
    subjects = sorted(subjects_within(detector, Scope.of([(place.company, place.plant)])))
    counted: Counter[tuple[bool, bool]] = Counter()
    looked_at = 0
    for start in range(0, len(subjects), BATCH):
        if monotonic() > until:
            break
        batch = subjects[start : start + BATCH]
        counted.update(_verdicts(detector(), batch, ruling, changed, now))
        looked_at += len(batch)
    whole = looked_at == len(subjects)
    return Preview(counted[False, True], counted[True, False], looked_at=looked_at, whole=whole)


def _verdicts(
    member: Any, subjects: list[str], ruling: Ruling, changed: Ruling, now: datetime
) -> Iterator[tuple[bool, bool]]:
    """Whether each is found today, and whether it would be."""
    for facts in member.facts(member.candidates(Scope.everything(), subjects), now):
        today, then = ruling.of(facts.subject).values, changed.of(facts.subject).values
        found = isinstance(member.judge(facts, today, now), Finding)
        yield found, found if today == then else isinstance(member.judge(facts, then, now), Finding)


def _scored(changed: Ruling, place: Place) -> Preview:
    """Live cases there, scored again from what they keep."""
    cases = Case.objects.live().within(Scope.of([(place.company, place.plant)])).order_by("-score", "-pk")
    rows = list(cases.only("detector", "severity", "score_terms", "company", "plant")[: MOST_CASES + 1])
    moves = Counter(_move(case, changed) for case in rows[:MOST_CASES])
    return Preview(rises=moves[1], falls=moves[-1], looked_at=len(rows[:MOST_CASES]), whole=len(rows) <= MOST_CASES)


def _move(case: Case, changed: Ruling) -> int:
    """1 when it would be more severe, -1 when less, 0 when neither."""
    ranks: list[Any] = [one.value for one in Severity]
    if case.detector not in detectors or not case.score_terms.get("terms"):
        return 0
    values = changed.at(Place(case.company_id, case.plant_id)).values
    points, _terms = score(_impact(case.score_terms["terms"]), detectors[case.detector].least, values)
    difference = ranks.index(case.severity) - ranks.index(Severity.of_score(points).value)
    return (difference > 0) - (difference < 0)


def _impact(terms: Iterable[Mapping[str, str]]) -> Impact:
    """What the score was made of, from the terms that a case keeps."""
    given = {one["key"]: one["input"] for one in terms}
    customers, _sign, importance = given["customers"].partition(" × ")
    return replace(
        Impact(),
        money=Decimal(given["money"]),
        delay_days=int(given["delay"]),
        customers=tuple(range(int(customers))),
        importance=Decimal(importance),
        control=given["control"] == "1",
    )
