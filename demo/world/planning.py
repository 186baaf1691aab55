"""Draws a plan from a seed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from demo.world.catalog import COMPANIES, CUSTOMERS, GOODS, PLANTS, SOLD_TO_ORDER, TRADERS
from demo.world.chain_draw import Wish, draw_chain, local_price
from demo.world.dates import customer_day, today, vendor_day
from demo.world.plan import Chain, ChainKind, Make, Plan, Sale, Trade, Trouble, stream
from demo.world.stockplan import draw_buys

PLANT = (
    *[Wish(reserved=True)] * 5,
    Wish(reserved=True, width=2),
    *[Wish()] * 3,
    Wish(ChainKind.LATE, reserved=True),
    Wish(ChainKind.LATE, Trouble.GRAVE),
    Wish(ChainKind.LATE, Trouble.SERIOUS, reserved=True),
    Wish(ChainKind.PART, Trouble.SERIOUS),
    Wish(ChainKind.LATE, Trouble.MINOR, reserved=True),
    Wish(ChainKind.LATE, Trouble.MINOR),
    *[Wish(ChainKind.SLIPPED, Trouble.MINOR)] * 2,
)
CHAINS = {
    "lyon": (*PLANT, Wish(ChainKind.SLIPPED, Trouble.GRAVE, reserved=True)),
    "detroit": (*PLANT, Wish(width=2)),
    "uk": (Wish(), Wish(ChainKind.LATE, Trouble.MINOR), Wish(ChainKind.SLIPPED, Trouble.SERIOUS)),
}
"""What each company has on order: a board that is read on the first morning shows trouble of every size."""
SALES = (("quote", 1, (10, 25)), ("delivered", 2, (-12, -2)), ("open", 2, (3, 20)), ("cancelled", 1, (-3, 8)))
MAKES = (("draft", 1, (4, 10)), ("progress", 1, (0, 0)), ("done", 1, (-9, -3)))
TRADES = (("uk", "lyon", 6), ("uk", "detroit", 9), ("uk", "lyon", -2))


def draw(seed: int, scale: int, now: datetime) -> Plan:
    """The plan of a seed: equal seeds, scales and days give equal plans."""
    base = today(now)
    chains = [chain for plant in TRADERS for copy in range(scale) for chain in _chains(seed, base, plant, copy)]
    sales = [sale for seller in TRADERS for sale in _sales(seed, base, seller, scale)]
    makes = [make for plant in PLANTS for make in _makes(seed, base, plant, scale)]
    trades = [_trade(seed, base, number, *lane) for number, lane in enumerate(TRADES * scale)]
    buys = draw_buys(seed, base, scale)
    return Plan(seed, scale, base, tuple(chains), tuple(buys), tuple(sales), tuple(makes), tuple(trades))


def _chains(seed: int, base: datetime, plant: str, copy: int) -> Iterator[Chain]:
    wishes, goods = list(CHAINS[plant]), SOLD_TO_ORDER[plant]
    stream(seed, f"{plant}/{copy}/kinds").shuffle(wishes)
    rounds = -(-len(wishes) // len(goods))
    for place, wish in enumerate(wishes):
        yield draw_chain(
            seed,
            base,
            f"{plant}_{copy * len(wishes) + place:03d}",
            wish,
            plant=plant,
            good=goods[place % len(goods)],
            round_number=copy * rounds + place // len(goods),
        )


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
                price=local_price(seller, GOODS["kit"].price, rnd.randint(95, 105)),
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
        price=local_price(seller, GOODS["kit"].price, 80),
        due_at=vendor_day(base, days, COMPANIES[buyer].opens_at),
    )
