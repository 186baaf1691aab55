"""Who stands where about one document between two companies: who must act, and what the other company holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

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

    ``sellers`` are the partners that stand for the selling company.
    """

    entry: JournalEntry
    trade: Trade
    acting: int
    theirs: JournalEntry
    mine: JournalEntry | None = None
    sellers: tuple[int, ...] = ()

    @property
    def lane(self) -> Lane:
        return self.trade.lane

    @property
    def other(self) -> int:
        return self.lane.seller if self.acting == self.lane.buyer else self.lane.buyer

    @property
    def is_unanswered(self) -> bool:
        """Whether nothing answers the document, not even a draft."""
        return self.trade.matching.of(self.entry.pk) is None

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
        sale, purchase = (_row(one.key, entry) for one in match[:2])
        acting = lane.seller if sale.state != POSTED else lane.buyer
        mine, theirs = (sale, purchase) if acting == lane.seller else (purchase, sale)
        return Situation(entry, trade, acting, theirs, mine, sellers)
    if twin is not None:
        answered = trade.matching.of(twin)
        assert answered is not None and entry.company_id is not None
        return Situation(entry, trade, entry.company_id, _row(answered.other(twin).key, entry), entry, sellers)
    acting = lane.buyer if entry.company_id == lane.seller else lane.seller
    return Situation(entry, trade, acting, entry, None, sellers)


def _row(key: int, entry: JournalEntry) -> JournalEntry:
    """The mirrored document of a key, which may be the one at hand."""
    if key == entry.pk:
        return entry
    found: JournalEntry = JournalEntry.everything.select_related("currency", "responsible").get(pk=key)
    return found


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
