"""A document between two companies of the group, and which ones belong together. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

MIRRORED = {"out_invoice": "in_invoice", "out_refund": "in_refund"}
"""What the buyer books for what the seller issues (Odoo: account.move.move_type)."""
CREDITS = ("out_refund", "in_refund")
CENT = Decimal("0.01")


class Rung(StrEnum):
    """How sure a match is, the surest first: an add-on's own link, a quoted number, amount and day alone."""

    LINK = "link"
    REFERENCE = "reference"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Document:
    """One side of a trade between two companies.

    ``key`` is the mirror key, ``kind`` account.move's move_type, ``number`` the document's own, empty while it is a
    draft. ``quoted`` are the other numbers that it carries, as written. ``link`` is the key of the document that an
    add-on made it from. Amounts are in ``currency`` and positive. ``issued_on`` is the day on the document,
    ``booked_on`` the day that decides the period. ``quantities`` are by product key, in its reference unit; null where
    they are not known. ``reverses`` is the key of the own document that a credit note was made to undo
    (reversed_entry_id), and ``is_reversed`` says that credit notes alone have settled it (payment_state reversed).
    """

    key: int
    kind: str
    company: int
    posted: bool
    number: str = ""
    quoted: tuple[str, ...] = ()
    link: int | None = None
    currency: int | None = None
    untaxed: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    issued_on: date | None = None
    booked_on: date | None = None
    lines: int = 1
    quantities: tuple[tuple[int, Decimal], ...] | None = None
    reverses: int | None = None
    is_reversed: bool = False

    @property
    def is_sale(self) -> bool:
        return self.kind in MIRRORED

    @property
    def is_credit(self) -> bool:
        return self.kind in CREDITS

    @property
    def answer_kind(self) -> str:
        """The kind both sides of the trade share: the buyer's."""
        return MIRRORED.get(self.kind, self.kind)

    @property
    def day(self) -> date:
        return self.issued_on or self.booked_on or date.min


@dataclass(frozen=True)
class Match:
    """The seller's documents, the buyer's that answer them, and what says so; on one side at least there is just one,
    credit notes among invoices or bills apart.

    Several stand on a side where a bill is over several invoices, an invoice is billed in parts, or either is net of
    credit notes, which then count against it. All documents of a side are in one currency. Either side is in the order
    of its keys, with what counts against it last.
    """

    sales: tuple[Document, ...]
    purchases: tuple[Document, ...]
    rung: Rung

    @classmethod
    def pair(cls, sale: Document, purchase: Document, rung: Rung) -> Match:
        return cls((sale,), (purchase,), rung)

    @property
    def members(self) -> tuple[Document, ...]:
        return (*self.sales, *self.purchases)

    @property
    def is_pair(self) -> bool:
        return len(self.sales) == len(self.purchases) == 1

    @property
    def is_credited(self) -> bool:
        """Whether it is about credit notes alone."""
        return all(one.is_credit for one in self.members)

    @property
    def is_net(self) -> bool:
        """Whether credit notes count against invoices or bills."""
        return len({one.is_credit for one in self.members}) > 1

    @cached_property
    def sale(self) -> Document:
        """The seller's side as one document."""
        return summed(self.sales)

    @cached_property
    def purchase(self) -> Document:
        """The buyer's side as one document."""
        return summed(self.purchases)

    @property
    def anchor(self) -> int:
        """The document that the match is known by: the buyer's oldest, so that what joins later moves nothing."""
        return self.purchases[0].key

    def others(self, key: int) -> tuple[Document, ...]:
        """The counterparts of one of them."""
        return self.purchases if any(one.key == key for one in self.sales) else self.sales

    @cached_property
    def booked(self) -> Match | None:
        """The same without drafts; null where a side has nothing else."""
        sales, purchases = (tuple(one for one in side if one.posted) for side in (self.sales, self.purchases))
        return Match(sales, purchases, self.rung) if sales and purchases else None


def summed(documents: tuple[Document, ...]) -> Document:
    """Documents of one side as one, under the key of the first; their days are the newest."""
    first, *more = documents
    if not more:
        return first
    return replace(
        first,
        posted=any(one.posted for one in documents),
        untaxed=sum((one.untaxed * sign for one, sign in _signed(documents)), Decimal(0)),
        tax=sum((one.tax * sign for one, sign in _signed(documents)), Decimal(0)),
        total=total_of(documents),
        issued_on=max(one.day for one in documents),
        booked_on=max(one.booked_on or one.day for one in documents),
        lines=sum(one.lines for one in documents),
        quantities=_quantities(documents),
    )


def total_of(documents: Iterable[Document]) -> Decimal:
    """What they come to; credit notes count against anything else among them."""
    return sum((one.total * sign for one, sign in _signed(list(documents))), Decimal(0))


def _signed(documents: Collection[Document]) -> list[tuple[Document, int]]:
    net = not all(one.is_credit for one in documents)
    return [(one, -1 if net and one.is_credit else 1) for one in documents]


def _quantities(documents: tuple[Document, ...]) -> tuple[tuple[int, Decimal], ...] | None:
    """Sums for each product; null with a credit note among invoices, which may be for a price alone."""
    if len({one.is_credit for one in documents}) > 1:
        return None
    found: dict[int, Decimal] = {}
    for one in documents:
        for product, amount in one.quantities or ():
            found[product] = found.get(product, Decimal(0)) + amount
    return tuple(sorted(found.items())) or None
