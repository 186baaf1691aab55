"""I1, judgement alone: both sides of its limit, and every shape of a counterpart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from apps.exceptions.definition import Clear, Finding, Moot, Subject, Verdict
from apps.intercompany.detectors.missing_counterpart import MissingCounterpart
from apps.intercompany.documents import Document, Match, Rung
from apps.intercompany.facts import PairFacts
from apps.intercompany.lanes import Lane

DETECTOR = "intercompany.missing_counterpart"
NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DAY = date(2026, 6, 3)
SALE = Document(
    1, "out_invoice", 10, True, "INV/1", untaxed=Decimal(300), total=Decimal(300), currency=5, booked_on=DAY
)
BILL = replace(SALE, key=2, kind="in_invoice", company=20, number="BILL/1")


def facts(one: Document = SALE, other: Document | None = None, **values: object) -> PairFacts:
    owner = 20 if one.is_sale else 10
    base = PairFacts(
        Subject("account.move", str(one.key), 1, owner),
        one.key,
        state="posted" if one.posted else "draft",
        own=one,
        match=None
        if other is None
        else Match.pair(*sorted((one, other), key=lambda side: not side.is_sale), Rung.REFERENCE),
        lane=Lane(10, 20),
        owner=owner,
        names=((10, "Lyon"), (20, "Oxford")),
        worth=((5, Decimal("1.5")),),
        codes=((5, "GBP"),),
    )
    return replace(base, **values)  # type: ignore[arg-type]


def judged(about: PairFacts, now: datetime = NOW) -> Verdict:
    return MissingCounterpart().judge(about, MissingCounterpart.limits, now)


def found(about: PairFacts, now: datetime = NOW) -> Finding:
    verdict = judged(about, now)
    assert isinstance(verdict, Finding)
    return verdict


def test_an_invoice_without_a_bill_is_found_on_its_day_with_its_worth():
    finding = found(facts())
    assert finding.summary == "Lyon has invoiced 300.00 GBP to Oxford, and no bill is booked"
    assert (finding.impact.money, finding.impact.delay_days) == (Decimal("450.00"), 0)
    assert finding.counted == ("grace_days",)


def test_an_invoice_of_tomorrow_waits_for_its_day():
    verdict = judged(facts(replace(SALE, booked_on=DAY + timedelta(days=1))))
    assert isinstance(verdict, Clear)
    assert verdict.next_check_at == datetime(2026, 6, 4, tzinfo=UTC)


def test_the_delay_counts_working_days_since_its_day():
    assert found(facts(replace(SALE, booked_on=date(2026, 5, 29)))).impact.delay_days == 3


def test_a_booked_bill_answers_it():
    assert isinstance(judged(facts(other=BILL)), Clear)


def test_a_bill_that_is_a_draft_does_not_and_the_case_says_so():
    finding = found(facts(other=replace(BILL, posted=False, number="")))
    assert finding.summary == "Lyon has invoiced 300.00 GBP to Oxford, and the bill is still a draft"


def test_a_bill_without_an_invoice_belongs_to_the_seller():
    finding = found(facts(BILL))
    assert finding.summary == "Oxford has booked a bill over 300.00 GBP from Lyon, and no invoice is booked"
    assert finding.subject.company == 10


def test_a_second_bill_for_one_invoice_is_told_as_such():
    finding = found(facts(BILL, twin=replace(BILL, key=3, number="BILL/0"), owner=20))
    assert finding.summary == "Oxford has booked a second bill over 300.00 GBP from Lyon for one invoice"


def test_no_document_of_the_other_company_is_named_on_the_card():
    for about, foreign in ((facts(), "INV/1"), (facts(BILL), "BILL/1")):
        finding = found(about)
        assert foreign not in finding.summary + finding.detail


def test_what_is_no_longer_posted_or_no_longer_there_is_moot():
    assert isinstance(judged(facts(replace(SALE, posted=False))), Moot)
    assert isinstance(judged(facts(gone=True)), Moot)
    assert isinstance(judged(facts(own=SALE, lane=None, match=None) and replace(facts(), own=None)), Moot)


def test_without_a_rate_the_money_is_a_gap_and_no_zero_in_silence():
    finding = found(facts(worth=(), gaps=("no rate from GBP to EUR on 2026-06-03",)))
    assert finding.impact.money == 0
    assert finding.gaps == ("Money is incomplete: no rate from GBP to EUR on 2026-06-03.",)


def test_the_other_sides_document_leads_to_no_record():
    rows = {one.label: one.row for one in found(facts(other=replace(BILL, posted=False))).evidence}
    assert rows == {
        "Invoice of Lyon": None,
        "Total (Lyon)": None,
        "Bill of Oxford": 2,
        "Day on it (Oxford)": None,
        "Total (Oxford)": None,
    }
