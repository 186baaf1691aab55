"""Which companies of the group trade with each other, and which documents are between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import MirrorQuerySet
from odoo_sync.mirror.company import Company

ENTRY = "account.move"
SALES, PURCHASES = ("out_invoice", "out_refund"), ("in_invoice", "in_refund")
POSTED = "posted"
STANDING = ("draft", POSTED)
JUDGED_BACK = timedelta(days=731)
"""How long before the newest entry of the group's books a document may be booked and is still looked for."""
READ_BACK = JUDGED_BACK + timedelta(days=183)
"""How far back is read what may answer it."""


class Lane(NamedTuple):
    """A seller and a buyer, by mirror keys of their companies."""

    seller: int
    buyer: int


@dataclass(frozen=True)
class Group:
    """Which partner stands for which company of the group, and what the companies are called.

    ``newest`` is the accounting day of the newest entry of any of them, today at the latest; null without entries. What
    was booked long before is left alone, so that the work does not grow with the age of the books.
    """

    companies: Mapping[int, int]
    names: Mapping[int, str]
    newest: date | None = None

    @classmethod
    def read(cls) -> Group:
        """Every company that has a partner, and that partner's commercial one (res.company.partner_id)."""
        found: dict[int, int] = {}
        names: dict[int, str] = {}
        booked = JournalEntry.objects.filter(company=OuterRef("pk"), dated_on__lte=timezone.now().date())
        newest = Subquery(booked.order_by("-dated_on").values("dated_on")[:1])
        rows = Company.objects.values_list("pk", "name", newest, "partner_id", "partner__commercial_partner_id")
        days = []
        for key, name, day, *partners in rows.order_by("-pk"):
            names[key] = name
            days += [day] if day else []
            found.update(dict.fromkeys(filter(None, partners), key))
        return cls(found, names, max(days, default=None))

    def lane_of(self, entry: JournalEntry) -> Lane | None:
        """Between whom an entry is; null where its partner is no other company of the group."""
        return self.lane_between(entry.kind, entry.company_id, entry.commercial_partner_id or entry.partner_id)

    def lane_between(self, kind: str | None, company: int | None, partner: int | None) -> Lane | None:
        other = self.companies.get(partner or 0)
        if other is None or company is None or other == company:
            return None
        if kind in SALES:
            return Lane(company, other)
        return Lane(other, company) if kind in PURCHASES else None

    @cached_property
    def partners(self) -> Mapping[int, list[int]]:
        """The partners of each company."""
        found: dict[int, list[int]] = defaultdict(list)
        for partner, company in self.companies.items():
            found[company].append(partner)
        return found

    def entries(self) -> MirrorQuerySet:
        """Documents of any company with any other, whatever has become of them and however old they are."""
        kinds = (*SALES, *PURCHASES)
        return JournalEntry.everything.filter(kind__in=kinds, commercial_partner__in=list(self.companies))

    def between(self, lanes: Iterable[Lane]) -> Q:
        found = Q(pk__in=[])
        for lane in lanes:
            found |= Q(company=lane.seller, commercial_partner__in=self.partners[lane.buyer], kind__in=SALES)
            found |= Q(company=lane.buyer, commercial_partner__in=self.partners[lane.seller], kind__in=PURCHASES)
        return found

    def since(self, back: timedelta) -> Q:
        """What was booked so long before the newest entry at most, or has no day yet."""
        return Q() if self.newest is None else Q(dated_on=None) | Q(dated_on__gte=self.newest - back)

    def is_past(self, entry: JournalEntry) -> bool:
        """Whether it was booked too long ago to be looked for."""
        if self.newest is None or entry.dated_on is None:
            return False
        return bool(entry.dated_on < self.newest - JUDGED_BACK)
