"""I4, judgement alone: each kind of difference, and both sides of each limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from apps.exceptions.definition import Clear, Finding, Moot, Subject, Verdict
from apps.intercompany.detectors.differing_pair import DifferingPair
from apps.intercompany.documents import Document, Match, Rung
from apps.intercompany.facts import PairFacts
from apps.intercompany.lanes import Lane

DETECTOR = "intercompany.differing_pair"
NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DAY = date(2026, 6, 3)
AMOUNT = Decimal(10_000)
SALE = Document(1, "out_invoice", 10, True, "INV/1", (), None, 5, AMOUNT, Decimal(0), AMOUNT, DAY, DAY)
BILL = replace(SALE, key=2, kind="in_invoice", company=20, number="BILL/1", quoted=("INV/1",))


def bill(untaxed: str | None = None, tax: str = "0", **values: object) -> Document:
    net = AMOUNT if untaxed is None else Decimal(untaxed)
    return replace(BILL, untaxed=net, tax=Decimal(tax), total=net + Decimal(tax), **values)  # type: ignore[arg-type]


def facts(purchase: Document, sale: Document = SALE, **values: object) -> PairFacts:
    base = PairFacts(
        Subject("account.move", "2", 1, 20),
        2,
        state="posted",
        own=purchase,
        match=Match.pair(sale, purchase, Rung.REFERENCE),
        lane=Lane(10, 20),
        owner=20,
        names=((10, "Lyon"), (20, "Oxford")),
        worth=((5, Decimal(1)), (6, Decimal("1.2"))),
        codes=((5, "EUR"), (6, "GBP")),
    )
    return replace(base, **values)  # type: ignore[arg-type]


def judged(purchase: Document, now: datetime = NOW, sale: Document = SALE, **values: object) -> Verdict:
    return DifferingPair().judge(facts(purchase, sale, **values), DifferingPair.limits, now)


def found(purchase: Document, now: datetime = NOW, sale: Document = SALE) -> Finding:
    verdict = judged(purchase, now, sale)
    assert isinstance(verdict, Finding)
    return verdict


def test_equal_documents_are_clear():
    assert isinstance(judged(bill()), Clear)


def test_another_amount_is_found_with_its_worth():
    finding = found(bill("10500"))
    assert finding.summary == "Bill of Oxford and invoice of Lyon differ by 500.00 EUR: amount"
    assert finding.impact.money == Decimal("500.00")
    assert "INV/1" not in finding.summary + finding.detail


def test_one_unit_of_the_groups_currency_passes_and_a_cent_more_does_not():
    assert isinstance(judged(bill("10001")), Clear)
    assert found(bill("10001.01")).counted == ("tolerance", "share", "close_days")


def test_a_thousandth_of_the_document_passes_and_a_cent_more_does_not():
    small = replace(SALE, untaxed=Decimal(500), total=Decimal(500))
    assert isinstance(judged(bill("500.50"), sale=small), Clear)
    assert isinstance(judged(bill("500.51"), sale=small), Finding)


def test_a_smaller_share_would_not_let_pass_what_a_thousandth_does():
    small = replace(SALE, untaxed=Decimal(100), total=Decimal(100))
    assert isinstance(judged(bill("100.10"), sale=small), Clear)
    assert isinstance(judged(bill("100.11"), sale=small), Finding)


def test_another_tax_is_told_from_another_amount():
    assert found(bill(tax="2000")).summary == "Bill of Oxford and invoice of Lyon differ by 2,000.00 EUR: tax"


def test_other_quantities_are_told_before_the_amount_that_they_make():
    sale = replace(SALE, quantities=((7, Decimal(3)),))
    finding = found(bill("13333", quantities=((7, Decimal(4)),)), sale=sale)
    assert finding.summary.endswith("differ by 3,333.00 EUR: quantity")
    assert finding.detail == "quantity, amount · BILL/1"


def test_of_the_invoice_only_number_and_total_are_told():
    seen = {one.label: one.value for one in found(bill("10500")).evidence}
    assert {label: value for label, value in seen.items() if "Lyon" in label} == {
        "Invoice of Lyon": "INV/1",
        "Total (Lyon)": "10,000.00 EUR",
    }


def test_another_currency_is_the_difference_and_the_totals_are_compared_in_the_groups():
    assert found(bill(currency=6)).summary == "Bill of Oxford and invoice of Lyon differ by 2,000.00 EUR: currency"


def test_a_month_further_is_another_period_three_days_across_its_end_are_not():
    sale = replace(SALE, booked_on=date(2026, 5, 31))
    assert isinstance(judged(bill(), sale=sale), Clear)
    finding = found(bill(booked_on=date(2026, 6, 4)), sale=sale)
    assert finding.summary == "Oxford has booked 10,000.00 EUR from Lyon in another period than Lyon"
    assert finding.counted == ("period_days", "close_days")


def test_three_days_before_the_months_end_it_is_a_breach_of_control():
    for day, breach in ((26, False), (27, True), (28, True)):
        finding = found(bill("10500"), datetime(2026, 6, day, 12, tzinfo=UTC))
        assert finding.impact.control is breach


def test_the_delay_counts_working_days_since_the_later_was_booked():
    assert found(bill("10500"), datetime(2026, 6, 8, 12, tzinfo=UTC)).impact.delay_days == 3


def test_what_has_no_booked_counterpart_is_clear_here():
    assert isinstance(judged(bill("10500"), sale=replace(SALE, posted=False)), Clear)
    assert isinstance(judged(bill("10500"), match=None), Clear)


def test_a_bill_that_is_no_longer_posted_or_there_is_moot():
    assert isinstance(judged(bill("10500"), state="draft"), Moot)
    assert isinstance(judged(bill("10500"), gone=True), Moot)
    assert isinstance(judged(bill("10500"), own=None), Moot)


def test_a_missing_rate_is_said_and_only_rounding_passes():
    verdict = judged(bill("10001"), worth=(), gaps=("no rate",))
    assert isinstance(verdict, Finding)
    assert (verdict.impact.money, verdict.gaps) == (0, ("Money is incomplete: no rate.",))
    assert "an amount without a rate" in verdict.summary
