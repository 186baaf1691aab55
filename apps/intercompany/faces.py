"""The documents of a case, face to face: each side as far as the reader may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.exceptions.documents import Documents
from apps.exceptions.exhibits import Exhibit, shown_for
from apps.exceptions.models import Case
from apps.intercompany import words
from apps.intercompany.documents import CREDITS, Document
from apps.intercompany.lanes import ENTRY, POSTED, SALES, Group
from apps.intercompany.trades import DETECTORS, Trade, quantities_of, read_trade
from controltower.lib.scope import Scope
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.product import Product

HIDDEN, NOTHING = "·", "–"
Text = Callable[[JournalEntry], str]
Value = Callable[[JournalEntry], Decimal | None]


@dataclass(frozen=True)
class Face:
    """One company's documents. ``open``: the reader may see all of them; else numbers and totals are all there is.

    Several belong together where a bill is over several invoices, or an invoice is billed in parts.
    """

    company: str
    entries: tuple[JournalEntry, ...]
    open: bool
    urls: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[JournalEntry, ...]:
        """What amounts are of: no drafts, unless there is nothing else."""
        return tuple(one for one in self.entries if one.state == POSTED) or self.entries

    def sign(self, one: JournalEntry) -> int:
        """Credit notes among anything else count against it."""
        return -1 if one.kind in CREDITS and any(each.kind not in CREDITS for each in self.entries) else 1

    @property
    def named(self) -> list[tuple[str, str]]:
        """Each document as the reader may know it, with where Odoo shows it."""
        urls = self.urls or ("",) * len(self.entries)
        shown = [_known(self, one, _number, printed=True) for one in self.entries]
        return list(zip(shown, urls, strict=True)) or [(NOTHING, "")]


@dataclass(frozen=True)
class Row:
    """One thing that both documents say, the seller's first. ``differs`` where both are known and are not the same."""

    label: str
    seller: str
    buyer: str
    differs: bool


Same = Callable[[Face, Face], bool]


@dataclass(frozen=True)
class Faces:
    """What the page shows; ``second`` says of a document what answers its counterpart already."""

    seller: Face
    buyer: Face
    rows: tuple[Row, ...]
    second: str = ""

    @property
    def both(self) -> tuple[Face, Face]:
        return self.seller, self.buyer

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
    trade = read_trade(group, lane)
    sides = _sides(entry, trade)
    documents = Documents.of(case.connection, [(ENTRY, one.pk) for side in sides for one in side])
    companies = Company.everything.in_bulk(lane)
    seller, buyer = (
        _face(companies.get(company), side, scope.covers(company, None), documents)
        for company, side in zip(lane, sides, strict=True)
    )
    return Exhibit("intercompany/_faces.html", Faces(seller, buyer, tuple(_rows(seller, buyer)), _second(entry, trade)))


def _sides(entry: JournalEntry, trade: Trade) -> tuple[tuple[JournalEntry, ...], tuple[JournalEntry, ...]]:
    """The seller's and the buyer's documents; one side is empty where nothing answers. Of a second document, itself and
    what the first one answers.
    """
    match = trade.matching.of(entry.pk)
    keys = [[one.key for one in side] for side in (match.sales, match.purchases)] if match else [[], []]
    if match is None:
        own = 0 if entry.kind in SALES else 1
        keys[own] = [entry.pk]
        keys[1 - own] = [one.key for one in _answered(entry, trade)[1]]
    rows = JournalEntry.objects.select_related("currency").in_bulk([key for side in keys for key in side])
    sales, purchases = (tuple(rows[key] for key in side if key in rows) for side in keys)
    return sales, purchases


def _answered(entry: JournalEntry, trade: Trade) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """What answers already what a second document names, and what that is."""
    twin = trade.matching.twins.get(entry.pk)
    match = trade.matching.of(twin) if twin is not None else None
    if match is None or twin is None:
        return (), ()
    others = match.others(twin)
    return tuple(one for one in match.members if one not in others), others


def _second(entry: JournalEntry, trade: Trade) -> str:
    first, others = _answered(entry, trade)
    if not first:
        return ""
    names = {"first": words.numbers(first), "others": words.numbers(others), "number": entry.number or _("Draft")}
    if len(first) > 1:
        return _("%(first)s answer %(others)s already: %(number)s comes on top.") % names
    return _("%(first)s answers %(others)s already: %(number)s comes on top.") % names


def _face(company: Company | None, entries: tuple[JournalEntry, ...], is_open: bool, documents: Documents) -> Face:
    urls = tuple(documents.url(ENTRY, one.pk) if is_open else "" for one in entries)
    return Face(str(company or _("A company that is not here yet")), entries, is_open, urls)


def _rows(seller: Face, buyer: Face) -> Iterator[Row]:
    """What stands on the documents; what is only in the books of one company is for those who may see it."""
    yield _row(_("State"), seller, buyer, _state)
    yield _row(_("Day on it"), seller, buyer, lambda one: words.day(one.invoiced_on), compared=False)
    yield _row(_("Booked on"), seller, buyer, lambda one: words.day(one.dated_on), same=_same_months)
    yield _money_row(_("Untaxed"), seller, buyer, lambda one: one.amount_untaxed)
    yield _money_row(_("Tax"), seller, buyer, lambda one: one.amount_tax)
    yield _money_row(_("Total"), seller, buyer, lambda one: one.amount_total, printed=True)
    yield from _quantities(seller, buyer)


def _row(label: str, seller: Face, buyer: Face, text: Text, *, compared: bool = True, same: Same | None = None) -> Row:
    """One line: values are compared as they read, or by ``same``."""
    values = [_shown(face, text) for face in (seller, buyer)]
    known = compared and not {HIDDEN, NOTHING} & set(values)
    equal = same(seller, buyer) if known and same is not None else values[0] == values[1]
    return Row(label, values[0], values[1], differs=known and not equal)


def _shown(face: Face, text: Text) -> str:
    """What the documents of a side say, each thing once."""
    if not face.entries:
        return NOTHING
    return ", ".join(dict.fromkeys(_known(face, one, text) for one in face.entries))


def _known(face: Face, one: JournalEntry, text: Text, *, printed: bool = False) -> str:
    """``printed`` is what either party knows once the document is booked."""
    return text(one) if face.open or (printed and one.state == POSTED) else HIDDEN


def _number(one: JournalEntry) -> str:
    return one.number or _("Draft")


def _state(one: JournalEntry) -> str:
    return _("booked") if one.state == POSTED else _("draft")


def _same_months(one: Face, other: Face) -> bool:
    """Whether all are booked in one month, as far as they have a day."""
    days = [entry.dated_on for face in (one, other) for entry in face.counted if entry.dated_on]
    return len({day.replace(day=1) for day in days}) < 2


def _money_row(label: str, seller: Face, buyer: Face, value: Value, *, printed: bool = False) -> Row:
    """What the documents of either side come to."""
    values = [_sum(face, value, printed=printed) for face in (seller, buyer)]
    known = not {HIDDEN, NOTHING} & set(values)
    return Row(label, values[0], values[1], differs=known and values[0] != values[1])


def _sum(face: Face, value: Value, *, printed: bool) -> str:
    if not face.entries:
        return NOTHING
    if not (face.open or (printed and all(one.state == POSTED for one in face.counted))):
        return HIDDEN
    currency = face.counted[0].currency
    total = sum(((value(one) or Decimal(0)) * face.sign(one) for one in face.counted), Decimal(0))
    return words.amount(total, currency.name if currency else "")


def _quantities(seller: Face, buyer: Face) -> Iterator[Row]:
    """Each product that either side names, for those who see both; only what both name is compared. A credit note
    among others may be for a price alone: then quantities say nothing.
    """
    is_net = any(face.sign(one) < 0 for face in (seller, buyer) for one in face.entries)
    if is_net or not (seller.entries and buyer.entries and seller.open and buyer.open):
        return
    found = quantities_of([one.pk for face in (seller, buyer) for one in face.counted])
    sides = [_amounts(face, found) for face in (seller, buyer)]
    products = Product.everything.select_related("template").in_bulk({*sides[0], *sides[1]})
    for key, product in sorted(products.items()):
        pair = [number_format(side[key].normalize(), use_l10n=True) if key in side else NOTHING for side in sides]
        both = all(key in side for side in sides)
        yield Row(_("Quantity of %s") % product.name, pair[0], pair[1], differs=both and pair[0] != pair[1])


def _amounts(face: Face, found: Mapping[int, Iterable[tuple[int, Decimal]]]) -> dict[int, Decimal]:
    total: dict[int, Decimal] = defaultdict(Decimal)
    for one in face.counted:
        for product, amount in found.get(one.pk, ()):
            total[product] += amount
    return total
