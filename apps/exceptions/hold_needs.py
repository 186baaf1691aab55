"""Who would use stock that is on hold: those it is promised to, and those for whom nothing else is left. Pure.

The rule, in the words that `docs/catalogue.md` uses: a move that stock of the held lot is promised to needs it: that is
hard. What else is open for the product in the plant is served in the order of its days, first from stock that is free
and not on hold, then from held stock that is promised to nobody; whoever reaches that is soft, for no record says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StockNeed:
    """An open move that takes the product out of the stock of a plant.

    ``held`` is what is promised to it of the goods on hold, ``missing`` what nothing is promised for yet; both in the
    product's unit.
    """

    move: int
    at: datetime | None = None
    held: Decimal = Decimal(0)
    missing: Decimal = Decimal(0)


@dataclass(frozen=True)
class Waiting:
    """The moves that need the held stock, by mirror key: hard ones and soft ones, no move in both."""

    hard: frozenset[int] = frozenset()
    soft: frozenset[int] = frozenset()

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(sorted(self.hard | self.soft))


def who_waits(needs: Iterable[StockNeed], *, free: Decimal, held: Decimal) -> Waiting:
    """Share out stock by day: ``free`` is stock of the product that is not on hold and promised to nobody, ``held``
    the same of the stock that is."""
    ordered = sorted(needs, key=lambda one: (one.at or NEVER, one.move))
    hard = frozenset(one.move for one in ordered if one.held > 0)
    soft: set[int] = set()
    free, held = max(free, Decimal(0)), max(held, Decimal(0))
    for one in ordered:
        wanted = max(one.missing, Decimal(0))
        taken = min(wanted, free)
        free, wanted = free - taken, wanted - taken
        if wanted > 0 and held > 0:
            held -= min(wanted, held)
            soft.add(one.move)
    return Waiting(hard, frozenset(soft) - hard)
