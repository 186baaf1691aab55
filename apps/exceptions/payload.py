"""A finding as the columns of a case: plain JSON, the same for the same finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from apps.exceptions.definition import Detector, Evidence, Finding, Link, Running, Severity
from apps.exceptions.limits import InForce
from apps.exceptions.score import DEFAULT, score
from apps.exceptions.weights import RULE as SCORE

LONGEST = 512
VISIBLE = (
    "company_id",
    "plant_id",
    "severity",
    "score",
    "score_terms",
    "limits",
    "summary",
    "detail",
    "evidence",
    "impact",
    "money",
    "own_money",
    "running",
    "currency",
    "delay_days",
    "customers",
    "documents",
    "cannot_judge",
    "remedy",
)


def values_of(
    finding: Finding,
    detector: type[Detector[Any]],
    limits: InForce | None = None,
    weights: InForce | None = None,
) -> dict[str, Any]:
    """What a case shows of a finding and of the limits and weights it was judged by, by column. ``judged_at``, state
    and version are not among them.
    """
    points, terms = score(finding.impact, detector.least, weights.values if weights else DEFAULT)
    impact = finding.impact
    return {
        "company_id": finding.subject.company,
        "plant_id": finding.subject.plant,
        "severity": Severity.of_score(points).value,
        "score": points,
        "score_terms": dict(terms),
        "limits": [*(limits.told(finding.counted) if limits else ()), *_weighed(weights)],
        "summary": shortened(finding.summary),
        "detail": shortened(finding.detail),
        "evidence": [_evidence(one) for one in finding.evidence],
        "impact": {
            "money": str(impact.money),
            "own_money": str(impact.own_money),
            "currency": impact.currency,
            "customers": list(impact.customers),
            "order_lines": list(impact.order_lines),
            "productions": list(impact.productions),
            "delay_days": impact.delay_days,
            "importance": str(impact.importance),
            "customer_class": impact.customer_class,
            "unclassified": impact.unclassified,
            "needed_at": _plain(impact.needed_at),
            "expected_at": _plain(impact.expected_at),
            "control": impact.control,
            "chain": [_link(one) for one in impact.chain],
        },
        "money": impact.money,
        "own_money": impact.own_money,
        "running": _running(impact.running),
        "currency": impact.currency,
        "delay_days": impact.delay_days,
        "customers": len(impact.customers),
        "documents": list(finding.documents),
        "cannot_judge": shortened(" ".join(finding.gaps)),
        "remedy": finding.remedy,
    }


def _weighed(weights: InForce | None) -> list[dict[str, Any]]:
    """The weights that are not the tower's own, as the case keeps them."""
    return [{**one, "rule": SCORE.key} for one in weights.told(weights.overrides)] if weights else []


def differs(name: str, old: Any, new: Any) -> bool:
    """Whether a reader could tell the two apart; that a fact was read again later is no difference."""
    if name == "evidence":
        return [{**one, "as_of": None} for one in old] != [{**one, "as_of": None} for one in new]
    return bool(old != new)


RUNS = frozenset({"money", "own_money", "running", "score", "score_terms", "impact"})
"""What changes with every look at a case whose money is running."""
RUNS_WITHIN = frozenset({"money", "own_money"})


def only_runs(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether all that has changed is how far a running amount has come: nothing that has to be told to anybody, since
    the page counts along. Both are the columns of a case, by name."""
    changed = {name for name in new if differs(name, old[name], new[name])}
    if not changed <= RUNS or not new["running"] or not old["running"]:
        return False
    one, other = old["impact"], new["impact"]
    return all(one.get(name) == other.get(name) for name in {*one, *other} - RUNS_WITHIN)


def digest(facts: Any, limits: Any) -> str:
    """A short fingerprint of what was judged, and by which limits."""
    return blake2b(repr((facts, limits)).encode(), digest_size=16).hexdigest()


def shortened(text: str) -> str:
    """The text, cut with an ellipsis where a column ends."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _running(one: Running | None) -> dict[str, Any] | None:
    return None if one is None else {field.name: _plain(getattr(one, field.name)) for field in fields(one)}


def _evidence(one: Evidence) -> dict[str, Any]:
    return {field.name: _plain(getattr(one, field.name)) for field in fields(one)}


def _link(one: Link) -> dict[str, Any]:
    return {field.name: _plain(getattr(one, field.name)) for field in fields(one)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None or isinstance(value, bool | int | str) else str(value)
