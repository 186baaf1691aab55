"""What a reader may see of a case: documents and customers of other places become "another company of the group".

A card goes to everyone in the case's channel, so it shows what all of them may see; a page is made for one person,
and shows what that person may see. The money stays in both, since it is what the case is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.exceptions.models import Case
from controltower.lib.scope import Scope, Slice

Covers = Callable[[int | None, int | None], bool]


@dataclass(frozen=True)
class ShownLink:
    """One link of the chain as this reader may see it; ``hidden`` says that its name and record were taken out."""

    kind: str
    name: str
    detail: str
    mirror: str
    row: int | None
    depth: int
    due_at: datetime | None
    expected_at: datetime | None
    slack_days: int | None
    money: Decimal | None
    hard: bool
    hidden: bool


@dataclass(frozen=True)
class ShownEvidence:
    """One fact that the detector saw, with the record it is on where this reader may open it."""

    label: str
    value: Any
    mirror: str
    row: int | None
    as_of: datetime | None


def chain_for(case: Case, scope: Scope) -> tuple[ShownLink, ...]:
    """The chain for one person."""
    return _chain(case, scope.covers)


def chain_for_channel(case: Case) -> tuple[ShownLink, ...]:
    """The chain for everyone who may see the case at all."""
    return _chain(case, channel_scope(case).covers)


def evidence_of(case: Case) -> tuple[ShownEvidence, ...]:
    """The facts of a case. Detectors take them from the subject's own place, so that all its readers may see them."""
    return tuple(
        ShownEvidence(one["label"], _read(one["value"]), one["mirror"], one["row"], _moment(one["as_of"]))
        for one in case.evidence
    )


def channel_scope(case: Case) -> Scope:
    """The least that a reader of the case may see: its own plant, company or, without either, the group."""
    return Scope(frozenset({Slice(case.company_id, case.plant_id)}))


def _chain(case: Case, covers: Covers) -> tuple[ShownLink, ...]:
    return tuple(_link(one, covers) for one in case.impact.get("chain", ()))


def _link(raw: dict[str, Any], covers: Covers) -> ShownLink:
    """A link without a company is shared by the group, such as a vendor or a product."""
    hidden = raw["company"] is not None and not covers(raw["company"], raw["plant"])
    return ShownLink(
        kind=raw["kind"],
        name=_("another company of the group") if hidden else raw["name"],
        detail="" if hidden else raw["detail"],
        mirror="" if hidden else raw["mirror"],
        row=None if hidden else raw["row"],
        depth=raw["depth"],
        due_at=_moment(raw["due_at"]),
        expected_at=_moment(raw["expected_at"]),
        slack_days=raw["slack_days"],
        money=None if raw["money"] is None else Decimal(raw["money"]),
        hard=raw["hard"],
        hidden=hidden,
    )


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None


def _read(value: Any) -> Any:
    """A stored value as what it was: a moment where it reads as one."""
    if isinstance(value, str) and "T" in value:
        try:
            return parse_datetime(value) or value
        except ValueError:
            return value
    return value
