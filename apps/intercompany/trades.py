"""What two companies of the group have booked with each other, read from the mirror in bulk and matched.

One run reads a pair of companies once. Before it is used again, a stamp over the rows tells whether they are still the
same: an older reading never overrules a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, DecimalField, Q, Sum
from django.db.models.expressions import RawSQL

from apps.exceptions.models import Case, Check
from apps.intercompany.documents import Document, Rung
from apps.intercompany.lanes import ENTRY, POSTED, READ_BACK, STANDING, Group, Lane
from apps.intercompany.matching import Matching, match
from controltower.lib.memory import memory
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from odoo_sync.mirror.base import MirrorQuerySet

DETECTORS = ("intercompany.missing_counterpart", "intercompany.differing_pair")
KEPT, PAST = "intercompany trades", "intercompany past"
PLACE = ("kind", "company_id", "commercial_partner_id")
REST = (
    "pk", "state", "number", "reference", "payment_reference", "origin", "auto_invoice_id", "currency_id",
    "amount_untaxed", "amount_tax", "amount_total", "invoiced_on", "dated_on", "reverses_id", "payment_state",
)  # fmt: skip
REVERSED = "reversed"
_VERSION = "hashtextextended(odoo_sync_journalentry.ctid::text || ':' || odoo_sync_journalentry.xmin::text, 0)"
"""A number for the stored version of a row (PostgreSQL): each write of it leaves another one."""


@dataclass(frozen=True)
class Trade:
    """One lane with its documents as they stand, drafts among them, and what belongs together."""

    lane: Lane
    documents: Mapping[int, Document]
    matching: Matching

    @cached_property
    def doubtful(self) -> frozenset[int]:
        """The documents whose match another change may move, or make another one of: those without one, those with a
        rival or whose counterpart is a draft, and all that are no plain pair of one amount.
        """
        found = {one.key for one in self.matching.unmatched} | self.matching.rivals
        for one in self.matching.matches:
            if one.rung is Rung.AMOUNT or not one.is_pair or _differs(one.sales[0], one.purchases[0]):
                found |= {each.key for each in one.members}
        return frozenset(found)


def _differs(sale: Document, purchase: Document) -> bool:
    return (sale.total, sale.currency, sale.posted) != (purchase.total, purchase.currency, purchase.posted)


class _Kept(NamedTuple):
    """A reading, and the stamp of the rows just before it."""

    group: Group
    stamp: tuple[int, Decimal]
    trade: Trade


def read_trades(group: Group, lanes: Collection[Lane]) -> dict[Lane, Trade]:
    """Everything standing between these companies, in a number of queries that does not grow with them.

    Cancelled and deleted documents answer nothing, and neither does what was booked longer ago than is read back, but
    for what is a case.
    """
    kept: dict[Lane, _Kept] | None = None
    remembered = memory()
    if remembered is not None:
        kept = remembered.setdefault(KEPT, {})
    if not lanes:
        return {}
    past = _past_once(group)
    rows = _rows(group, lanes, past)
    if kept is None:
        return _read(group, lanes, rows)
    stamps = _stamps(group, lanes, rows)
    wanted = [lane for lane in lanes if lane not in kept or kept[lane][:2] != (group, stamps[lane])]
    if wanted:
        fresh = _read(group, wanted, _rows(group, wanted, past))
        kept.update({lane: _Kept(group, stamps[lane], trade) for lane, trade in fresh.items()})
    return {lane: kept[lane].trade for lane in lanes}


def read_trade(group: Group, lane: Lane) -> Trade:
    return read_trades(group, [lane])[lane]


def _past_once(group: Group) -> list[int]:
    """What is known and past, looked up once a run: a run makes no case of what is past."""
    remembered = memory()
    if remembered is None:
        return known_past(group)
    kept: dict[date | None, list[int]] = remembered.setdefault(PAST, {})
    if group.newest not in kept:
        kept[group.newest] = known_past(group)
    return kept[group.newest]


def _rows(group: Group, lanes: Iterable[Lane], past: list[int]) -> MirrorQuerySet:
    recent = group.since(READ_BACK)
    if recent and past:
        recent |= Q(pk__in=past)
    found: MirrorQuerySet = JournalEntry.objects.filter(group.between(lanes), recent, state__in=STANDING).order_by()
    return found


def _stamps(group: Group, lanes: Iterable[Lane], rows: MirrorQuerySet) -> dict[Lane, tuple[int, Decimal]]:
    """For each lane how many rows it has, and a sum over their stored versions."""
    found = {lane: (0, Decimal(0)) for lane in lanes}
    version = RawSQL(_VERSION, (), output_field=BigIntegerField())  # noqa: S611 a constant text
    total = Sum(version, output_field=DecimalField(max_digits=40, decimal_places=0))
    for kind, company, partner, count, stamp in rows.values_list(*PLACE).annotate(count=Count("pk"), stamp=total):
        lane = group.lane_between(kind, company, partner)
        if lane in found:
            found[lane] = (found[lane][0] + count, found[lane][1] + stamp)
    return found


def _read(group: Group, lanes: Iterable[Lane], rows: MirrorQuerySet) -> dict[Lane, Trade]:
    found: dict[Lane, dict[int, Document]] = {lane: {} for lane in lanes}
    for kind, company, partner, *rest in rows.values_list(*PLACE, *REST):
        lane = group.lane_between(kind, company, partner)
        if lane in found:
            found[lane][rest[0]] = _document(kind, company, *rest)
    return {lane: Trade(lane, known, match(known.values())) for lane, known in found.items()}


def document(row: JournalEntry) -> Document:
    """A mirrored entry as the matching knows it."""
    return _document(row.kind, row.company_id, *(getattr(row, name) for name in REST))


def _document(
    kind: str | None, company: int | None, key: int, state: str | None, number: str | None, reference: str | None,
    payment_reference: str | None, origin: str | None, link: int | None, currency: int | None, untaxed: Decimal | None,
    tax: Decimal | None, total: Decimal | None, issued: Any, booked: Any, reverses: int | None, payment: str | None,
) -> Document:  # fmt: skip
    return Document(
        key=key,
        kind=kind or "",
        company=company or 0,
        posted=state == POSTED,
        number=number or "",
        quoted=tuple(dict.fromkeys(filter(None, (reference, payment_reference, origin)))),
        link=link,
        currency=currency,
        untaxed=untaxed or Decimal(0),
        tax=tax or Decimal(0),
        total=total or Decimal(0),
        issued_on=issued,
        booked_on=booked,
        reverses=reverses,
        is_reversed=payment == REVERSED,
    )


def known() -> set[int]:
    """What is a case, or will be looked at when its time comes."""
    cases = Case.objects.held().filter(detector__in=DETECTORS, subject_type=ENTRY)
    waiting = Check.objects.filter(detector__in=DETECTORS)
    return {int(key) for rows in (cases, waiting) for key in rows.values_list("subject_key", flat=True)}


def known_past(group: Group) -> list[int]:
    """What is known and was booked longer ago than is read back."""
    if group.newest is None:
        return []
    rows = JournalEntry.objects.filter(pk__in=known(), dated_on__lt=group.newest - READ_BACK)
    return sorted(rows.values_list("pk", flat=True))


def lines_of(entries: Iterable[int]) -> dict[int, int]:
    """How many lines of its own each document has."""
    items = JournalItem.objects.filter(entry__in=set(entries), display_type="product")
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
