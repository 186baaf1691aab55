"""Who stands where about one document between two companies: who must act, and what the other company holds."""

from __future__ import annotations

from dataclasses import dataclass

from apps.intercompany.lanes import POSTED, Group, Lane, Trade, read_trade
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import MirrorQuerySet
from odoo_sync.mirror.company import Company


@dataclass(frozen=True)
class Situation:
    """``acting`` is the company that must act, ``theirs`` the other company's document, ``mine`` the own one if any."""

    entry: JournalEntry
    trade: Trade
    acting: int
    theirs: JournalEntry
    mine: JournalEntry | None = None

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
    """How things stand about a posted document; null where it is not between two companies, or settled by a twin."""
    group = Group.read()
    lane = group.lane_of(entry)
    if lane is None or entry.gone_at is not None or entry.state != POSTED:
        return None
    trade = read_trade(group, lane)
    match, twin = trade.matching.of(entry.pk), trade.matching.twins.get(entry.pk)
    if match is not None:
        sale, purchase = trade.rows[match.sale.key], trade.rows[match.purchase.key]
        acting = lane.seller if sale.state != POSTED else lane.buyer
        mine, theirs = (sale, purchase) if acting == lane.seller else (purchase, sale)
        return Situation(entry, trade, acting, theirs, mine)
    if twin is not None:
        answered = trade.matching.of(twin)
        assert answered is not None and entry.company_id is not None
        return Situation(entry, trade, entry.company_id, trade.rows[answered.other(twin).key], entry)
    acting = lane.buyer if entry.company_id == lane.seller else lane.seller
    return Situation(entry, trade, acting, entry)


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
