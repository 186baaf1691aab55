"""Whether goods are on hold, how much of them, and who waits for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.exceptions.hold_goods import NOTHING, Goods, Stock
from apps.exceptions.hold_needs import Waiting, who_waits
from apps.exceptions.holds import HoldFacts
from apps.exceptions.importance import USUAL_CLASSES, CustomerClass, problems_of
from apps.exceptions.inspections import Inspection, Outcome
from apps.exceptions.network import Network, Node, Projection, project
from apps.exceptions.pegging import cut
from odoo_sync.working_time import local_day, working_days_between


@dataclass(frozen=True)
class Limits:
    """How long an inspection may wait before its goods count as on hold, and where goods count as set aside.

    ``quarantine`` names places, with commas between; a place counts when it, or one it lies in, has that name in Odoo.
    """

    waiting_for: timedelta = timedelta(hours=4)
    open_for: timedelta = timedelta(days=2)
    quarantine: str = "Quarantine"
    customer_classes: tuple[CustomerClass, ...] = USUAL_CLASSES

    titles: ClassVar[Mapping[str, Any]] = {
        "waiting_for": gettext_lazy("Waiting for a decision counts after"),
        "open_for": gettext_lazy("Not being answered counts after"),
        "quarantine": gettext_lazy("Places where goods are set aside"),
        "customer_classes": gettext_lazy("Customer classes and their weights"),
    }
    locations: ClassVar[frozenset[str]] = frozenset({"quarantine"})
    most: ClassVar[Mapping[str, Any]] = {"waiting_for": timedelta(days=365), "open_for": timedelta(days=365)}

    def problems(self) -> Iterator[str]:
        if not self.set_aside:
            yield _("Name at least one place for goods that are set aside.")
        yield from problems_of(self.customer_classes)

    @property
    def set_aside(self) -> frozenset[str]:
        return frozenset(one.strip().casefold() for one in self.quarantine.split(",") if one.strip())

    def counts(self, stock: Stock) -> bool:
        """Whether goods at this place can still be taken by somebody."""
        return self._is_usable(stock.path)

    def unpromised(self, stock: Stock) -> Decimal:
        """What is promised to nobody; what is only to be put elsewhere in the plant, but not aside, counts with it."""
        shifted = sum((one.quantity for one in stock.shifts if self._is_usable(one.path)), NOTHING)
        return min(stock.quantity - stock.reserved + shifted, stock.quantity)

    def _is_usable(self, path: tuple[str, ...]) -> bool:
        return not self.set_aside & {name.strip().casefold() for name in path}

    def wait_of(self, outcome: Outcome) -> tuple[str, timedelta] | None:
        """The limit that counts for an inspection which has not failed yet, by name."""
        known = {Outcome.WAITING: ("waiting_for", self.waiting_for), Outcome.OPEN: ("open_for", self.open_for)}
        return known.get(outcome)


@dataclass(frozen=True)
class Held:
    """What of some goods is on hold: stock at places where somebody could take it, in the product's unit.

    ``value`` is in the company's currency, null where it is not known for all of it.
    """

    goods: Goods
    stock: tuple[Stock, ...] = ()
    quantity: Decimal = NOTHING
    value: Decimal | None = None
    waiting: Waiting = field(default_factory=Waiting)


def held_of(goods: Goods, limits: Limits) -> Held:
    """The stock that counts, no more than the inspection is about, and who waits for it.

    Where no lot tells the goods apart, what lies set aside is taken to be theirs.
    """
    stock = tuple(one for one in goods.stock if limits.counts(one))
    there = sum((one.quantity for one in stock), NOTHING)
    aside = sum((one.quantity for one in goods.stock), NOTHING) - there
    quantity = there if goods.most is None else min(there, max(goods.most - aside, NOTHING))
    values = [one.value for one in stock]
    known = [one for one in values if one is not None]
    value = sum(known, NOTHING) * quantity / there if there and len(known) == len(values) else None
    if not quantity:
        return Held(goods)
    others = [one for one in goods.others if limits.counts(one)]
    if goods.lot is None:
        waiting = who_waits(goods.needs, free=there - quantity, held=quantity)
    else:
        free = sum((limits.unpromised(one) for one in others), NOTHING)
        unpromised = sum((limits.unpromised(one) for one in stock), NOTHING)
        waiting = who_waits(goods.needs, free=free, held=unpromised)
    return Held(goods, stock, quantity, value, waiting)


@dataclass(frozen=True)
class Hold:
    """Everything that is on hold by one inspection, and what hangs on it."""

    goods: tuple[Held, ...] = ()
    making: Decimal = NOTHING
    network: Network = field(default_factory=Network)
    soft: frozenset[Node] = frozenset()

    @property
    def quantity(self) -> Decimal:
        return sum((one.quantity for one in self.goods), NOTHING)

    @property
    def is_any(self) -> bool:
        return self.quantity > 0 or self.making > 0

    @property
    def value(self) -> Decimal | None:
        """The worth of the stock in the company's currency; null where it is not known for all of it."""
        known = [one.value for one in self.goods if one.quantity]
        return sum((one or NOTHING for one in known), NOTHING) if all(one is not None for one in known) else None


def hold_of(facts: HoldFacts, limits: Limits) -> Hold:
    goods = tuple(held_of(one, limits) for one in facts.goods)
    making = facts.making.quantity if facts.making else NOTHING
    hard = {key for one in goods for key in one.waiting.hard} | set(facts.making.moves if facts.making else ())
    all_of_them = hard | {key for one in goods for key in one.waiting.soft}
    first = tuple(Node("move", key) for key in sorted(all_of_them) if key in facts.network.moves)
    network = cut(facts.network, first)
    sure = {node for node, _depth in replace(network, first=tuple(one for one in first if one.key in hard)).walk()}
    return Hold(goods, making, network, frozenset(node for node, _depth in network.walk() if node not in sure))


def if_released(hold: Hold, now: datetime) -> Projection:
    """What happens behind the goods if they are released this moment; every order line that needs them is at risk,
    since nobody knows when, or whether, they are."""
    projection = project(hold.network, now)
    return replace(projection, at_risk=tuple(sorted(hold.network.demands)))


def age_of(inspection: Inspection, facts: HoldFacts, now: datetime) -> int:
    """Working days since the inspection was asked for, in the plant; zero where nobody knows."""
    if inspection.asked_at is None:
        return 0
    calendar = facts.calendar
    return max(working_days_between(local_day(inspection.asked_at, calendar), local_day(now, calendar), calendar), 0)


def delay_of(projection: Projection, age: int) -> int:
    """Working days from the need that is missed by most to today; where none is known, the age of the hold."""
    risky = [need for need in projection.needs if need.endangers]
    days = [-need.slack_days for need in risky or projection.needs]
    return max(days) if days else age
