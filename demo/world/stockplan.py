"""Draws the purchases for stock: orders of every kind that no customer waits for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from demo.world.catalog import COMPANIES, COMPONENTS, RATES, SOURCES, TO_ORDER, TRADERS, VENDORS
from demo.world.dates import vendor_day
from demo.world.plan import Buy, BuyLine, money, stream

BUYS = (
    ("draft", 2, (6, 20)),
    ("sent", 1, (6, 18)),
    ("late", 4, (-20, -1)),
    ("partial", 3, (-9, 4)),
    ("ontime", 5, (3, 25)),
    ("received", 5, (-30, -3)),
    ("cancelled", 1, (-10, 5)),
)


def draw_buys(seed: int, base: datetime, scale: int) -> Iterator[Buy]:
    """The purchases for stock of every company that trades."""
    for buyer in TRADERS:
        for kind, count, span in BUYS:
            for number in range(count * scale):
                yield draw_buy(seed, base, f"{buyer}_{kind}_{number}", buyer=buyer, kind=kind, span=span)


def draw_buy(seed: int, base: datetime, key: str, *, buyer: str, kind: str, span: tuple[int, int]) -> Buy:
    """One purchase for stock, due within the span of days, of one to three parts of one vendor."""
    rnd, opens = stream(seed, f"buy/{key}"), COMPANIES[buyer].opens_at
    stocked = {part: vendor for part, vendor in SOURCES[buyer].items() if part not in TO_ORDER}
    vendor = rnd.choice(sorted(set(stocked.values())))
    offered = sorted(part for part, name in stocked.items() if name == vendor)
    days = rnd.randint(*span)
    rate = RATES[VENDORS[vendor].currency]
    lines = tuple(
        BuyLine(part, rnd.randint(4, 40) * 10, money(COMPONENTS[part].cost * rate * rnd.randint(92, 106) / 100))
        for part in rnd.sample(offered, rnd.randint(1, len(offered)))
    )
    return Buy(
        key=key,
        buyer=buyer,
        kind=kind,
        vendor=vendor,
        reference=f"{vendor[:3].upper()}-{rnd.randint(10000, 99999)}",
        lines=lines,
        placed_at=base + timedelta(days=min(days, 0) - rnd.randint(8, 16), hours=opens),
        due_at=vendor_day(base, days, opens + rnd.randint(0, 5)),
    )
