"""I1 and I4 from mirror rows: bills that the buyer took back itself, netting, second documents, lists of numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.exceptions.evaluate import evaluate_change, sweep
from apps.exceptions.models import Case
from apps.intercompany.situation import situation_of
from odoo_sync.mirror.accounting import JournalEntry
from tests.detectors.test_intercompany_several import DIFFERING, MISSING, credit, live, told
from tests.mirrored import NOON, change
from tests.traded import Traders

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Traders:
    return Traders()


def back(group: Traders, bill: JournalEntry, total: object = None, **values: object) -> JournalEntry:
    """The buyer's own reversal of a bill as Odoo makes it."""
    total = bill.amount_total if total is None else total
    return group.document("in_refund", total, reverses=bill, reference=f"Reversal of: {bill.number}", **values)


def missing(invoice: JournalEntry) -> dict[tuple[str, int], str]:
    return {
        (MISSING, invoice.pk): f"Plant has invoiced {invoice.amount_total:.2f} EUR to Sister, and no bill is booked"
    }


def test_a_bill_that_the_buyer_reverses_opens_the_invoice_again_until_one_is_booked_anew(group):
    invoice = group.invoice("777.77")
    bill = group.bill(invoice, "777.77")
    told(invoice, bill)
    assert live() == {}
    told(back(group, bill), after=1)
    assert live() == missing(invoice)
    assert Case.objects.live().get().remedy == "intercompany.draft_bill"
    assert situation_of(invoice).is_unanswered
    told(group.bill(None, "777.77", reference=None, on=invoice.dated_on), after=2)
    assert live() == {}


def test_a_reversal_that_is_reset_to_draft_lets_the_bill_answer_again(group):
    invoice = group.invoice("777.77")
    bill = group.bill(invoice, "777.77")
    note = back(group, bill)
    told(invoice, bill, note)
    assert live() == missing(invoice)
    change(note, state="draft")
    told(note, after=1)
    assert live() == {}


def test_what_both_companies_have_reversed_is_no_case_and_no_contradiction(group):
    invoice = group.invoice(777)
    bill = group.bill(invoice, 700)
    told(invoice, bill)
    assert list(live()) == [(DIFFERING, bill.pk)]
    told(credit(group, invoice), back(group, bill), after=1)
    assert live() == {}


def test_a_bill_net_of_a_credit_note_leaves_nothing_open(group):
    invoice = group.invoice(777)
    told(invoice, credit(group, invoice, 100), group.bill(invoice, 677))
    assert live() == {}


def test_a_part_that_the_buyer_took_back_is_told_as_a_credit_note_of_its_own(group):
    invoice = group.invoice(777)
    bill = group.bill(invoice, 777)
    note = back(group, bill, 100)
    told(invoice, bill, note)
    summary = "Sister has booked a vendor credit note over 100.00 EUR from Plant, and no credit note is booked"
    assert live() == {(MISSING, note.pk): summary}
    told(credit(group, invoice, 100, on=invoice.dated_on + timedelta(days=9)), after=1)
    assert live() == {}


def test_documents_net_of_credit_notes_that_differ_are_told_so(group):
    invoice = group.invoice(700, tax=77)
    bill = group.bill(invoice, 677)
    told(invoice, credit(group, invoice, 100), bill)
    summary = "Bills of Sister and invoices of Plant differ, net of credit notes, by 0.00 EUR: amount"
    assert live() == {(DIFFERING, bill.pk): summary}
    evidence = {(one["label"], str(one["value"])) for one in Case.objects.get().evidence}
    assert ("Total of 2 documents (Plant)", "677.00 EUR") in evidence


def test_a_second_bill_names_the_one_that_answers_and_what_it_answers(group):
    invoice = group.invoice(900)
    first, second = group.bill(invoice, 900), group.bill(invoice, "900.01")
    told(invoice, first, second)
    case = Case.objects.live().get()
    assert case.subject_key == str(second.pk)
    evidence = [(one["label"], str(one["value"])) for one in case.evidence]
    assert ("Answered already by", first.number) in evidence
    assert {("Invoice of Plant", invoice.number), ("Total (Plant)", "900.00 EUR")} <= set(evidence)
    assert case.detail.endswith(f"beside {first.number}") and invoice.number not in case.detail + case.summary
    found = situation_of(second)
    assert [found.theirs, found.mine, *found.answers] == [invoice, second, first]


@pytest.mark.parametrize("glue", [", ", "-", "/", " + "])
def test_a_bill_over_a_short_list_of_numbers_leaves_nothing_open(group, glue):
    first, second = group.invoice("502.22"), group.invoice("401.12")
    told(first, second)
    assert len(live()) == 2
    short = second.number.rsplit("/", 1)[1]
    told(group.bill(total="903.34", reference=f"{first.number}{glue}{short}", quantity=6), after=1)
    assert live() == {}


def test_a_sweep_finds_the_same_as_following_the_changes(group):
    taken, net, both = group.invoice(500), group.invoice(600), group.invoice(700)
    bills = [group.bill(taken, 500), group.bill(net, 550), group.bill(both, 690)]
    rows = [taken, net, both, *bills, back(group, bills[0]), credit(group, net, 50), back(group, bills[2])]
    rows.append(credit(group, both))
    for after, row in enumerate(rows):
        evaluate_change(JournalEntry, [row.pk], now=NOON + timedelta(seconds=after))
    followed = live()
    Case.objects.all().delete()
    sweep(now=NOON)
    assert live() == followed == missing(taken)
