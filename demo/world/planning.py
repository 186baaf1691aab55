"""Draws a plan from a seed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from demo.world.catalog import COMPANIES, CUSTOMERS, DRIVEN_BY, GOODS, LEAD_DAYS, PLANTS, RATES, TRADERS
from demo.world.dates import customer_day, today, vendor_day
from demo.world.plan import Chain, ChainKind, Make, Plan, Sale, Trade, money, stream
from demo.world.reserved import MARK
from demo.world.stockplan import draw_buys

CHAINS = (
    *[(ChainKind.FINE, True, 1)] * 5,
    (ChainKind.FINE, True, 2),
    *[(ChainKind.FINE, False, 1)] * 3,
    (ChainKind.LATE, True, 1),
    (ChainKind.LATE, False, 1),
    (ChainKind.LATE, True, 2),
    (ChainKind.LATE, False, 3),
    (ChainKind.PART, False, 1),
)
SALES = (("quote", 1, (10, 25)), ("delivered", 2, (-12, -2)), ("open", 2, (3, 20)), ("cancelled", 1, (-3, 8)))
MAKES = (("draft", 1, (4, 10)), ("progress", 1, (0, 0)), ("done", 1, (-9, -3)))
TRADES = (("uk", "lyon", 6), ("uk", "detroit", 9), ("uk", "lyon", -2))


def draw(seed: int, scale: int, now: datetime) -> Plan:
    """The plan of a seed: equal seeds, scales and days give equal plans."""
    base = today(now)
    chains = [chain for plant in PLANTS for copy in range(scale) for chain in _chains(seed, base, plant, copy)]
    sales = [sale for seller in TRADERS for sale in _sales(seed, base, seller, scale)]
    makes = [make for plant in PLANTS for make in _makes(seed, base, plant, scale)]
    trades = [_trade(seed, base, number, *lane) for number, lane in enumerate(TRADES * scale)]
    buys = draw_buys(seed, base, scale)
    return Plan(seed, scale, base, tuple(chains), tuple(buys), tuple(sales), tuple(makes), tuple(trades))


def lead(good: str) -> int:
    """Days between the arrival of the bought part and the finished good, through every level of its bill."""
    return GOODS[good].days + sum(lead(part) for part in GOODS[good].parts if part in GOODS)


def _chains(seed: int, base: datetime, plant: str, copy: int) -> Iterator[Chain]:
    kinds = list(CHAINS)
    stream(seed, f"{plant}/{copy}/kinds").shuffle(kinds)
    goods = list(DRIVEN_BY)
    for place, (kind, reserved, width) in enumerate(kinds):
        number = copy * len(kinds) + place
        good = goods[place % len(goods)]
        rounds = -(-len(kinds) // len(goods))
        yield draw_chain(
            seed,
            base,
            f"{plant}_{number:03d}",
            plant=plant,
            good=good,
            kind=kind,
            reserved=reserved,
            width=width,
            round_number=copy * rounds + place // len(goods),
        )


def draw_chain(
    seed: int,
    base: datetime,
    key: str,
    *,
    plant: str,
    good: str,
    kind: ChainKind,
    reserved: bool,
    width: int,
    round_number: int,
) -> Chain:
    """One chain: a late line was due before today, a fine one comes two working days or more before it is needed."""
    rnd, opens = stream(seed, f"chain/{key}"), COMPANIES[plant].opens_at
    component = DRIVEN_BY[good]
    late = kind is not ChainKind.FINE
    days = -rnd.randint(1, 9) if late else rnd.randint(5, 18)
    due_at = vendor_day(base, days, opens + rnd.randint(0, 5))
    need = rnd.randint(2, 10) if late else days + rnd.randint(2, 6)
    sales = []
    for number, customer in enumerate(rnd.sample(sorted(CUSTOMERS), width)):
        promise = customer_day(base, need + lead(good), opens + 8)
        least = 2 if kind is ChainKind.PART else 1
        sales.append(_chain_sale(seed, base, f"{key}_{number}", plant, customer, good, promise, at_least=least))
        need += rnd.randint(1, 5)
    return Chain(
        key=key,
        plant=plant,
        kind=kind,
        good=good,
        component=component,
        round=round_number,
        reserved=reserved,
        reference=_reference(rnd.randint(10000, 99999), key, component, reserved=reserved),
        sales=tuple(sales),
        due_at=due_at,
        placed_at=base + timedelta(days=min(days, 0) - LEAD_DAYS[component], hours=opens + 1),
        received=1 if kind is ChainKind.PART else 0,
    )


def _reference(number: int, key: str, component: str, *, reserved: bool) -> str:
    return f"{MARK}{key}" if reserved else f"{component[:3].upper()}-{number}"


def _chain_sale(
    seed: int, base: datetime, key: str, plant: str, customer: str, good: str, promise: datetime, *, at_least: int
) -> Sale:
    rnd = stream(seed, f"sale/{key}")
    quantity = rnd.randint(at_least, max(at_least, min(8, int(60000 / GOODS[good].price))))
    return Sale(
        key=key,
        seller=plant,
        kind="chain",
        customer=customer,
        good=good,
        quantity=quantity,
        price=_price(plant, GOODS[good].price, rnd.randint(96, 104)),
        placed_at=base - timedelta(days=rnd.randint(12, 25)) + timedelta(hours=COMPANIES[plant].opens_at + 2),
        promised_at=promise,
    )


def _price(seller: str, listed: Decimal, percent: int) -> Decimal:
    """A list price in the seller's own currency, at a percentage of it."""
    return money(listed * RATES[COMPANIES[seller].currency] * percent / 100)


def _sales(seed: int, base: datetime, seller: str, scale: int) -> Iterator[Sale]:
    for kind, count, (low, high) in SALES:
        for number in range(count * scale):
            key = f"{seller}_{kind}_{number}"
            rnd = stream(seed, f"sale/{key}")
            days = rnd.randint(low, high)
            yield Sale(
                key=key,
                seller=seller,
                kind=kind,
                customer=rnd.choice(sorted(CUSTOMERS)),
                good="kit",
                quantity=rnd.randint(2, 8),
                price=_price(seller, GOODS["kit"].price, rnd.randint(95, 105)),
                placed_at=base + timedelta(days=min(days, 0) - 9, hours=COMPANIES[seller].opens_at),
                promised_at=customer_day(base, days, COMPANIES[seller].opens_at + 8),
            )


def _makes(seed: int, base: datetime, plant: str, scale: int) -> Iterator[Make]:
    for kind, count, (low, high) in MAKES:
        for number in range(count * scale):
            key = f"{plant}_{kind}_{number}"
            rnd = stream(seed, f"make/{key}")
            starts = base + timedelta(days=rnd.randint(low, high), hours=COMPANIES[plant].opens_at)
            yield Make(key=key, plant=plant, kind=kind, good="kit", quantity=rnd.randint(5, 20), starts_at=starts)


def _trade(seed: int, base: datetime, number: int, buyer: str, seller: str, days: int) -> Trade:
    rnd = stream(seed, f"trade/{number}")
    return Trade(
        key=f"{buyer}_{seller}_{number}",
        buyer=buyer,
        seller=seller,
        good="kit",
        quantity=rnd.randint(5, 20),
        price=_price(seller, GOODS["kit"].price, 80),
        due_at=vendor_day(base, days, COMPANIES[buyer].opens_at),
    )
