"""I1 and I4, from mirror rows to cases: whose they are, what closes them, what they may show."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.exceptions.evaluate import evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from apps.exceptions.shown import chain_for, chain_for_channel
from apps.intercompany.detectors.missing_counterpart import MissingCounterpart
from controltower.lib.keys import row_key
from controltower.lib.scope import Scope
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from tests.mirrored import NOON, change
from tests.traded import Traders, on

pytestmark = pytest.mark.django_db
MISSING, DIFFERING = "intercompany.missing_counterpart", "intercompany.differing_pair"


@pytest.fixture
def group() -> Traders:
    return Traders()


def told(*rows: JournalEntry | JournalItem, after: float = 0) -> None:
    for row in rows:
        evaluate_change(type(row), [row.pk], now=NOON + timedelta(seconds=after))


def live(detector: str) -> list[Case]:
    return list(Case.objects.live().filter(detector=detector).order_by("id"))


def test_an_invoice_without_a_bill_is_a_case_of_the_buyer(group):
    invoice = group.invoice(1200)
    told(invoice)
    (case,) = live(MISSING)
    assert (case.subject_key, case.company_id, case.domain) == (str(invoice.pk), group.sister.pk, "intercompany")
    assert (case.money, case.currency) == (Decimal("1200.00"), "EUR")
    assert case.summary == "Plant has invoiced 1,200.00 EUR to Sister, and no bill is booked"


def test_a_bill_that_quotes_it_closes_the_case_a_draft_only_changes_it(group):
    invoice = group.invoice()
    told(invoice)
    bill = group.bill(invoice, state="draft", number=None)
    told(bill, after=1)
    (case,) = live(MISSING)
    assert case.summary.endswith("the bill is still a draft")
    change(bill, state="posted", number="BILL/2026/06/0001")
    told(bill, after=2)
    assert Case.objects.get().state == CaseState.RESOLVED


def test_cancelling_either_document_ends_or_opens_the_case(group):
    invoice = group.invoice()
    bill = group.bill(invoice)
    told(invoice, bill)
    assert live(MISSING) == []
    change(bill, state="cancel")
    told(bill, after=1)
    assert [case.subject_key for case in live(MISSING)] == [str(invoice.pk)]
    change(invoice, state="cancel")
    told(invoice, after=2)
    assert live(MISSING) == []


def test_a_deleted_bill_opens_the_case_again(group):
    invoice = group.invoice()
    bill = group.bill(invoice)
    told(invoice, bill)
    change(bill, gone_at=NOON)
    told(bill, after=1)
    assert [case.subject_key for case in live(MISSING)] == [str(invoice.pk)]


def test_a_bill_without_an_invoice_is_a_case_of_the_seller(group):
    told(group.bill(reference="IC-1"))
    (case,) = live(MISSING)
    assert case.company_id == group.plant.pk


def test_a_second_bill_for_one_invoice_is_a_case_of_the_buyer(group):
    invoice = group.invoice()
    first, second = group.bill(invoice), group.bill(invoice)
    told(invoice, first, second)
    (case,) = live(MISSING)
    assert (case.subject_key, case.company_id) == (str(second.pk), group.sister.pk)


def test_documents_with_others_than_companies_of_the_group_are_nothing(group):
    told(group.invoice(partner=group.customer, commercial_partner=group.customer))
    assert Case.objects.count() == 0


def test_a_contact_of_a_company_stands_for_it(group):
    contact = group.partner("Accounts payable", commercial_partner=group.sister.partner)
    told(group.invoice(partner=contact, commercial_partner=group.sister.partner))
    assert len(live(MISSING)) == 1


def test_a_document_whose_company_is_not_here_yet_is_a_case_all_the_same(group):
    invoice = group.invoice()
    invoice.company_id = row_key(group.connection.pk, 999)
    invoice.save(update_fields=["company"])
    told(invoice)
    (case,) = live(MISSING)
    assert case.summary.startswith("a company that is not here yet has invoiced 300.00 EUR to Sister")


def test_a_document_without_its_currency_row_says_that_its_money_is_missing(group):
    invoice = group.invoice()
    group.euro.delete()
    told(invoice)
    (case,) = live(MISSING)
    assert case.money == 0
    assert "Money is incomplete" in case.cannot_judge


def test_within_the_days_allowed_nothing_is_missing_and_time_alone_opens_the_case(group, monkeypatch):
    monkeypatch.setattr(MissingCounterpart, "limits", type(MissingCounterpart.limits)(grace_days=2))
    told(group.invoice())
    assert live(MISSING) == []
    later = NOON + timedelta(days=2)
    group.fresh(later)
    evaluate_due(now=later)
    assert len(live(MISSING)) == 1


@pytest.mark.parametrize(
    ("values", "what", "money"),
    [
        ({"total": 330}, "amount", "30.00"),
        ({"tax": 60}, "tax", "60.00"),
        ({"quantity": 4, "total": 400}, "quantity", "100.00"),
        ({"on": on(1, 4)}, "period", "300.00"),
    ],
)
def test_each_contradiction_is_a_case_of_the_buyer(group, values, what, money):
    invoice = group.invoice()
    bill = group.bill(invoice, **values)
    told(invoice, bill)
    (case,) = live(DIFFERING)
    assert (case.subject_key, case.company_id, case.money) == (str(bill.pk), group.sister.pk, Decimal(money))
    assert case.detail.startswith(what)
    assert live(MISSING) == []


def test_two_currencies_are_compared_by_the_sellers_rates(group):
    invoice = group.invoice(1000)
    told(invoice, group.bill(invoice, 1000, currency=group.dollar))
    (case,) = live(DIFFERING)
    assert (case.money, case.detail.partition(" · ")[0]) == (Decimal("200.00"), "currency")


def test_a_corrected_bill_closes_the_case(group):
    invoice = group.invoice()
    bill = group.bill(invoice, 330)
    told(invoice, bill)
    change(bill, amount_untaxed=Decimal(300), amount_total=Decimal(300))
    told(bill, after=1)
    assert Case.objects.get().state == CaseState.RESOLVED


def test_a_corrected_line_closes_the_case(group):
    invoice = group.invoice()
    bill = group.bill(invoice, quantity=4)
    told(invoice, bill)
    (line,) = bill.items.all()
    change(line, quantity=Decimal(3))
    told(line, after=1)
    assert Case.objects.get().state == CaseState.RESOLVED


def test_units_of_measure_are_converted(group):
    from odoo_sync.mirror.product import UnitOfMeasure

    dozen = group.add(UnitOfMeasure, name="Dozen", factor=Decimal(1) / 12)
    invoice = group.invoice(quantity=24)
    bill = group.bill(invoice, quantity=2)
    change(bill.items.get(), unit=dozen)
    told(invoice, bill)
    assert live(DIFFERING) == []


def test_the_bill_of_another_amount_without_a_reference_is_no_counterpart(group):
    invoice, bill = group.invoice(300), group.bill(total=301)
    told(invoice, bill)
    assert {case.subject_key for case in live(MISSING)} == {str(invoice.pk), str(bill.pk)}


def test_each_reader_sees_the_sides_of_their_own_companies(group):
    invoice = group.invoice()
    bill = group.bill(invoice, 330)
    told(invoice, bill)
    (case,) = live(DIFFERING)
    names = [link.name for link in chain_for_channel(case)]
    assert names == ["another company of the group", bill.number]
    assert [link.money for link in chain_for_channel(case)] == [Decimal("300.00"), Decimal("330.00")]
    both = Scope.of([(group.plant.pk, None), (group.sister.pk, None)])
    assert [link.name for link in chain_for(case, both)] == [invoice.number, bill.number]
    assert [link.row for link in chain_for_channel(case)] == [None, bill.pk]


def test_the_seller_alone_does_not_see_the_buyers_case(group):
    told(group.invoice())
    assert list(Case.objects.within(Scope.of([(group.plant.pk, None)]))) == []
    assert len(Case.objects.within(Scope.of([(group.sister.pk, None)]))) == 1


def test_a_changed_company_partner_is_noticed(group):
    invoice = group.invoice(partner=group.customer, commercial_partner=group.customer)
    told(invoice)
    change(group.sister, partner=group.customer)
    evaluate_change(type(group.sister), [group.sister.pk], now=NOON)
    assert [case.subject_key for case in live(MISSING)] == [str(invoice.pk)]


def test_twice_the_documents_take_the_same_number_of_queries(group):
    def asked(pairs: int) -> int:
        rows = []
        for _ in range(pairs):
            invoice = group.invoice()
            rows += [invoice, group.bill(invoice, 400)]
        sweep(now=NOON)
        for row in rows:
            change(row, amount_untaxed=row.amount_untaxed + 10, amount_total=row.amount_total + 10)
        with CaptureQueriesContext(connection) as queries:
            evaluate_change(JournalEntry, [row.pk for row in rows], now=NOON + timedelta(seconds=1))
        return len(queries)

    asked(1)
    assert asked(3) == asked(12)
