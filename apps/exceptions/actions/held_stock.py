"""What an action on an inspection has to know of its goods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from apps.exceptions.definition import detectors
from apps.exceptions.hold import Held, Hold, Limits, hold_of
from apps.exceptions.hold_goods import NOTHING, Goods, Stock
from apps.exceptions.hold_words import CENT
from apps.exceptions.holds import HoldFacts, read_holds
from apps.exceptions.inspections import INSPECTION, read_inspections, subject_key
from apps.exceptions.limits import rule_of, ruling_of
from odoo_sync.mirror.quality import Inspection

DETECTOR = "quality.stock_on_hold"


@dataclass(frozen=True)
class HeldStock:
    """The goods of one inspection as the mirror has them now, and the limits of the place where they lie."""

    facts: HoldFacts
    hold: Hold
    limits: Limits

    @property
    def worth(self) -> Decimal | None:
        """All that the inspection is about in group currency, to the cent, wherever it lies; null where nobody knows.

        Goods that are set aside count too, so that no decision becomes smaller by moving them first. Of goods that are
        still being made, or of which nothing lies in the plants, nobody knows the worth.
        """
        goods = [_worth_of(one) for one in self.facts.goods]
        if self.facts.making is not None or not goods or self.facts.own_worth is None:
            return None
        known = [one for one in goods if one is not None]
        if len(known) < len(goods):
            return None
        return (sum(known, NOTHING) * self.facts.own_worth).quantize(CENT, ROUND_HALF_UP)

    def places(self) -> Iterator[tuple[Held, Stock]]:
        """Every place where some of the goods can still be taken, the most of one first."""
        for held in self.hold.goods:
            for stock in sorted(held.stock, key=lambda one: (-one.quantity, one.row)):
                yield held, stock


def _worth_of(goods: Goods) -> Decimal | None:
    """The stock of some goods in the company's currency, no more than the inspection is about."""
    there = sum((one.quantity for one in goods.stock), NOTHING)
    known = [one.value for one in goods.stock if one.value is not None]
    if not there or len(known) < len(goods.stock):
        return None
    return sum(known, NOTHING) * (there if goods.most is None else min(there, goods.most)) / there


def read_held(inspection: Inspection) -> HeldStock:
    """The goods of an inspection, whatever has become of it."""
    key = subject_key(INSPECTION, inspection.pk)
    facts = next(read_holds(read_inspections([key]), timezone.now(), subject_type=INSPECTION))
    limits: Limits = ruling_of(rule_of(detectors[DETECTOR].key)).of(facts.subject).values
    return HeldStock(facts, hold_of(facts, limits), limits)
