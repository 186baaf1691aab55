"""What is known of a document between two companies of the group, and of the one that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from apps.exceptions.definition import Subject
from apps.intercompany.documents import Document, Match
from apps.intercompany.lanes import ENTRY, Group, Lane
from apps.intercompany.trades import Trade, document, known, lines_of, quantities_of, read_trades
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.currency import Currency
from odoo_sync.rates import Rates, UnknownRateError, read_rates
from odoo_sync.working_time import ASSUMED, Calendar, calendars_of


@dataclass(frozen=True)
class PairFacts:
    """One document with its counterpart, as the mirror has them.

    ``past`` says that it was booked too long ago to be looked for. ``match`` is null while nothing answers the
    document; ``twin`` is then the document of the same side and number that its counterpart answers already, and
    ``answered`` is that counterpart.
    ``undone_with`` are the documents of its own side with which it undoes or is undone wholly, while the other company
    has booked none of them. ``owner`` is the company that must act. ``worth`` is the group currency's worth of one unit
    of each currency by the seller's rates of the day; ``gaps`` name what has no rate.
    """

    subject: Subject
    row: int
    gone: bool = False
    past: bool = False
    state: str = ""
    own: Document | None = None
    match: Match | None = None
    twin: Document | None = None
    answered: tuple[Document, ...] = ()
    undone_with: tuple[Document, ...] = ()
    lane: Lane | None = None
    owner: int | None = None
    names: tuple[tuple[int, str], ...] = ()
    worth: tuple[tuple[int, Decimal], ...] = ()
    codes: tuple[tuple[int, str], ...] = ()
    gaps: tuple[str, ...] = ()
    documents: tuple[int, ...] = ()
    calendar: Calendar = ASSUMED
    currency: str = "EUR"
    as_of: datetime | None = field(default=None, compare=False, repr=False)

    def name(self, company: int | None) -> str:
        return dict(self.names).get(company or 0) or _("a company that is not here yet")

    def worth_of(self, one: Document | None) -> Decimal | None:
        """What one unit of a document's currency is worth in the group's; null where no rate says so."""
        return dict(self.worth).get(one.currency or 0) if one else None

    def code(self, one: Document) -> str:
        return dict(self.codes).get(one.currency or 0, "")

    @property
    def others(self) -> tuple[Document, ...]:
        """What answers it, drafts among them."""
        return self.match.others(self.row) if self.match else ()

    @property
    def parties(self) -> list[Document]:
        """Every document at hand, the seller's first."""
        members = self.match.members if self.match else (self.own,)
        parts = {one.key: one for one in (*members, self.twin, *self.answered) if one is not None}
        return sorted(parts.values(), key=lambda one: (not one.is_sale, one.key))


def read_pairs(
    entries: Iterable[JournalEntry], *, acting: str = "lacking", with_quantities: bool = False
) -> Iterator[PairFacts]:
    """Facts of documents, in a number of queries that does not grow with them; each lane is read once.

    ``acting`` says which company must act: ``buyer``, or the one that is ``lacking`` its document.
    """
    rows, group = list(entries), Group.read()
    pairs = [(row, group.lane_of(row)) for row in rows]
    lanes = {lane for _row, lane in pairs if lane is not None}
    trades = read_trades(group, lanes)
    rates = read_rates({lane.seller for lane in lanes})
    calendars = calendars_of({company for lane in lanes for company in lane})
    codes = dict(Currency.everything.values_list("pk", "name")) if lanes else {}
    found = [(row, lane, trades[lane] if lane else None) for row, lane in pairs]
    compared = _compared(found) if with_quantities else {}
    old = [row.pk for row, lane in pairs if lane is not None and group.is_past(row)]
    past = frozenset(old) - known() if old else frozenset()
    for row, lane, trade in found:
        yield _Reading(row, lane, trade, rates, calendars, codes, compared, group.names, past, acting).facts()


def _compared(found: Iterable[tuple[JournalEntry, Lane | None, Trade | None]]) -> dict[int, Document]:
    """All documents that belong together, with their lines counted and what they are over."""
    wanted: dict[int, Document] = {}
    for row, _lane, trade in found:
        one = trade.matching.of(row.pk) if trade else None
        wanted.update({each.key: each for each in one.members} if one else {})
    lines, amounts = lines_of(wanted), quantities_of(wanted)
    return {key: replace(one, lines=lines.get(key, 1), quantities=amounts.get(key)) for key, one in wanted.items()}


@dataclass
class _Reading:
    """One document on its way to facts."""

    row: JournalEntry
    lane: Lane | None
    trade: Trade | None
    rates: Rates
    calendars: Mapping[int, Calendar]
    codes: Mapping[int, str]
    compared: Mapping[int, Document]
    company_names: Mapping[int, str]
    past: frozenset[int]
    acting: str

    def facts(self) -> PairFacts:
        row, lane = self.row, self.lane
        if lane is None or self.trade is None or row.gone_at is not None:
            subject = Subject(ENTRY, str(row.pk), row.connection_id, row.company_id)
            return PairFacts(subject, row.pk, gone=row.gone_at is not None, state=row.state or "")
        own = self.compared.get(row.pk) or document(row)
        match, twin = self._match(), self._twin()
        owner = self._owner(own, lane, twin)
        answered = self._answered(twin)
        parts = [*(match.members if match else [own]), *([twin] if twin else []), *answered]
        worth, gaps = self._worth(parts, lane)
        return PairFacts(
            subject=Subject(ENTRY, str(row.pk), row.connection_id, owner),
            row=row.pk,
            past=row.pk in self.past,
            state=row.state or "",
            own=own,
            match=match,
            twin=twin,
            answered=answered,
            undone_with=self._undone_with(),
            lane=lane,
            owner=owner,
            names=tuple((company, self.company_names.get(company, "")) for company in lane),
            worth=worth,
            codes=tuple((one, self.codes.get(one, "")) for one in sorted({one.currency or 0 for one in parts})),
            gaps=gaps,
            documents=tuple(sorted({*(one.key for one in parts), *lane})),
            calendar=self.calendars.get(owner, ASSUMED),
            currency=settings.GROUP_CURRENCY,
            as_of=row.read_ended_at,
        )

    def _match(self) -> Match | None:
        found = self.trade.matching.of(self.row.pk) if self.trade else None
        if found is None or not self.compared:
            return found
        sales, purchases = (tuple(self.compared[one.key] for one in side) for side in (found.sales, found.purchases))
        return Match(sales, purchases, found.rung)

    def _twin(self) -> Document | None:
        assert self.trade is not None
        key = self.trade.matching.twins.get(self.row.pk)
        return self.trade.documents[key] if key is not None else None

    def _answered(self, twin: Document | None) -> tuple[Document, ...]:
        assert self.trade is not None
        match = self.trade.matching.of(twin.key) if twin is not None else None
        return match.others(twin.key) if match is not None and twin is not None else ()

    def _undone_with(self) -> tuple[Document, ...]:
        assert self.trade is not None
        return tuple(self.trade.documents[key] for key in self.trade.matching.settled.get(self.row.pk, ()))

    def _owner(self, own: Document, lane: Lane, twin: Document | None) -> int:
        if self.acting == "buyer":
            return lane.buyer
        if twin is not None:
            return own.company
        return lane.buyer if own.is_sale else lane.seller

    def _worth(self, parts: list[Document], lane: Lane) -> tuple[tuple[tuple[int, Decimal], ...], tuple[str, ...]]:
        target = self.rates.currency(settings.GROUP_CURRENCY, self.row.connection_id)
        day = next((one.day for one in parts if one.is_sale), parts[0].day)
        found, gaps = {}, []
        for currency in sorted({one.currency or 0 for one in parts}):
            try:
                found[currency] = self.rates.conversion(
                    currency or None, target, lane.seller, max(day, date(1970, 1, 1))
                )
            except UnknownRateError as error:
                gaps.append(str(error))
        return tuple(found.items()), tuple(gaps)
