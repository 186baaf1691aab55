"""Seals kept by lots, the pumps made with them, and what was found when each lot was inspected: drawn by the seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from demo.world.catalog import CUSTOMERS
from demo.world.dates import customer_day
from demo.world.plan import Plan, stream


class Found(StrEnum):
    """Where the inspection of a lot stands. ``checked`` ones are ready, and belong to the loop check."""

    FAILED = "failed"
    SET_ASIDE = "set aside"
    WAITING = "waiting"
    READY = "ready"
    OLD = "old"
    DRAFT = "draft"
    PASSED = "passed"
    CANCELLED = "cancelled"
    CHECKED = "checked"


SIZES: dict[str, tuple[tuple[int, Found], ...]] = {
    "lyon": (
        (41, Found.FAILED),
        (42, Found.FAILED),
        (43, Found.WAITING),
        (44, Found.READY),
        (45, Found.DRAFT),
        (46, Found.PASSED),
        (47, Found.CANCELLED),
        (48, Found.SET_ASIDE),
        (51, Found.CHECKED),
        (52, Found.CHECKED),
        (53, Found.CHECKED),
        (54, Found.CHECKED),
    ),
    "detroit": ((61, Found.FAILED), (62, Found.OLD), (63, Found.PASSED), (64, Found.READY)),
}
"""Each size of seal is kept by one plant alone: its lot is the only stock, so that a lot's customers are known."""
AGE = {
    Found.WAITING: 3,
    Found.OLD: 5,
    Found.PASSED: 12,
    Found.CANCELLED: 9,
    Found.SET_ASIDE: 8,
    Found.CHECKED: 0,
}
"""How many days ago an inspection was asked for; yesterday where it is not here."""
WANTED = frozenset({Found.FAILED, Found.WAITING, Found.OLD, Found.CHECKED})
"""What customers wait for: the rest is stock that nobody has ordered."""
COST, PRICE = Decimal("38.00"), Decimal("96.00")
PUMP_COST, PUMP_PRICE = Decimal("1900.00"), Decimal("3450.00")


@dataclass(frozen=True)
class Order:
    """A customer's order for a seal, or for the pump that is made with two of them."""

    customer: str
    pump: bool
    quantity: int
    promised_at: datetime


@dataclass(frozen=True)
class Batch:
    """The lot of one size of seal: how many came, what was found, and who has ordered."""

    plant: str
    size: int
    found: Found
    lot: str
    quantity: int
    measured: Decimal
    looks: str
    asked_at: datetime
    orders: tuple[Order, ...]

    @property
    def key(self) -> str:
        return f"seal_{self.size}"


def batches(plan: Plan) -> list[Batch]:
    """Every lot of the seed."""
    return [_batch(plan, plant, size, found) for plant, sizes in SIZES.items() for size, found in sizes]


def _batch(plan: Plan, plant: str, size: int, found: Found) -> Batch:
    rnd = stream(plan.seed, f"seal/{size}")
    bad = found in {Found.FAILED, Found.SET_ASIDE, Found.WAITING}
    measured = rnd.choice((rnd.randint(780, 940), rnd.randint(1060, 1180))) if bad else rnd.randint(960, 1040)
    orders = tuple(_orders(plan, size)) if found in WANTED else ()
    return Batch(
        plant=plant,
        size=size,
        found=found,
        lot=f"CS{size}-{rnd.randint(1000, 9999)}",
        quantity=rnd.randint(6, 14) * 5,
        measured=Decimal(measured) / 100,
        looks="Scratched" if bad and rnd.random() < 0.5 else "Clean",
        asked_at=plan.base - timedelta(days=AGE.get(found, 1)) + timedelta(hours=rnd.randint(0, 20)),
        orders=orders,
    )


def _orders(plan: Plan, size: int) -> list[Order]:
    """One order for seals, one or two for pumps; promised in the next two weeks."""
    rnd = stream(plan.seed, f"seal/{size}/orders")
    chosen = rnd.sample(sorted(CUSTOMERS), 3)
    made = [Order(chosen[0], False, rnd.randint(2, 6), customer_day(plan.base, rnd.randint(1, 9), 12))]
    for customer in chosen[1 : rnd.randint(2, 3)]:
        made.append(Order(customer, True, rnd.randint(1, 3), customer_day(plan.base, rnd.randint(6, 14), 12)))
    return made
