"""What an action on an inspection has to know of its goods."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from apps.exceptions.definition import detectors
from apps.exceptions.hold import Held, Hold, Limits, hold_of
from apps.exceptions.hold_goods import Stock
from apps.exceptions.hold_words import worth_of_stock
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
        """The stock on hold in group currency; null where nobody knows."""
        return worth_of_stock(self.facts, self.hold)

    def places(self) -> Iterator[tuple[Held, Stock]]:
        """Every place where some of the goods can still be taken, the most of one first."""
        for held in self.hold.goods:
            for stock in sorted(held.stock, key=lambda one: (-one.quantity, one.row)):
                yield held, stock


def read_held(inspection: Inspection) -> HeldStock:
    """The goods of an inspection, whatever has become of it."""
    key = subject_key(INSPECTION, inspection.pk)
    facts = next(read_holds(read_inspections([key]), timezone.now(), subject_type=INSPECTION))
    limits: Limits = ruling_of(rule_of(detectors[DETECTOR].key)).of(facts.subject).values
    return HeldStock(facts, hold_of(facts, limits), limits)
