"""Both documents of a case, face to face: each side as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.exceptions.documents import Documents
from apps.exceptions.exhibits import Exhibit, shown_for
from apps.exceptions.models import Case
from apps.intercompany import words
from apps.intercompany.lanes import ENTRY, POSTED, SALES, Group
from apps.intercompany.trades import DETECTORS, Trade, quantities_of, read_trade
from controltower.lib.scope import Scope
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.product import Product

HIDDEN, NOTHING = "·", "–"
Text = Callable[[JournalEntry], str]
Same = Callable[[JournalEntry, JournalEntry], bool]


@dataclass(frozen=True)
class Face:
    """One company's document. ``open``: the reader may see all of it; else its number and total are all there is."""

    company: str
    entry: JournalEntry | None
    open: bool
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One thing that both documents say, the seller's first. ``differs`` where both are known and are not the same."""

    label: str
    seller: str
    buyer: str
    differs: bool


@dataclass(frozen=True)
class Faces:
    """What the page shows."""

    seller: Face
    buyer: Face
    rows: tuple[Row, ...]

    @property
    def is_reduced(self) -> bool:
        return not (self.seller.open and self.buyer.open)


@shown_for(*DETECTORS)
def face_to_face(case: Case, scope: Scope) -> Exhibit | None:
    """The documents of the case as they are now; null once its own is gone or no longer between companies."""
    entry = JournalEntry.objects.filter(pk=int(case.subject_key)).select_related("currency").first()
    group = Group.read()
    lane = group.lane_of(entry) if entry else None
    if entry is None or lane is None:
        return None
    pair = _pair(entry, read_trade(group, lane))
    documents = Documents.of(case.connection, [(ENTRY, one.pk) for one in pair if one])
    companies = Company.everything.in_bulk(lane)
    seller, buyer = (
        _face(companies.get(company), one, scope.covers(company, None), documents)
        for company, one in zip(lane, pair, strict=True)
    )
    return Exhibit("intercompany/_faces.html", Faces(seller, buyer, tuple(_rows(seller, buyer))))


def _pair(entry: JournalEntry, trade: Trade) -> tuple[JournalEntry | None, JournalEntry | None]:
    """The seller's and the buyer's document; the other is null where nothing answers."""
    match = trade.matching.of(entry.pk)
    related = JournalEntry.objects.select_related("currency")
    other = related.filter(pk=match.other(entry.pk).key).first() if match else None
    return (entry, other) if entry.kind in SALES else (other, entry)


def _face(company: Company | None, entry: JournalEntry | None, is_open: bool, documents: Documents) -> Face:
    url = documents.url(ENTRY, entry.pk) if entry is not None and is_open else ""
    return Face(str(company or _("A company that is not here yet")), entry, is_open, url)


def _rows(seller: Face, buyer: Face) -> Iterator[Row]:
    """What stands on the documents; what is only in the books of one company is for those who may see it."""
    yield _row(_("Number"), seller, buyer, _number, compared=False, printed=True)
    yield _row(_("State"), seller, buyer, _state)
    yield _row(_("Day on it"), seller, buyer, lambda one: words.day(one.invoiced_on), compared=False)
    yield _row(_("Booked on"), seller, buyer, lambda one: words.day(one.dated_on), same=_same_month)
    yield _row(_("Untaxed"), seller, buyer, lambda one: _money(one, one.amount_untaxed))
    yield _row(_("Tax"), seller, buyer, lambda one: _money(one, one.amount_tax))
    yield _row(_("Total"), seller, buyer, lambda one: _money(one, one.amount_total), printed=True)
    yield from _quantities(seller, buyer)


def _row(
    label: str, seller: Face, buyer: Face, text: Text, *,
    compared: bool = True, printed: bool = False, same: Same | None = None,
) -> Row:  # fmt: skip
    """One line: values are compared as they read, or by ``same``; ``printed`` is what either party knows once
    the document is booked."""
    values = [_shown(face, text, printed=printed) for face in (seller, buyer)]
    known = compared and not {HIDDEN, NOTHING} & set(values)
    equal = values[0] == values[1]
    if known and same is not None and seller.entry and buyer.entry:
        equal = same(seller.entry, buyer.entry)
    return Row(label, values[0], values[1], differs=known and not equal)


def _shown(face: Face, text: Text, *, printed: bool) -> str:
    if face.entry is None:
        return NOTHING
    return text(face.entry) if face.open or (printed and face.entry.state == POSTED) else HIDDEN


def _number(one: JournalEntry) -> str:
    return one.number or _("Draft")


def _state(one: JournalEntry) -> str:
    return _("booked") if one.state == POSTED else _("draft")


def _same_month(one: JournalEntry, other: JournalEntry) -> bool:
    if one.dated_on is None or other.dated_on is None:
        return True
    return bool(one.dated_on.replace(day=1) == other.dated_on.replace(day=1))


def _money(one: JournalEntry, value: Decimal | None) -> str:
    return words.amount(value or Decimal(0), one.currency.name if one.currency else "")


def _quantities(seller: Face, buyer: Face) -> Iterator[Row]:
    """Each product that either document names, for those who see both; only what both name is compared."""
    if seller.entry is None or buyer.entry is None or not (seller.open and buyer.open):
        return
    found = quantities_of([seller.entry.pk, buyer.entry.pk])
    sides = [dict(found.get(face.entry.pk, ())) for face in (seller, buyer) if face.entry]
    products = Product.everything.select_related("template").in_bulk({*sides[0], *sides[1]})
    for key, product in sorted(products.items()):
        pair = [number_format(side[key].normalize(), use_l10n=True) if key in side else NOTHING for side in sides]
        both = all(key in side for side in sides)
        yield Row(_("Quantity of %s") % product.name, pair[0], pair[1], differs=both and pair[0] != pair[1])
