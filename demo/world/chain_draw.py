"""Draws one chain: its dates, its customers and how much they have ordered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from demo.world.catalog import COMPANIES, CUSTOMERS, DRIVEN_BY, GOODS, LEAD_DAYS, RATES, list_price
from demo.world.dates import broken_promise, customer_day, vendor_day
from demo.world.plan import Chain, ChainKind, Sale, Trouble, money, stream
from demo.world.reserved import MARK


@dataclass(frozen=True)
class Wish:
    """What is wanted of a chain before a seed decides the rest. `width` customers wait where there is no trouble."""

    kind: ChainKind = ChainKind.FINE
    trouble: Trouble = Trouble.NONE
    reserved: bool = False
    width: int = 1


@dataclass(frozen=True)
class Measure:
    """How bad a trouble is: working days after the first need, customers who wait (the first of one of the classes),
    and the worth of their orders in thousands of EUR, each from the least to the most.
    """

    days: tuple[int, int]
    customers: tuple[int, int]
    worth: tuple[int, int]
    classes: tuple[str, ...]


MEASURES = {
    Trouble.MINOR: Measure((2, 3), (1, 2), (14, 44), ("A", "B", "C")),
    Trouble.SERIOUS: Measure((5, 8), (2, 3), (125, 230), ("A", "B")),
    Trouble.GRAVE: Measure((6, 9), (5, 5), (430, 620), ("A",)),
}


@dataclass(frozen=True)
class Wait:
    """A customer of the chain, the pieces wanted, and the day promised."""

    customer: str
    quantity: int
    promised_at: datetime


def draw_chain(seed: int, base: datetime, key: str, wish: Wish, *, plant: str, good: str, round_number: int) -> Chain:
    """One chain. A late line was due before today, a fine one comes two working days or more before it is needed."""
    rnd = stream(seed, f"chain/{key}")
    component = DRIVEN_BY.get(good, good)
    drawn = _in_time if wish.trouble is Trouble.NONE else _too_late
    due_at, waits = drawn(rnd, base, wish, plant, good)
    first_need = waits[0].promised_at - timedelta(days=lead(good))
    ordered = min(base, due_at, first_need) - timedelta(days=LEAD_DAYS[component])
    placed_at = ordered.replace(hour=COMPANIES[plant].opens_at + 1)
    number = rnd.randint(10000, 99999)
    return Chain(
        key=key,
        plant=plant,
        kind=wish.kind,
        trouble=wish.trouble,
        good=good,
        component=component,
        round=round_number,
        reserved=wish.reserved,
        reference=f"{MARK}{key}" if wish.reserved else f"{component[:3].upper()}-{number}",
        sales=tuple(_sale(rnd, f"{key}_{place}", plant, good, wait, placed_at) for place, wait in enumerate(waits)),
        due_at=due_at,
        placed_at=placed_at,
        received=1 if wish.kind is ChainKind.PART else 0,
    )


def lead(good: str) -> int:
    """Days between the arrival of the bought part and the promise: every level of the bill; none for a spare part."""
    if good not in GOODS:
        return 0
    return GOODS[good].days + sum(lead(part) for part in GOODS[good].parts if part in GOODS)


def local_price(seller: str, listed: Decimal, percent: int) -> Decimal:
    """A list price in the seller's own currency, at a percentage of it."""
    return money(listed * RATES[COMPANIES[seller].currency] * percent / 100)


def _in_time(rnd: Random, base: datetime, wish: Wish, plant: str, good: str) -> tuple[datetime, list[Wait]]:
    """The vendor's day, and customers whose promises hold; the goods may be overdue all the same."""
    opens = COMPANIES[plant].opens_at
    late = wish.kind is not ChainKind.FINE
    days = -rnd.randint(1, 9) if late else rnd.randint(5, 18)
    due_at = vendor_day(base, days, opens + rnd.randint(0, 5))
    need = rnd.randint(2, 10) if late else days + rnd.randint(2, 6)
    waits = []
    for customer in rnd.sample(sorted(CUSTOMERS), wish.width):
        quantity = rnd.randint(1, max(1, min(8, int(60000 / list_price(good)))))
        waits.append(Wait(customer, quantity, customer_day(base, need + lead(good), opens + 8)))
        need += rnd.randint(1, 5)
    return due_at, waits


def _too_late(rnd: Random, base: datetime, wish: Wish, plant: str, good: str) -> tuple[datetime, list[Wait]]:
    """The vendor's day, and customers who will all be disappointed, the first of them the most."""
    opens, measure = COMPANIES[plant].opens_at, MEASURES[wish.trouble]
    hour, slipped = opens + rnd.randint(0, 5), wish.kind is ChainKind.SLIPPED
    arrival = vendor_day(base, rnd.randint(4, 11), hour) if slipped else base
    worst = rnd.randint(*measure.days)
    customers = _customers(rnd, measure, good)
    each = Decimal(1000 * rnd.randint(*measure.worth)) / len(customers) / list_price(good)
    waits = []
    for place, customer in enumerate(customers):
        late = worst if place == 0 else rnd.randint(2, worst)
        promise = broken_promise(arrival, lead(good), late, opens + 8)
        waits.append(Wait(customer, max(1, round(each * rnd.randint(96, 104) / 100)), promise))
    waits.sort(key=lambda one: one.promised_at)
    first_need = waits[0].promised_at - timedelta(days=lead(good))
    due_at = arrival if slipped else vendor_day(first_need.replace(hour=0), -rnd.randint(1, 3), hour)
    return due_at, waits


def _customers(rnd: Random, measure: Measure, good: str) -> list[str]:
    """As many as the worth allows, each for a piece at least; one of them of the class that the measure asks for."""
    least, most = measure.customers
    afford = int(1000 * measure.worth[1] / list_price(good))
    width = rnd.randint(least, max(least, min(most, afford)))
    first = rnd.choice(
        sorted(key for key, one in CUSTOMERS.items() if one.relevance and one.relevance in measure.classes)
    )
    return [first, *rnd.sample(sorted(key for key in CUSTOMERS if key != first), width - 1)]


def _sale(rnd: Random, key: str, plant: str, good: str, wait: Wait, bought_at: datetime) -> Sale:
    """The order of a customer, placed some days before the part was bought for it."""
    return Sale(
        key=key,
        seller=plant,
        kind="chain",
        customer=wait.customer,
        good=good,
        quantity=wait.quantity,
        price=local_price(plant, list_price(good), rnd.randint(96, 104)),
        placed_at=bought_at + timedelta(days=-rnd.randint(0, 3), hours=1),
        promised_at=wait.promised_at,
    )
