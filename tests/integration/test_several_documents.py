"""Actions on bills over several invoices and on credit notes, on a stand-in: offered, asked, drafted, said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.actions import requests
from apps.actions.definition import NEW, CannotPlanError
from apps.actions.models import RequestState
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from apps.intercompany.actions.ask_other_company import AskOtherCompany
from apps.intercompany.actions.draft_bill import DraftBill
from tests.integration.ledger import TODAY, Ledger, asked, delivered, ledger, mirrored, quick
from tests.people import controller, grant

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["ledger", "quick"]


def credit_note(ledger: Ledger, invoice: int, *, post: bool = True, price: float | None = None) -> int:
    """The seller's credit note, made by Odoo's own wizard."""
    books = ledger.books
    context = {"allowed_company_ids": [books.seller], "active_model": "account.move", "active_ids": [invoice]}
    journal = books.call(books.seller, "account.move", "read", [invoice], ["journal_id"])[0]["journal_id"][0]
    values = {"journal_id": journal, "date": str(TODAY), "move_ids": [[6, 0, [invoice]]]}
    wizard = books.odoo.call("account.move.reversal", "create", values, context=context)
    made: int = books.odoo.call("account.move.reversal", "refund_moves", [wizard], context=context)["res_id"]
    if price is not None:
        line = books.call(books.seller, "account.move", "read", [made], ["invoice_line_ids"])[0]["invoice_line_ids"][0]
        books.call(
            books.seller, "account.move", "write", [made], {"invoice_line_ids": [[1, line, {"price_unit": price}]]}
        )
    if post:
        books.call(books.seller, "account.move", "action_post", [made])
    return made


def refunds(ledger: Ledger) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ledger.books.call(
        ledger.books.buyer, "account.move", "search_read", [["move_type", "=", "in_refund"]],
        fields=["state", "ref", "amount_total", "company_id"], load=False,
    )  # fmt: skip
    return found


def test_what_its_credit_note_has_reversed_is_no_case_and_no_bill_is_drafted(ledger: Ledger) -> None:
    invoice = ledger.books.invoice()
    note = credit_note(ledger, invoice)
    found = mirrored(ledger, invoice)
    assert (found.payment_state, ledger.entry(note).reverses_id) == ("reversed", found.pk)
    sweep()
    assert Case.objects.count() == 0
    for row in (found, ledger.entry(note)):
        assert DraftBill().subject_for(row) is None
        with pytest.raises(CannotPlanError, match="is undone"):
            asked(ledger, row, by=controller(ledger.buyer))


def test_a_credit_note_over_a_part_is_drafted_as_a_vendor_credit_note_and_called_so(ledger: Ledger) -> None:
    invoice = ledger.books.invoice()
    ledger.books.bill(invoice)
    note = mirrored(ledger, credit_note(ledger, invoice, price=20.0))
    sweep()
    assert Case.objects.get().summary == (
        "Kestrel Lyon has credited 60.00 EUR to Kestrel UK, and no vendor credit note is booked"
    )
    action, person = DraftBill(), controller(ledger.buyer)
    assert action.title_for(note) == "Draft the missing vendor credit note"
    assert action.hint(note).startswith("Makes a draft vendor credit note (refund)")
    plan = action.plan(note, {"booked_on": TODAY}, by=person)
    number = note.number
    assert plan.effect == (
        f"Draft vendor credit note (refund) of Kestrel UK from Kestrel Lyon over 60.00 EUR for {number}, 1 line."
    )
    assert plan.names[f"account.move,{NEW}"] == "New vendor credit note of Kestrel UK"
    assert plan.steps[0].label == "Make the draft vendor credit note"
    said = " ".join([*plan.warnings, *(one.otherwise for one in plan.steps[0].conditions)])
    assert "posts the vendor credit note" in said and "bill" not in said and "invoice" not in said
    request = delivered(asked(ledger, note, by=person))
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    assert [(one["state"], one["ref"], one["amount_total"]) for one in refunds(ledger)] == [("draft", number, 60.0)]
    notes = ledger.books.odoo.call("mail.message", "search_read", [["body", "ilike", "Control Tower"]], fields=["body"])
    assert notes and all("Draft vendor credit note (refund)" in one["body"] for one in notes)


def test_the_pages_of_a_credit_note_speak_of_credit_notes(ledger: Ledger) -> None:
    invoice = ledger.books.invoice()
    ledger.books.bill(invoice)
    note = mirrored(ledger, credit_note(ledger, invoice, price=20.0))
    sweep()
    person, client = controller(ledger.buyer), Client()
    grant(person, "controller", company=ledger.seller)
    client.force_login(person)
    page = client.get(f"/cases/{Case.objects.get().pk}/").content.decode()
    assert "Draft the missing vendor credit note" in page and "Draft the missing bill" not in page
    request = asked(ledger, note, by=person)
    shown = client.get(request.get_absolute_url()).content.decode()
    assert "Draft the missing vendor credit note" in shown and "Draft the missing bill" not in shown


def test_an_invoice_reversed_since_it_was_planned_is_not_billed(ledger: Ledger) -> None:
    invoice = ledger.books.invoice(price_unit=5000.0)
    mine, other = controller(ledger.buyer), controller(ledger.buyer)
    request = asked(ledger, mirrored(ledger, invoice), by=mine)
    requests.approve(request, by=other, plan_hash=request.plan_hash)
    credit_note(ledger, invoice)
    assert delivered(request).state == RequestState.CONFLICT
    assert ledger.bills() == []


def test_a_bill_that_names_the_invoice_among_others_stops_the_draft_though_the_mirror_is_late(ledger: Ledger) -> None:
    first, second = ledger.books.invoice(), ledger.books.invoice(price_unit=200.0)
    books = ledger.books
    request = asked(ledger, mirrored(ledger, first), by=controller(ledger.buyer))
    books.bill(price_unit=300.0, ref=f"{books.number(first)} + {books.number(second)}")
    assert delivered(request).state == RequestState.CONFLICT
    assert [bill["state"] for bill in ledger.bills()] == ["posted"]


def test_the_question_about_several_invoices_names_them_all_and_lands_on_the_first(ledger: Ledger) -> None:
    books = ledger.books
    first, second = books.invoice(), books.invoice(price_unit=200.0)
    names = [books.number(one) for one in (first, second)]
    bill = mirrored(ledger, books.bill(price_unit=310.0, ref=" + ".join(names)))
    sweep()
    assert Case.objects.get().subject_key == str(bill.pk)
    assert AskOtherCompany().initial(bill)["question"] == (
        f"{names[0]} over 300.00 EUR, {names[1]} over 600.00 EUR (900.00 EUR in all) do not agree with "
        f"{bill.number} over 930.00 EUR at Kestrel UK. Which of them is right?"
    )
    answer = {"question": "Which of them?", "answer_by": TODAY + timedelta(days=3)}
    delivered(requests.propose(AskOtherCompany(), bill, answer, by=controller(ledger.buyer)))
    made = books.odoo.call("mail.activity", "search_read", [], fields=["res_id", "res_model"], load=False)
    assert [(one["res_model"], one["res_id"]) for one in made] == [("account.move", first)]


def test_a_question_about_part_bills_tells_what_they_come_to(ledger: Ledger) -> None:
    books = ledger.books
    number = books.invoice()
    parts = [books.bill(number, price_unit=60.0), books.bill(number, price_unit=20.0)]
    anchor = mirrored(ledger, parts[0])
    shown = [books.number(one) for one in parts]
    assert AskOtherCompany().initial(anchor)["question"] == (
        f"{books.number(number)} over 300.00 EUR does not agree with {shown[0]} over 180.00 EUR, "
        f"{shown[1]} over 60.00 EUR (240.00 EUR in all) at Kestrel UK. Which of them is right?"
    )


def test_the_page_shows_every_document_of_a_group_and_what_they_come_to(ledger: Ledger) -> None:
    books = ledger.books
    first, second = books.invoice(), books.invoice(price_unit=200.0)
    names = [books.number(one) for one in (first, second)]
    bill = mirrored(ledger, books.bill(price_unit=310.0, ref=" + ".join(names)))
    sweep()
    for companies, all_open in (((ledger.buyer,), False), ((ledger.buyer, ledger.seller), True)):
        reader, client = controller(companies[0]), Client()
        for company in companies[1:]:
            grant(reader, "controller", company=company)
        client.force_login(reader)
        page = client.get(f"/cases/{Case.objects.get().pk}/").content.decode()
        faces = page.split('id="faces-title"')[1].split("</table>")[0].replace("<wbr>", "")
        assert all(name in faces for name in (*names, str(bill.number), "900.00 EUR", "930.00 EUR"))
        assert ("·" not in faces) is all_open
