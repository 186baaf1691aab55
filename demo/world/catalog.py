"""The group as it stands: companies, partners, products and how they are made. Nothing here depends on the seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Company:
    """A company of the group. `opens_at` is the UTC hour at which its working day begins, near enough for dates."""

    name: str
    currency: str
    country: str
    city: str
    time_zone: str
    code: str
    opens_at: int


@dataclass(frozen=True)
class Vendor:
    """Somebody the group buys from; the currency is that of the vendor's price lists."""

    name: str
    country: str
    currency: str


@dataclass(frozen=True)
class Customer:
    """Somebody outside the group who buys; `relevance` is the A, B or C class tagged on the partner, or empty."""

    name: str
    country: str
    relevance: str


@dataclass(frozen=True)
class Component:
    """A bought part. `stock` is what each plant holds at the start; a part bought to order has none."""

    name: str
    cost: Decimal
    stock: int = 0


@dataclass(frozen=True)
class Good:
    """A made product: list price and cost in EUR, components for one piece, minutes at each work centre, and the
    lead time in days between the start of its manufacturing order and its completion. `to_order` goods are made only
    for an order, the others for stock.
    """

    name: str
    price: Decimal
    cost: Decimal
    parts: Mapping[str, int]
    steps: Mapping[str, int]
    days: int
    to_order: bool = True


COMPANIES = {
    "group": Company("Kestrel Holding", "EUR", "FR", "Paris", "Europe/Paris", "KHO", 8),
    "lyon": Company("Kestrel Lyon", "EUR", "FR", "Lyon", "Europe/Paris", "KLY", 7),
    "detroit": Company("Kestrel Detroit", "USD", "US", "Detroit", "America/Detroit", "KDE", 13),
    "uk": Company("Kestrel UK", "GBP", "GB", "Birmingham", "Europe/London", "KUK", 8),
}
PLANTS = ("lyon", "detroit")
TRADERS = ("lyon", "detroit", "uk")
RATES = {"EUR": Decimal(1), "USD": Decimal("1.09"), "GBP": Decimal("0.86")}

VENDORS = {
    "rhone": Vendor("Fonderie du Rhône", "FR", "EUR"),
    "weiss": Vendor("Getriebe Weiss", "DE", "EUR"),
    "maille": Vendor("Maille & Tamis", "FR", "EUR"),
    "volt": Vendor("Shenzhen Volt Control", "CN", "USD"),
    "bassi": Vendor("Attuatori Bassi", "IT", "EUR"),
    "platt": Vendor("Svenska Plattvärme", "SE", "EUR"),
    "baltic": Vendor("Baltic Motors", "LT", "EUR"),
    "lakes": Vendor("Great Lakes Castings", "US", "USD"),
    "gears": Vendor("Wolverine Gear Works", "US", "USD"),
    "huron": Vendor("Huron Wire Cloth", "US", "USD"),
    "ontario": Vendor("Ontario Heat Plate", "CA", "USD"),
    "drives": Vendor("Motor City Drives", "US", "USD"),
    "kugel": Vendor("Nordkugel Lager", "DE", "EUR"),
    "acier": Vendor("Aciers de la Saône", "FR", "EUR"),
    "fasten": Vendor("Toledo Fasteners", "US", "USD"),
    "ohio": Vendor("Ohio Sheet & Tube", "US", "USD"),
    "midland": Vendor("Midland Bearings", "GB", "GBP"),
    "severn": Vendor("Severn Packaging", "GB", "GBP"),
}

CUSTOMERS = {
    "seine": Customer("Seine Water Utilities", "FR", "A"),
    "mersey": Customer("Mersey Port Authority", "GB", "B"),
    "prairie": Customer("Prairie Agri Systems", "US", "B"),
    "alpine": Customer("Alpine Snow Works", "AT", "C"),
    "lakeside": Customer("Lakeside Foods", "US", "A"),
    "welland": Customer("Welland Power", "GB", "A"),
    "orsay": Customer("Orsay Process Systems", "FR", ""),
    "cobalt": Customer("Cobalt Ridge Mining", "CA", "B"),
    "fjord": Customer("Fjord Aquaculture", "NO", "C"),
    "paper": Customer("Ohio River Paper", "US", "B"),
}

COMPONENTS = {
    "casting": Component("Pump casing casting", Decimal("640.00")),
    "gearbox": Component("Helical gearbox 15 kW", Decimal("1480.00")),
    "strainer": Component("Strainer basket 80 µm", Decimal("410.00")),
    "controller": Component("Dosing controller", Decimal("2250.00")),
    "actuator": Component("Valve actuator", Decimal("360.00")),
    "plates": Component("Heat exchanger plate pack", Decimal("3900.00")),
    "motor": Component("Motor 22 kW", Decimal("2780.00")),
    "steel": Component("Steel sheet 4 mm", Decimal("38.00"), 3000),
    "bearing": Component("Ball bearing 6204", Decimal("4.20"), 6000),
    "seal": Component("Shaft seal", Decimal("11.50"), 3000),
    "bolt": Component("Bolt M12 (box)", Decimal("14.00"), 2500),
    "gasket": Component("Gasket set", Decimal("7.80"), 2500),
    "cable": Component("Control cable 10 m", Decimal("21.00"), 1500),
}
TO_ORDER = ("casting", "gearbox", "strainer", "controller", "actuator", "plates", "motor")
SPARES = ("controller",)
"""Parts that the trading company buys to order and sells as they are."""

GOODS = {
    "pump": Good(
        "Centrifugal pump CP-200",
        Decimal(6900),
        Decimal(3900),
        {"casting": 1, "bearing": 4, "seal": 2},
        {"machine": 90, "assemble": 120},
        3,
    ),
    "mixer": Good(
        "Agitator AG-15",
        Decimal(12400),
        Decimal(7100),
        {"gearbox": 1, "steel": 6, "seal": 2},
        {"weld": 150, "assemble": 180},
        4,
    ),
    "filter": Good(
        "Duplex filter DF-80",
        Decimal(4800),
        Decimal(2600),
        {"strainer": 2, "steel": 3, "gasket": 2},
        {"weld": 90, "assemble": 60},
        2,
    ),
    "dosing": Good(
        "Dosing station DS-6",
        Decimal(21500),
        Decimal(12700),
        {"controller": 1, "cable": 6, "bolt": 3},
        {"assemble": 240, "test": 90},
        4,
    ),
    "valve": Good(
        "Control valve set CV-32",
        Decimal(3200),
        Decimal(1750),
        {"actuator": 2, "gasket": 2, "bolt": 1},
        {"machine": 60, "assemble": 45},
        2,
    ),
    "exchanger": Good(
        "Plate heat exchanger HX-110",
        Decimal(16900),
        Decimal(9800),
        {"plates": 1, "steel": 4, "gasket": 6},
        {"assemble": 180, "test": 60},
        3,
    ),
    "drive": Good(
        "Drive unit 22 kW", Decimal(7400), Decimal(4300), {"motor": 1, "bearing": 2, "cable": 1}, {"assemble": 90}, 2
    ),
    "skid": Good(
        "Pump skid PS-40",
        Decimal(38000),
        Decimal(22400),
        {"drive": 1, "steel": 12, "bolt": 6},
        {"weld": 240, "assemble": 360, "test": 120},
        4,
    ),
    "kit": Good(
        "Service kit",
        Decimal(420),
        Decimal(190),
        {"bearing": 2, "seal": 2, "gasket": 2},
        {"assemble": 15},
        1,
        to_order=False,
    ),
}
DRIVEN_BY = {
    "pump": "casting",
    "mixer": "gearbox",
    "filter": "strainer",
    "dosing": "controller",
    "valve": "actuator",
    "exchanger": "plates",
    "skid": "motor",
}
SOLD_TO_ORDER = {"lyon": tuple(DRIVEN_BY), "detroit": tuple(DRIVEN_BY), "uk": SPARES}

WORK_CENTRES = {
    "weld": "Welding cell",
    "machine": "CNC centre",
    "assemble": "Assembly line",
    "test": "Test bench",
}
HOUR_COSTS = {"weld": 62.0, "machine": 95.0, "assemble": 140.0, "test": 48.0}
"""What an hour of each costs, in its company's currency."""

SOURCES = {
    "lyon": {
        "casting": "rhone",
        "gearbox": "weiss",
        "strainer": "maille",
        "controller": "volt",
        "actuator": "bassi",
        "plates": "platt",
        "motor": "baltic",
        "steel": "acier",
        "bearing": "kugel",
        "seal": "kugel",
        "bolt": "acier",
        "gasket": "kugel",
        "cable": "acier",
    },
    "detroit": {
        "casting": "lakes",
        "gearbox": "gears",
        "strainer": "huron",
        "controller": "volt",
        "actuator": "bassi",
        "plates": "ontario",
        "motor": "drives",
        "steel": "ohio",
        "bearing": "fasten",
        "seal": "fasten",
        "bolt": "fasten",
        "gasket": "ohio",
        "cable": "ohio",
    },
    "uk": {
        "controller": "volt",
        "bearing": "midland",
        "seal": "midland",
        "bolt": "severn",
        "gasket": "severn",
        "cable": "midland",
    },
}
LEAD_DAYS = {"casting": 12, "gearbox": 16, "strainer": 9, "controller": 20, "actuator": 11, "plates": 14, "motor": 15}


def list_price(product: str) -> Decimal:
    """The list price of a good or a part, in EUR."""
    return GOODS[product].price if product in GOODS else COMPONENTS[product].cost * Decimal("1.4")
