"""How a stop spreads: how long it will last, which work waits for it, and when production ends then. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.exceptions.definition import Subject
from apps.exceptions.importance import USUAL_CLASSES, CustomerClass, problems_of
from apps.exceptions.network import Network, Node, Production, Projection, project
from odoo_sync.working_hours import ALWAYS, Hours
from odoo_sync.working_time import ASSUMED, Calendar

IN_USE = ("productive", "performance")
"""Categories of time in which a centre works; Odoo 18: mrp.workcenter.working_state is then *done*, not *blocked*."""
HISTORY = timedelta(days=90)
ENOUGH = 3
HOUR = Decimal(3600)


@dataclass(frozen=True)
class Limits:
    """From when on a stop is a case, by the category of its reason, and how long stops last where nobody knows better.

    A reason without a category counts as availability. ``customer_classes`` are as in P1.
    """

    availability_after: timedelta = timedelta(0)
    quality_after: timedelta = timedelta(0)
    usual_length: timedelta = timedelta(hours=2)
    customer_classes: tuple[CustomerClass, ...] = USUAL_CLASSES

    titles: ClassVar[Mapping[str, Any]] = {
        "availability_after": gettext_lazy("A stop counts after, availability reasons"),
        "quality_after": gettext_lazy("A stop counts after, quality reasons"),
        "usual_length": gettext_lazy("Length of a stop where none is known"),
        "customer_classes": gettext_lazy("Customer classes and their weights"),
    }
    most: ClassVar[Mapping[str, Any]] = dict.fromkeys(
        ("availability_after", "quality_after", "usual_length"), timedelta(days=365)
    )

    def problems(self) -> Iterator[str]:
        if min(self.availability_after, self.quality_after) < timedelta(0):
            yield _("A stop is a case from its beginning or later: the time before is 0 or more.")
        if self.usual_length < timedelta(minutes=1):
            yield _("A stop lasts a minute at least: say 1 min or more where its length is not known.")
        yield from problems_of(self.customer_classes)

    def after(self, category: str) -> tuple[str, timedelta]:
        """The limit for this category of reasons, with its name."""
        name = "quality_after" if category == "quality" else "availability_after"
        return name, getattr(self, name)


@dataclass(frozen=True)
class HeldWork:
    """A work order that its centre has still to do. ``start_at`` is when it was to begin, or began; null if unknown."""

    key: int
    name: str
    production: int | None
    start_at: datetime | None = None
    length: timedelta = timedelta(0)


@dataclass(frozen=True)
class Repair:
    """A corrective request that is under way for the machine."""

    key: int
    name: str
    stage: str = ""


@dataclass(frozen=True)
class StopFacts:
    """One stretch of time of a work centre as the mirror has it.

    ``usual`` is the median length of the closed stops of this category on this centre, null where there are too few.
    ``told_by`` names the earlier open stop of the same centre that already tells of it. ``hour_worth`` is an hour of
    the centre in group currency, null where cost or rate is unknown; ``worth`` as in P1.
    """

    subject: Subject
    row: int
    centre: int | None = None
    centre_name: str = ""
    category: str = ""
    reason: str = ""
    description: str = ""
    gone: bool = False
    start_at: datetime | None = None
    end_at: datetime | None = None
    told_by: int | None = None
    usual: timedelta | None = None
    hours: Hours = ALWAYS
    calendar: Calendar = ASSUMED
    cost_per_hour: Decimal | None = None
    hour_worth: Decimal | None = None
    work: tuple[HeldWork, ...] = ()
    repairs: tuple[Repair, ...] = ()
    network: Network = field(default_factory=Network)
    worth: Mapping[int, Decimal] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    documents: tuple[int, ...] = ()
    as_of: datetime | None = field(default=None, compare=False, repr=False)
    currency: str = "EUR"


def back_at(start_at: datetime, usual: timedelta, now: datetime) -> datetime:
    """When a stop can be expected to end: after the usual time, and each time that it outlasts, after twice as long."""
    length = usual
    while start_at + length <= now:
        length *= 2
    return start_at + length


def held_up(facts: StopFacts, until: datetime) -> frozenset[int]:
    """The production orders that wait for a centre which runs again at this moment.

    A work order waits when it was to begin before that; without a planned time the production order's counts, and
    without that the beginning of the stop.
    """
    return frozenset(order.key for _work, order, begins in _work_of(facts) if begins < until)


def ends_of(facts: StopFacts, until: datetime) -> dict[int, datetime]:
    """When the production orders with work on the centre end, if it runs again at this moment.

    Production moves by as long as its work order is held up within the stop, and ends no earlier than the work order
    could if it began as soon as planned and possible. With the beginning of the stop as the moment: had it never been.
    """
    assert facts.start_at is not None
    ends: dict[int, datetime] = {}
    for work, order, begins in _work_of(facts):
        moved = max(timedelta(0), until - max(begins, facts.start_at))
        end = max((order.finish_at or begins) + moved, max(begins, until) + work.length)
        ends[order.key] = max(end, ends.get(order.key, end))
    return ends


def _work_of(facts: StopFacts) -> Iterator[tuple[HeldWork, Production, datetime]]:
    """Each work order with its production order and when it was to begin; without an open one it holds nothing."""
    assert facts.start_at is not None
    for work in facts.work:
        order = facts.network.productions.get(work.production or 0)
        if order is not None:
            yield work, order, work.start_at or order.start_at or facts.start_at


def delayed(facts: StopFacts, until: datetime) -> tuple[Network, Projection]:
    """What the stop holds up, and how it travels on. At risk is what would be in time had the machine not stopped."""
    assert facts.start_at is not None
    held, now, never = held_up(facts, until), ends_of(facts, until), ends_of(facts, facts.start_at)
    network = _held_network(facts.network, {key: now[key] for key in held})
    projection = project(network, until)
    anyway = project(_held_network(facts.network, {key: never[key] for key in held}), facts.start_at).at_risk
    return network, replace(projection, at_risk=tuple(key for key in projection.at_risk if key not in anyway))


def _held_network(network: Network, ends: Mapping[int, datetime]) -> Network:
    """What hangs on the production orders that are held up."""
    first = tuple(Node("production", key) for key in sorted(ends))
    return replace(network, first=first, finishes=dict(ends))


def usual_length(lengths: Iterable[timedelta]) -> timedelta | None:
    """The median of past stops, to whole minutes and one at least; None while there are too few to tell."""
    known = [one / timedelta(minutes=1) for one in lengths if one > timedelta(0)]
    return timedelta(minutes=max(1, round(median(known)))) if len(known) >= ENOUGH else None


def cost_of(time: timedelta, per_hour: Decimal | None) -> Decimal:
    """What so much idle time costs, unrounded; nothing while an hour's cost is not known."""
    return (per_hour or Decimal(0)) * Decimal(time / timedelta(microseconds=1)) / 1_000_000 / HOUR
