"""An invoice and the bill that answers it, where they contradict each other."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.roles import Role
from apps.exceptions.definition import Clear, Detector, Domain, Evidence, Finding, Impact, Moot, Verdict, detectors
from apps.intercompany import words
from apps.intercompany.differences import Difference, Tolerance, contradictions, money_between, uncompared
from apps.intercompany.documents import Match
from apps.intercompany.facts import PairFacts, read_pairs
from apps.intercompany.lanes import ENTRY, POSTED, PURCHASES
from apps.intercompany.touched import by_entry, by_item, everything, in_cases, of_keys, traded
from controltower.lib.money import Money
from controltower.lib.scope import Scope
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from odoo_sync.mirror.company import Company, WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.mirror.product import UnitOfMeasure
from odoo_sync.working_time import day_begins, local_day, working_days_between

NAMES: Mapping[Difference, Any] = {
    Difference.CURRENCY: gettext_lazy("currency"),
    Difference.QUANTITY: gettext_lazy("quantity"),
    Difference.AMOUNT: gettext_lazy("amount"),
    Difference.TAX: gettext_lazy("tax"),
    Difference.PERIOD: gettext_lazy("period"),
}
BILLS: Mapping[str, Any] = {
    "pair": gettext_lazy("Bill of %(buyer)s and invoice of %(seller)s differ by %(money)s: %(what)s"),
    "spans": gettext_lazy(
        "Bill of %(buyer)s over %(count)d invoices of %(seller)s differs from them by %(money)s: %(what)s"
    ),
    "net": gettext_lazy(
        "Bills of %(buyer)s and invoices of %(seller)s differ, net of credit notes, by %(money)s: %(what)s"
    ),
    "parts": gettext_lazy(
        "%(count)d bills of %(buyer)s for one invoice of %(seller)s differ from it by %(money)s: %(what)s"
    ),
    "period": gettext_lazy("%(buyer)s has booked %(money)s from %(seller)s in another period than %(seller)s"),
}
CREDITS: Mapping[str, Any] = {
    "pair": gettext_lazy("Vendor credit note of %(buyer)s and credit note of %(seller)s differ by %(money)s: %(what)s"),
    "spans": gettext_lazy(
        "Vendor credit note of %(buyer)s over %(count)d credit notes of %(seller)s differs from them by %(money)s:"
        " %(what)s"
    ),
    "parts": gettext_lazy(
        "%(count)d vendor credit notes of %(buyer)s for one credit note of %(seller)s differ from it by %(money)s:"
        " %(what)s"
    ),
    "period": gettext_lazy(
        "%(buyer)s has booked a credit note over %(money)s from %(seller)s in another period than %(seller)s"
    ),
}


def _one_unit() -> Money:
    return Money(Decimal(1), settings.GROUP_CURRENCY)


@dataclass(frozen=True)
class Limits:
    """What two documents may differ by.

    An amount passes when it is within both ``tolerance`` and ``share`` (in 1/10,000 of the document), or no more than a
    cent a line. ``period_days``: how far apart accounting dates may lie across the end of a month. ``close_days``: from
    how many days before the end of a month on its differences are a breach of control.
    """

    tolerance: Money = field(default_factory=_one_unit)
    share: int = 10
    period_days: int = 3
    close_days: int = 3

    titles: ClassVar[Mapping[str, Any]] = {
        "tolerance": gettext_lazy("Difference of amounts that passes"),
        "share": gettext_lazy("Difference that passes, as a share in 1/10,000"),
        "period_days": gettext_lazy("Days apart across a month's end that pass"),
        "close_days": gettext_lazy("Breach of control from, days before a month's end"),
    }
    most: ClassVar[Mapping[str, Any]] = {"period_days": 365, "close_days": 365}

    def problems(self) -> Iterator[str]:
        if self.tolerance.currency != settings.GROUP_CURRENCY:
            yield _("tolerance is in the group's currency: %s.") % settings.GROUP_CURRENCY
        if not 0 <= self.share <= 10_000:
            yield _("share lies between 0 and 10000.")
        if min(self.period_days, self.close_days) < 0:
            yield _("period_days and close_days are 0 or more.")

    @property
    def allowed(self) -> Tolerance:
        return Tolerance(self.tolerance.amount, self.share, self.period_days)


@detectors.add
class DifferingPair(Detector[PairFacts]):
    """A posted invoice and the posted bill that answers it contradict each other beyond the tolerance.

    *What answers what* is told under I1. Of several documents on one side (a bill over several invoices, an invoice
    billed in parts) the sum is compared, without drafts and net of credit notes that count against it (quantities are
    then left out), and the period of each; that is one case, of the buyer's
    oldest document among them, so that one which joins later or leaves changes the case and makes no other. Credit
    notes and vendor credit notes are compared alike.

    Compared are, in this order: currency; quantity of each product that both sides name (product lines, in the
    product's reference unit; what only one of them names is told, and is left to the amount); amount (amount_untaxed);
    tax (amount_tax); period (the month of date, the accounting day). Documents in one currency are compared in it, so
    that the companies' own rates make no difference; documents in two currencies differ in just that.

    *Tolerance*: a difference of amounts passes when it is within both limits, in the group currency and as a share of
    the document, or no more than a cent for each line. Different months pass when the days lie close together.

    *Money* = the difference of the totals in the group currency, by the seller's rates of the day on the invoice; where
    only the period differs, the untaxed amount of what is in another one, since it is missing in one month and too much
    in the other. *Delay* D = working days since the later of the two was booked. *Control* k = 1 from a few days before
    the end of the month in which the earlier one was booked.

    *Who must act*: the buyer, since the invoice is the document that was agreed on. The case closes when the two agree,
    or one of them is cancelled, reset or deleted (what is missing then is I1).
    """

    key = "intercompany.differing_pair"
    code = "I4"
    title = gettext_lazy("Intercompany documents contradict each other")
    domain = Domain.INTERCOMPANY
    owner = Role.CONTROLLER
    subject_type = ENTRY
    remedies = ("intercompany.ask_other_company",)
    limits = Limits()
    overridable = frozenset({"company"})
    depends_on = {
        JournalEntry: by_entry,
        JournalItem: by_item,
        Company: everything,
        UnitOfMeasure: everything,
        WorkingCalendar: in_cases,
        WorkingHours: in_cases,
        Currency: in_cases,
        CurrencyRate: everything,
    }

    def subjects(self, scope: Scope) -> Iterable[str]:
        return map(str, traded().filter(kind__in=PURCHASES).values_list("pk", flat=True))

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> QuerySet[JournalEntry]:
        return of_keys(subjects).filter(kind__in=PURCHASES)

    def facts(self, candidates: Iterable[JournalEntry], now: datetime) -> Iterator[PairFacts]:
        return read_pairs(candidates, acting="buyer", with_quantities=True)

    def judge(self, facts: PairFacts, limits: Limits, now: datetime) -> Verdict:
        if facts.own is None or facts.gone:
            return Moot(facts.subject, _("It no longer exists, or is no longer between two companies of the group."))
        if facts.state != POSTED:
            return Moot(facts.subject, _("The document is no longer posted."))
        if facts.past:
            return Moot(facts.subject, _("It was booked longer ago than the tower looks back."))
        match = facts.match.booked if facts.match is not None else None
        if match is None:
            return Clear(facts.subject, _("No booked document of the other company belongs to it any more."))
        if match.anchor != facts.row:
            return Clear(facts.subject, _("It is compared together with another one for the same document."))
        found = contradictions(match, limits.allowed, facts.worth_of(match.sale))
        if not found:
            return Clear(facts.subject, _("The documents agree."))
        return _finding(facts, match, found, limits, now)


def _finding(facts: PairFacts, match: Match, found: list[Difference], limits: Limits, now: datetime) -> Finding:
    worth = (facts.worth_of(match.sale), facts.worth_of(match.purchase))
    money = money_between(match, found, limits.allowed, worth)
    today = local_day(now, facts.calendar)
    booked = [one.booked_on or one.day for one in match.members]
    closing = _month_end(min(booked)) - timedelta(days=limits.close_days)
    return Finding(
        subject=facts.subject,
        summary=_summary(facts, match, found, money),
        detail=words.detail(words.one_of(str(NAMES[one]) for one in found), words.numbers(match.purchases)),
        evidence=(*words.evidence(facts), *_uncompared(match)),
        impact=Impact(
            money=money or Decimal(0),
            currency=facts.currency,
            delay_days=max(working_days_between(max(booked), today, facts.calendar), 0),
            control=today >= closing,
            chain=tuple(words.links(facts)),
        ),
        documents=facts.documents,
        gaps=words.gaps(facts),
        counted=_counted(found),
        next_check_at=day_begins(today + timedelta(days=1), facts.calendar),
    )


def _uncompared(match: Match) -> Iterator[Evidence]:
    """That quantities say nothing of products which only one of the two documents names."""
    count = uncompared(match.sale, match.purchase)
    if count and match.sale.quantities and match.purchase.quantities:
        yield Evidence(_("Products that only one of the two names, not compared"), count)


def _counted(found: list[Difference]) -> tuple[str, ...]:
    amounts = {Difference.AMOUNT, Difference.TAX} & set(found)
    period = ["period_days"] if Difference.PERIOD in found else []
    return (*(["tolerance", "share"] if amounts else []), *period, "close_days")


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _summary(facts: PairFacts, match: Match, found: list[Difference], money: Decimal | None) -> str:
    assert facts.lane is not None
    names = {
        "seller": facts.name(facts.lane.seller),
        "buyer": facts.name(facts.lane.buyer),
        "money": words.amount(money, facts.currency) if money is not None else _("an amount without a rate"),
        "what": NAMES[found[0]],
        "count": max(len(match.sales), len(match.purchases)),
    }
    sentences = CREDITS if match.sale.is_credit else BILLS
    shape = "net" if match.is_net else "pair" if match.is_pair else "spans" if len(match.purchases) == 1 else "parts"
    return str(sentences["period" if found == [Difference.PERIOD] else shape]) % names
