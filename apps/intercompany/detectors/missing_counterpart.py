"""What one company of the group has booked with another, and the other has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.roles import Role
from apps.exceptions.definition import Clear, Detector, Domain, Finding, Impact, Moot, Verdict, detectors
from apps.intercompany import words
from apps.intercompany.documents import Document
from apps.intercompany.facts import PairFacts, read_pairs
from apps.intercompany.lanes import ENTRY, POSTED
from apps.intercompany.touched import by_calendar, by_entry, everything, in_cases, of_keys, traded
from controltower.lib.scope import Scope
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.company import Company, WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.working_time import day_begins, local_day, next_day_begins, working_days_between

SENTENCES: Mapping[str, Mapping[str, Any]] = {
    "out_invoice": {
        "none": gettext_lazy("%(seller)s has invoiced %(amount)s to %(buyer)s, and no bill is booked"),
        "draft": gettext_lazy("%(seller)s has invoiced %(amount)s to %(buyer)s, and the bill is still a draft"),
        "twice": gettext_lazy("%(seller)s has invoiced %(amount)s to %(buyer)s twice for one bill"),
    },
    "in_invoice": {
        "none": gettext_lazy("%(buyer)s has booked a bill over %(amount)s from %(seller)s, and no invoice is booked"),
        "draft": gettext_lazy(
            "%(buyer)s has booked a bill over %(amount)s from %(seller)s, and the invoice is still a draft"
        ),
        "twice": gettext_lazy("%(buyer)s has booked a second bill over %(amount)s from %(seller)s for one invoice"),
    },
    "out_refund": {
        "none": gettext_lazy("%(seller)s has credited %(amount)s to %(buyer)s, and no vendor credit note is booked"),
        "draft": gettext_lazy(
            "%(seller)s has credited %(amount)s to %(buyer)s, and the vendor credit note is still a draft"
        ),
        "twice": gettext_lazy("%(seller)s has credited %(amount)s to %(buyer)s twice for one vendor credit note"),
    },
    "in_refund": {
        "none": gettext_lazy(
            "%(buyer)s has booked a vendor credit note over %(amount)s from %(seller)s, and no credit note is booked"
        ),
        "draft": gettext_lazy(
            "%(buyer)s has booked a vendor credit note over %(amount)s from %(seller)s, and the credit note is still"
            " a draft"
        ),
        "twice": gettext_lazy(
            "%(buyer)s has booked a second vendor credit note over %(amount)s from %(seller)s for one credit note"
        ),
    },
}


@dataclass(frozen=True)
class Limits:
    """How many days after it was booked a document may wait for its counterpart; 0 means not at all."""

    grace_days: int = 0

    titles: ClassVar[Mapping[str, Any]] = {"grace_days": gettext_lazy("A missing counterpart counts after, days")}

    def problems(self) -> Iterator[str]:
        if not 0 <= self.grace_days <= 365:
            yield _("The days after which a missing counterpart counts lie between 0 and 365.")


@detectors.add
class MissingCounterpart(Detector[PairFacts]):
    """An invoice between two companies of the group without a booked bill, or a bill without a booked invoice.

    *Between companies*: commercial_partner_id of the entry is the partner of another res.company (partner_id, or that
    partner's own commercial one). Invoices (out_invoice) are answered by bills (in_invoice), credit notes (out_refund)
    by vendor credit notes (in_refund).

    *Counterpart*: by the link of an add-on (auto_invoice_id); else where one quotes the other's number (ref,
    payment_reference, invoice_origin against name, without case, separators and leading zeros; a number with letters
    may stand among words); else the only document of the same total and currency within 5 days, where neither quotes
    what looks like a number of the other side (letters and places of digits as in its numbers; an order's number or a
    word does not). Cancelled documents answer nothing. One that is still a draft is the counterpart, but is not booked:
    the case stands, and says so.

    *Lists*: after a number, or all alone, digits in a list or a range name what ends in just these digits
    (INV/2026/00018, 00019; 00018-00019; alone only what was issued within 120 days, in one sequence). Shorter forms
    (+ 19) and what lies within a range count only where the sums fit. Days, years and amounts name nothing.

    *Several*: one that alone is as much (within a thousandth, and one unit of its currency) is the counterpart, unless
    parts that came before make it up. Else a document that quotes several numbers answers all of these that are free,
    and several documents that quote one number answer it in parts, the oldest first, as long as they come to no more;
    whether the sums agree is I4. Where that makes the sums fit, what one of them names besides belongs to them, and
    credit notes made for it, or named, count against it. What is left and carries the number of one that was answered
    is told as a second one, with what answers already.

    *Undone*: a document that posted credit notes of its own company reverse wholly (reversed_entry_id; for one made by
    hand: the numbers that it quotes, the same total, and payment_state reversed), and these credit notes, need nothing
    from the other company, and what both have undone leaves nothing open. Once the buyer has booked what the seller
    undid, its credit note is lacking; what the buyer itself undid answers nothing, and leaves the invoice to another
    bill, unless the seller has credited it too. Of a part that was taken back, the rest still answers.

    *From when*: the document is posted, and grace_days days have passed since its accounting date (date), in the time
    zone of the company that must act. A limit of 0 counts from the day itself.

    *Who must act*: the company that lacks its document; of two documents for one counterpart, whoever has both.

    *How far back*: what was booked more than two years before the group's newest entry is left alone, but for what is a
    case already; half a year more is read for what may answer a document.

    *Money* = amount_total in the group currency by the seller's rates of the day on the document. *Delay* D = working
    days since the counterpart was due.

    The case closes when the counterpart is posted, or the document itself is cancelled, reset to draft or deleted.
    """

    key = "intercompany.missing_counterpart"
    code = "I1"
    title = gettext_lazy("Intercompany document without counterpart")
    domain = Domain.INTERCOMPANY
    owner = Role.CONTROLLER
    subject_type = ENTRY
    remedies = ("intercompany.draft_bill", "intercompany.ask_other_company")
    limits = Limits()
    overridable = frozenset({"company"})
    depends_on = {
        JournalEntry: by_entry,
        Company: everything,
        WorkingCalendar: by_calendar,
        WorkingHours: by_calendar,
        Currency: in_cases,
        CurrencyRate: in_cases,
    }

    def subjects(self, scope: Scope) -> Iterable[str]:
        return map(str, traded().values_list("pk", flat=True))

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> QuerySet[JournalEntry]:
        return of_keys(subjects)

    def facts(self, candidates: Iterable[JournalEntry], now: datetime) -> Iterator[PairFacts]:
        return read_pairs(candidates)

    def judge(self, facts: PairFacts, limits: Limits, now: datetime) -> Verdict:
        if facts.own is None or facts.gone:
            return Moot(facts.subject, _("It no longer exists, or is no longer between two companies of the group."))
        if facts.state != POSTED:
            return Moot(facts.subject, _("The document is no longer posted."))
        if facts.past:
            return Moot(facts.subject, _("It was booked longer ago than the tower looks back."))
        if any(one.posted for one in facts.others):
            return Clear(facts.subject, _("The counterpart is booked."))
        if facts.undone_with:
            return Clear(facts.subject, _("Its own company has undone it: nothing is left to book."))
        due = _due(facts.own, limits)
        today = local_day(now, facts.calendar)
        if today < due:
            return Clear(facts.subject, _("There is still time."), next_check_at=day_begins(due, facts.calendar))
        return _finding(facts, facts.own, due, today, now)


def _due(own: Document, limits: Limits) -> date:
    return (own.booked_on or own.day) + timedelta(days=limits.grace_days)


def _finding(facts: PairFacts, own: Document, due: date, today: date, now: datetime) -> Finding:
    worth = facts.worth_of(own)
    money = (own.total * worth).quantize(Decimal("0.01"), ROUND_HALF_UP) if worth is not None else Decimal(0)
    return Finding(
        subject=facts.subject,
        summary=_summary(facts, own),
        detail=_detail(facts, own),
        evidence=tuple(words.evidence(facts)),
        impact=Impact(
            money=money,
            currency=facts.currency,
            delay_days=working_days_between(due, today, facts.calendar),
            chain=tuple(words.links(facts)),
        ),
        documents=facts.documents,
        gaps=words.gaps(facts),
        counted=("grace_days",),
        remedy=_remedy(facts, own),
        next_check_at=next_day_begins(now, facts.calendar),
    )


def _remedy(facts: PairFacts, own: Document) -> str:
    """A bill is drafted where there is none; a draft, a second document or a lacking invoice is a question."""
    draft, ask = MissingCounterpart.remedies
    return draft if own.is_sale and not facts.others and facts.twin is None else ask


def _summary(facts: PairFacts, own: Document) -> str:
    """Both companies and the amount; no document of the other company is named."""
    assert facts.lane is not None
    names = {
        "seller": facts.name(facts.lane.seller),
        "buyer": facts.name(facts.lane.buyer),
        "amount": words.total(facts, own),
    }
    state = "twice" if facts.twin is not None else "draft" if facts.others else "none"
    return str(SENTENCES[own.kind][state]) % names


def _detail(facts: PairFacts, own: Document) -> str:
    """The own documents where there are any, with their day; beside which one of them another is."""
    if facts.twin is not None:
        beside = _("beside %s") % (facts.twin.number or _("Draft"))
        return words.detail(own.number or _("Draft"), words.day(own.day), beside)
    mine = [one for one in facts.parties if one.company == facts.owner]
    return words.detail(*(words.detail(one.number or _("Draft"), words.day(one.day)) for one in mine))
