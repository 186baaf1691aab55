"""Everything a seed decides, before any Odoo is asked: chains, purchases, sales and production, with their dates.

Each document draws from a random stream of its own (`seed/key`), so a larger scale adds documents and changes none.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from random import Random

from demo.world.catalog import TRADERS


class ChainKind(StrEnum):
    """What was planned for the purchase line at the head of a chain that is made or bought to order.

    A fine line comes in time, a late one was due before today, one of which a part has come as well; a slipped one has
    a date to come, but after it is needed.
    """

    FINE = "fine"
    LATE = "late"
    SLIPPED = "slipped"
    PART = "part"


class Trouble(StrEnum):
    """How much of what customers were promised a late purchase line puts at risk."""

    NONE = "none"
    MINOR = "minor"
    SERIOUS = "serious"
    GRAVE = "grave"


@dataclass(frozen=True)
class Sale:
    """A customer's order for one product, at a net price for one piece in the seller's currency."""

    key: str
    seller: str
    kind: str
    customer: str
    good: str
    quantity: int
    price: Decimal
    placed_at: datetime
    promised_at: datetime


@dataclass(frozen=True)
class Chain:
    """One purchase line, bought to order, and every customer order that waits for it.

    `plant` is the company that buys and sells, `trouble` what the line does to its customers. `reserved` chains belong
    to the loop check: nothing else in the demo may touch them. `received` pieces have arrived.
    """

    key: str
    plant: str
    kind: ChainKind
    trouble: Trouble
    good: str
    component: str
    round: int
    reserved: bool
    reference: str
    sales: tuple[Sale, ...]
    due_at: datetime
    placed_at: datetime
    received: int = 0


@dataclass(frozen=True)
class BuyLine:
    """A part, how many, and the vendor's price for one piece in the vendor's currency."""

    part: str
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class Buy:
    """A purchase order for stock: whether it comes late or not, no customer waits for it."""

    key: str
    buyer: str
    kind: str
    vendor: str
    reference: str
    lines: tuple[BuyLine, ...]
    placed_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Make:
    """A manufacturing order for stock."""

    key: str
    plant: str
    kind: str
    good: str
    quantity: int
    starts_at: datetime


@dataclass(frozen=True)
class Trade:
    """A purchase by one company of the group from another, and the sale on the other side."""

    key: str
    buyer: str
    seller: str
    good: str
    quantity: int
    price: Decimal
    due_at: datetime


@dataclass(frozen=True)
class Plan:
    """The whole world of a seed at a scale, counted from the day `base`."""

    seed: int
    scale: int
    base: datetime
    chains: tuple[Chain, ...]
    buys: tuple[Buy, ...]
    sales: tuple[Sale, ...]
    makes: tuple[Make, ...]
    trades: tuple[Trade, ...]

    @property
    def rounds(self) -> list[tuple[str, int]]:
        """Plant and round of the chains: those of one round buy from different vendors, so no two share an order."""
        found = {(chain.plant, chain.round) for chain in self.chains}
        return sorted(found, key=lambda one: (TRADERS.index(one[0]), one[1]))


def stream(seed: int, key: str) -> Random:
    """The random numbers of one document."""
    return Random(f"{seed}/{key}")


def money(amount: Decimal) -> Decimal:
    """The amount to the cent."""
    return amount.quantize(Decimal("0.01"))
