"""What two companies of the group have booked with each other, read from the mirror in bulk and matched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, Q

from apps.intercompany.matching import Document, Matching, match
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from odoo_sync.mirror.base import MirrorQuerySet
from odoo_sync.mirror.company import Company

ENTRY = "account.move"
SALES, PURCHASES = ("out_invoice", "out_refund"), ("in_invoice", "in_refund")
POSTED = "posted"
STANDING = ("draft", POSTED)


class Lane(NamedTuple):
    """A seller and a buyer, by mirror keys of their companies."""

    seller: int
    buyer: int


@dataclass(frozen=True)
class Group:
    """Which partner stands for which company of the group, and what the companies are called."""

    companies: Mapping[int, int]
    names: Mapping[int, str]

    @classmethod
    def read(cls) -> Group:
        """Every company that has a partner, and that partner's commercial one (res.company.partner_id)."""
        found: dict[int, int] = {}
        names: dict[int, str] = {}
        rows = Company.objects.values_list("pk", "name", "partner_id", "partner__commercial_partner_id")
        for key, name, *partners in rows.order_by("-pk"):
            names[key] = name
            found.update(dict.fromkeys(filter(None, partners), key))
        return cls(found, names)

    def lane_of(self, entry: JournalEntry) -> Lane | None:
        """Between whom an entry is; null where its partner is no other company of the group."""
        other = self.companies.get(entry.commercial_partner_id or entry.partner_id or 0)
        if other is None or entry.company_id is None or other == entry.company_id:
            return None
        if entry.kind in SALES:
            return Lane(entry.company_id, other)
        return Lane(other, entry.company_id) if entry.kind in PURCHASES else None

    @cached_property
    def partners(self) -> Mapping[int, list[int]]:
        """The partners of each company."""
        found: dict[int, list[int]] = defaultdict(list)
        for partner, company in self.companies.items():
            found[company].append(partner)
        return found

    def entries(self) -> MirrorQuerySet:
        """Documents of any company with any other, whatever has become of them."""
        kinds = (*SALES, *PURCHASES)
        return JournalEntry.everything.filter(kind__in=kinds, commercial_partner__in=list(self.companies))

    def between(self, lane: Lane) -> Q:
        sold = Q(company=lane.seller, commercial_partner__in=self.partners[lane.buyer], kind__in=SALES)
        return sold | Q(company=lane.buyer, commercial_partner__in=self.partners[lane.seller], kind__in=PURCHASES)


@dataclass
class Trade:
    """One lane with its documents as they stand, drafts among them, and what belongs together."""

    lane: Lane
    rows: Mapping[int, JournalEntry]
    matching: Matching

    def doubtful(self) -> set[int]:
        """The documents whose match another change may move: those without one, and those with a rival."""
        weak = {
            key for one in self.matching.matches if one.rung == "amount" for key in (one.sale.key, one.purchase.key)
        }
        return {one.key for one in self.matching.unmatched} | set(self.matching.rivals) | weak


@dataclass
class Trades:
    """Trades read once each, for everything that is judged in one go."""

    group: Group = field(default_factory=Group.read)
    _known: dict[Lane, Trade] = field(default_factory=dict)

    def of(self, lane: Lane) -> Trade:
        if lane not in self._known:
            self._known[lane] = read_trade(self.group, lane)
        return self._known[lane]


def read_trade(group: Group, lane: Lane) -> Trade:
    """Everything standing between two companies: cancelled and deleted documents answer nothing."""
    rows = JournalEntry.objects.filter(group.between(lane), state__in=STANDING)
    found = {row.pk: row for row in rows}
    lines = _lines(found)
    return Trade(lane, found, match(document(row, lines.get(row.pk, 1)) for row in found.values()))


def document(row: JournalEntry, lines: int = 1, quantities: tuple[tuple[int, Decimal], ...] | None = None) -> Document:
    """A mirrored entry as the matching knows it."""
    return Document(
        key=row.pk,
        kind=row.kind or "",
        company=row.company_id or 0,
        posted=row.state == POSTED,
        number=row.number or "",
        quoted=tuple(dict.fromkeys(filter(None, (row.reference, row.payment_reference, row.origin)))),
        link=row.auto_invoice_id,
        currency=row.currency_id,
        untaxed=row.amount_untaxed or Decimal(0),
        tax=row.amount_tax or Decimal(0),
        total=row.amount_total or Decimal(0),
        issued_on=row.invoiced_on,
        booked_on=row.dated_on,
        lines=lines,
        quantities=quantities,
    )


def _lines(rows: Iterable[int]) -> dict[int, int]:
    items = JournalItem.objects.filter(entry__in=list(rows), display_type="product")
    return dict(items.values_list("entry").annotate(lines=Count("pk")).values_list("entry_id", "lines"))


def quantities_of(entries: Iterable[int]) -> dict[int, tuple[tuple[int, Decimal], ...]]:
    """How much of each product is on each document, in the product's reference unit; lines without one do not count.

    A factor is units per one reference unit (uom.uom.factor up to Odoo 18). Documents without any product are missing.
    """
    items = JournalItem.objects.filter(entry__in=set(entries), display_type="product", product__isnull=False)
    total: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    columns = ("entry_id", "product_id", "quantity", "unit__factor")
    for entry, product, quantity, factor in items.values_list(*columns):
        total[entry][product] += (quantity or Decimal(0)) / (factor or Decimal(1))
    return {
        entry: tuple((product, amount.quantize(Decimal("0.0001"))) for product, amount in sorted(found.items()))
        for entry, found in total.items()
    }
