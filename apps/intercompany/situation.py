"""Who stands where about one document between two companies: who must act, and what the other company holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from apps.intercompany.documents import Document, Match
from apps.intercompany.lanes import POSTED, Group, Lane
from apps.intercompany.trades import Trade, read_trade
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import MirrorQuerySet
from odoo_sync.mirror.company import Company
from odoo_sync.working_time import ASSUMED, Calendar, calendars_of, local_day


@dataclass(frozen=True)
class Situation:
    """``acting`` is the company that must act, ``theirs`` the other company's document, ``mine`` the own one if any.

    Where several belong together, these are the first of either side; ``their_side`` and ``my_side`` are all of them.
    ``answers`` are the own documents that answer ``their_side`` already, beside which ``mine`` is a second one.
    ``sellers`` are the partners that stand for the selling company.
    """

    entry: JournalEntry
    trade: Trade
    acting: int
    their_side: tuple[JournalEntry, ...]
    my_side: tuple[JournalEntry, ...] = ()
    sellers: tuple[int, ...] = ()
    answers: tuple[JournalEntry, ...] = ()

    @property
    def theirs(self) -> JournalEntry:
        return self.their_side[0]

    @property
    def mine(self) -> JournalEntry | None:
        return self.my_side[0] if self.my_side else None

    @property
    def lane(self) -> Lane:
        return self.trade.lane

    @property
    def other(self) -> int:
        return self.lane.seller if self.acting == self.lane.buyer else self.lane.buyer

    @property
    def is_unanswered(self) -> bool:
        """Whether nothing answers the document, not even a draft, and its own company has not undone it."""
        matching = self.trade.matching
        return matching.of(self.entry.pk) is None and self.entry.pk not in matching.settled

    @property
    def place(self) -> Slice:
        return Slice(self.acting)


def situation_of(entry: JournalEntry) -> Situation | None:
    """How things stand about a posted document; null where it is not between two companies, or too old to be looked
    for.
    """
    group = Group.read()
    lane = group.lane_of(entry)
    if lane is None or entry.gone_at is not None or entry.state != POSTED:
        return None
    trade = read_trade(group, lane)
    if entry.pk not in trade.documents:
        return None
    match, twin = trade.matching.of(entry.pk), trade.matching.twins.get(entry.pk)
    sellers = tuple(group.partners[lane.seller])
    if match is not None:
        return _matched(entry, trade, match, sellers)
    if twin is not None:
        return _second(entry, trade, twin, sellers)
    acting = lane.buyer if entry.company_id == lane.seller else lane.seller
    return Situation(entry, trade, acting, (entry,), (), sellers)


def _second(entry: JournalEntry, trade: Trade, twin: int, sellers: tuple[int, ...]) -> Situation:
    """A document beside one that answers the same already: its own company acts."""
    answered = trade.matching.of(twin)
    assert answered is not None and entry.company_id is not None
    others = answered.others(twin)
    theirs, answers = (
        _rows([one.key for one in sorted(side, key=_drafts_last)], entry)
        for side in (others, tuple(one for one in answered.members if one not in others))
    )
    return Situation(entry, trade, entry.company_id, theirs, (entry,), sellers, answers)


def _matched(entry: JournalEntry, trade: Trade, match: Match, sellers: tuple[int, ...]) -> Situation:
    """The buyer acts, but for what the seller has not booked; what is booked comes first on either side."""
    keys = [[one.key for one in sorted(side, key=_drafts_last)] for side in (match.sales, match.purchases)]
    sales, purchases = (_rows(side, entry) for side in keys)
    lane = trade.lane
    if sales[0].state != POSTED:
        return Situation(entry, trade, lane.seller, purchases, sales, sellers)
    return Situation(entry, trade, lane.buyer, sales, purchases, sellers)


def _drafts_last(one: Document) -> tuple[bool, int]:
    return not one.posted, one.key


def _rows(keys: list[int], entry: JournalEntry) -> tuple[JournalEntry, ...]:
    """The mirrored documents of these keys, in this order, among which may be the one at hand."""
    found = {entry.pk: entry}
    if keys != [entry.pk]:
        rows = JournalEntry.everything.select_related("currency", "responsible").filter(pk__in=keys)
        found |= {row.pk: row for row in rows if row.pk != entry.pk}
    return tuple(found[key] for key in keys)


def reachable(scope: Scope) -> MirrorQuerySet:
    """Documents between companies of which the scope covers either: both are parties to them."""
    group = Group.read()
    covered = {company for company in group.companies.values() if scope.covers(company, None)}
    partners = [partner for company in covered for partner in group.partners[company]]
    found = group.entries().filter(gone_at=None)
    return found.filter(commercial_partner__in=partners) | found.filter(company__in=covered)


def odoo_id(company: int) -> int:
    """Odoo's own id of a company."""
    return split_key(company)[1]


def company_name(key: int) -> str:
    return Company.everything.filter(pk=key).values_list("name", flat=True).first() or ""


def calendar_at(company: int | None) -> Calendar:
    """The working days and the time zone of a company."""
    return calendars_of([company]).get(company, ASSUMED) if company is not None else ASSUMED


def today_at(company: int | None) -> date:
    """The day that it is in a company now."""
    return local_day(timezone.now(), calendar_at(company))
