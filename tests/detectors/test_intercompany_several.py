"""I1 and I4 from mirror rows: bills over several invoices, invoices billed in parts, credit notes and reversals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.exceptions.evaluate import evaluate_change, sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from apps.exceptions.shown import chain_for_channel
from odoo_sync.mirror.accounting import JournalEntry
from tests.mirrored import NOON, change
from tests.traded import Traders, on

pytestmark = pytest.mark.django_db
MISSING, DIFFERING = "intercompany.missing_counterpart", "intercompany.differing_pair"


@pytest.fixture
def group() -> Traders:
    return Traders()


def told(*rows: JournalEntry, after: float = 0) -> None:
    for row in rows:
        evaluate_change(type(row), [row.pk], now=NOON + timedelta(seconds=after))


def live() -> dict[tuple[str, int], str]:
    return {(case.detector, int(case.subject_key)): case.summary for case in Case.objects.live()}


def two_invoices(group: Traders) -> tuple[JournalEntry, JournalEntry, str]:
    first, second = group.invoice("502.22"), group.invoice("401.12")
    return first, second, f"{first.number} + {second.number}"


def credit(group: Traders, invoice: JournalEntry, total: Any = None, **values: Any) -> JournalEntry:
    """The seller's credit note as Odoo makes it of an invoice."""
    total = invoice.amount_total if total is None else total
    reference = f"Reversal of: {invoice.number}"
    number = f"R{invoice.number}"
    return group.document("out_refund", total, reference=reference, reverses=invoice, number=number, **values)


def test_a_bill_over_two_invoices_that_adds_up_leaves_nothing(group):
    first, second, both = two_invoices(group)
    told(first, second)
    assert len(live()) == 2
    told(group.bill(total="903.34", reference=both, quantity=6), after=1)
    assert live() == {}


def test_a_bill_over_two_invoices_that_does_not_add_up_is_one_case_that_names_them_all(group):
    first, second, both = two_invoices(group)
    bill = group.bill(total="950.00", reference=both, quantity=6)
    told(first, second, bill)
    summary = "Bill of Sister over 2 invoices of Plant differs from them by 46.66 EUR: amount"
    assert live() == {(DIFFERING, bill.pk): summary}
    case = Case.objects.live().get()
    evidence = {(one["label"], str(one["value"])) for one in case.evidence}
    assert {
        ("Invoice of Plant", first.number),
        ("Invoice of Plant", second.number),
        ("Bill of Sister", bill.number),
        ("Total of 2 documents (Plant)", "903.34 EUR"),
    } <= evidence
    assert case.money == Decimal("46.66")
    assert {first.pk, second.pk, bill.pk} <= set(case.documents)
    hidden = "another company of the group"
    assert [link.name for link in chain_for_channel(case)] == [hidden, hidden, bill.number]
    assert first.number not in case.summary + case.detail


def test_part_bills_that_add_up_leave_nothing_and_one_case_lives_until_they_do(group):
    invoice = group.invoice(900)
    first = group.bill(invoice, 600, quantity=2)
    told(invoice, first)
    assert list(live()) == [(DIFFERING, first.pk)]
    case = Case.objects.live().get()
    second = group.bill(invoice, 200, quantity=1)
    told(second, after=1)
    case.refresh_from_db()
    assert case.summary == "2 bills of Sister for one invoice of Plant differ from it by 100.00 EUR: amount"
    third = group.bill(invoice, 100, quantity=0)
    told(third, after=2)
    assert live() == {}
    change(second, state="cancel")
    told(second, after=3)
    assert list(live()) == [(DIFFERING, first.pk)]
    assert Case.objects.count() == 1


def test_a_bill_that_is_too_much_is_a_second_one_and_not_the_invoice_twice(group):
    invoice = group.invoice(900)
    parts = [group.bill(invoice, 600, quantity=2), group.bill(invoice, 300, quantity=1)]
    more = group.bill(invoice, 300, quantity=1)
    told(invoice, *parts, more)
    assert live() == {(MISSING, more.pk): "Sister has booked a second bill over 300.00 EUR from Plant for one invoice"}


def test_an_invoice_that_a_bill_names_beside_its_own_is_not_invoiced_twice(group):
    first, second, both = two_invoices(group)
    told(first, second, group.bill(total="502.22", reference=both))
    assert live() == {(MISSING, second.pk): "Plant has invoiced 401.12 EUR to Sister, and no bill is booked"}


def test_a_draft_part_bill_is_told_but_not_counted(group):
    invoice = group.invoice(900)
    first = group.bill(invoice, 600, quantity=2)
    draft = group.bill(invoice, 300, quantity=1, state="draft", number=None)
    told(invoice, first, draft)
    case = Case.objects.live().get()
    assert (case.subject_key, case.money) == (str(first.pk), Decimal("300.00"))
    assert ("Drafts among them, not counted", 1) in {(one["label"], one["value"]) for one in case.evidence}
    change(draft, state="posted", number="BILL/2026/9")
    told(draft, after=1)
    assert live() == {}


def test_another_period_of_one_of_several_invoices_is_worth_that_invoice(group):
    first, second = group.invoice(500, on=on(20, 4)), group.invoice(400)
    told(first, second, group.bill(total=900, reference=f"{first.number} {second.number}", quantity=6))
    (summary,) = live().values()
    assert summary == "Sister has booked 500.00 EUR from Plant in another period than Plant"


def test_a_cancelled_invoice_of_several_changes_the_case_of_the_bill(group):
    first, second, both = two_invoices(group)
    bill = group.bill(total="903.34", reference=both, quantity=6)
    told(first, second, bill)
    assert live() == {}
    change(second, state="cancel")
    told(second, after=1)
    assert list(live()) == [(DIFFERING, bill.pk)]
    change(second, state="posted")
    told(second, after=2)
    assert live() == {}
    assert Case.objects.get(detector=DIFFERING).state == CaseState.RESOLVED


def test_an_invoice_reversed_by_its_credit_note_is_no_case_any_more(group):
    invoice = group.invoice("777.77")
    told(invoice)
    assert len(live()) == 1
    told(credit(group, invoice), after=1)
    assert live() == {}


def test_a_credit_note_that_is_reset_to_draft_opens_the_invoice_again(group):
    invoice = group.invoice("777.77")
    note = credit(group, invoice)
    told(invoice, note)
    change(note, state="draft")
    told(note, after=1)
    assert list(live()) == [(MISSING, invoice.pk)]


@pytest.mark.parametrize("named", [True, False])
def test_once_the_buyer_has_booked_the_bill_exactly_its_vendor_credit_note_is_missing(group, named):
    invoice = group.invoice("777.77")
    note = credit(group, invoice)
    bill = group.bill(invoice if named else None, "777.77", on=invoice.dated_on)
    told(invoice, note, bill)
    assert live() == {
        (MISSING, note.pk): "Plant has credited 777.77 EUR to Sister, and no vendor credit note is booked"
    }
    told(group.document("in_refund", "777.77", reference=note.number), after=1)
    assert live() == {}


def test_a_draft_bill_of_a_reversed_invoice_is_left_alone_until_it_is_booked(group):
    invoice = group.invoice("777.77")
    bill = group.bill(invoice, "777.77", state="draft", number=None)
    told(invoice, bill)
    assert len(live()) == 1
    note = credit(group, invoice)
    told(note, after=1)
    assert live() == {}
    change(bill, state="posted", number="BILL/2026/9")
    told(bill, after=2)
    assert list(live()) == [(MISSING, note.pk)]


def test_a_bill_reversed_in_the_buyers_books_needs_no_invoice(group):
    bill = group.bill(reference="IC-1")
    told(bill)
    assert len(live()) == 1
    told(group.document("in_refund", reverses=bill, reference=f"Reversal of: {bill.number}"), after=1)
    assert live() == {}


@pytest.mark.parametrize(
    ("kind", "summary"),
    [
        ("in_refund", "Sister has booked a vendor credit note over %s from Plant, and no credit note is booked"),
        ("out_refund", "Plant has credited %s to Sister, and no vendor credit note is booked"),
    ],
)
def test_credit_notes_are_called_so(group, kind, summary):
    note = group.document(kind)
    told(note)
    assert live() == {(MISSING, note.pk): summary % "300.00 EUR"}
    labels = {one["label"] for one in Case.objects.get().evidence}
    assert labels & {"Credit note of Plant", "Vendor credit note of Sister"}
    assert not labels & {"Invoice of Plant", "Bill of Sister"}


def test_credit_notes_that_differ_are_called_so(group):
    note = group.document("out_refund", number="RINV/2026/7")
    refund = group.document("in_refund", 330, reference="RINV/2026/7")
    told(note, refund)
    summary = "Vendor credit note of Sister and credit note of Plant differ by 30.00 EUR: amount"
    assert live() == {(DIFFERING, refund.pk): summary}


def test_a_sweep_finds_the_same_as_following_the_changes(group):
    first, second, both = two_invoices(group)
    invoice = group.invoice(900)
    rows = [first, second, invoice, group.bill(total="950.00", reference=both, quantity=6)]
    rows += [group.bill(invoice, 600, quantity=2), group.bill(invoice, 200, quantity=1)]
    reversed_one = group.invoice(77)
    less = group.invoice(66)
    rows += [reversed_one, credit(group, reversed_one), less, credit(group, less, 60)]
    told(*rows)
    followed = live()
    Case.objects.all().delete()
    sweep(now=NOON)
    assert live() == followed
    assert len(followed) == 4
