"""Bills that the buyer took back itself, second bills and short lists: drafted, asked, shown.

On the stand-in, and on the real Odoo that ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY name (a fresh one for each test).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.actions.models import RequestState
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from apps.intercompany.actions.ask_other_company import AskOtherCompany
from apps.intercompany.actions.draft_bill import DraftBill
from apps.intercompany.trades import DETECTORS
from odoo_sync.mirror.accounting import JournalEntry
from tests.integration.ledger import TODAY, Ledger, asked, delivered, ledger, mirrored, quick
from tests.people import controller, grant

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["ledger", "quick"]


def reverse(ledger: Ledger, move: int, *, company: int | None = None) -> int:
    """Take a document back with Odoo's own wizard, and post what it makes."""
    books = ledger.books
    place = books.buyer if company is None else company
    context = {"allowed_company_ids": [place], "active_model": "account.move", "active_ids": [move]}
    journal = books.call(place, "account.move", "read", [move], ["journal_id"])[0]["journal_id"][0]
    values = {"journal_id": journal, "date": str(TODAY), "move_ids": [[6, 0, [move]]]}
    wizard = books.odoo.call("account.move.reversal", "create", values, context=context)
    made: int = books.odoo.call("account.move.reversal", "refund_moves", [wizard], context=context)["res_id"]
    books.call(place, "account.move", "action_post", [made])
    return made


def cases() -> list[Case]:
    """The cases between companies; a real Odoo lacks mirrors of others, and that is one too."""
    return list(Case.objects.live().filter(detector__in=DETECTORS))


def bills(ledger: Ledger) -> list[tuple[str, Any, float]]:
    return [(one["state"], one["ref"], one["amount_total"]) for one in ledger.bills()]


def test_a_bill_that_the_buyer_reversed_frees_the_invoice_and_another_is_drafted(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    wrong = ledger.books.bill(number)
    mirrored(ledger, number)
    sweep()
    assert not cases()
    reverse(ledger, wrong)
    invoice = mirrored(ledger, number)
    assert ledger.entry(wrong).payment_state == "reversed"
    sweep()
    [case] = cases()
    assert (case.subject_key, case.remedy) == (str(invoice.pk), "intercompany.draft_bill")
    assert case.summary == "Kestrel Lyon has invoiced 300.00 EUR to Kestrel UK, and no bill is booked"
    assert DraftBill().subject_for(invoice) == invoice
    request = delivered(asked(ledger, invoice, by=controller(ledger.buyer)))
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    assert sorted(bills(ledger)) == [("draft", invoice.number, 300.0), ("posted", invoice.number, 300.0)]
    drafted = next(one["id"] for one in ledger.bills() if one["state"] == "draft")
    ledger.books.call(ledger.books.buyer, "account.move", "action_post", [drafted])
    ledger.load()
    sweep()
    assert not cases()


def test_a_bill_whose_reversal_is_taken_back_meanwhile_stops_the_draft(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    back = reverse(ledger, ledger.books.bill(number))
    request = asked(ledger, mirrored(ledger, number), by=controller(ledger.buyer))
    ledger.books.call(ledger.books.buyer, "account.move", "button_draft", [back])
    assert delivered(request).state == RequestState.CONFLICT
    assert [state for state, _ref, _total in bills(ledger)] == ["posted"]


def test_a_bill_booked_anew_without_the_number_is_no_case(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    reverse(ledger, ledger.books.bill(number))
    ledger.books.bill(ref=False)
    ledger.load()
    sweep()
    assert not cases()


def test_what_both_have_reversed_is_no_case_and_no_bill_is_drafted(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    reverse(ledger, ledger.books.bill(number))
    reverse(ledger, number, company=ledger.books.seller)
    invoice = mirrored(ledger, number)
    sweep()
    assert not cases()
    assert DraftBill().subject_for(invoice) is None


def test_a_bill_that_names_the_invoice_in_a_short_list_stops_the_draft_though_the_mirror_is_late(
    ledger: Ledger,
) -> None:
    books = ledger.books
    first, second = books.invoice(), books.invoice(price_unit=200.0)
    request = asked(ledger, mirrored(ledger, second), by=controller(ledger.buyer))
    short = books.number(second).rsplit("/", 1)[1]
    books.bill(price_unit=300.0, ref=f"{books.number(first)}, {short}")
    assert delivered(request).state == RequestState.CONFLICT
    assert len(bills(ledger)) == 1
    ledger.load()
    sweep()
    assert not cases()


def second_bill(ledger: Ledger) -> tuple[str, str, str, Case]:
    books = ledger.books
    invoice = books.invoice()
    made = [books.bill(invoice), books.bill(invoice, price_unit=100.1)]
    ledger.load()
    sweep()
    first, second = map(books.number, made)
    [case] = cases()
    return books.number(invoice), first, second, case


def test_the_question_about_a_second_bill_names_the_one_that_answers(ledger: Ledger) -> None:
    number, first, second, case = second_bill(ledger)
    assert AskOtherCompany().initial(JournalEntry.objects.get(pk=int(case.subject_key)))["question"] == (
        f"At Kestrel UK {first} over 300.00 EUR answers {number} over 300.00 EUR already, and {second} over 300.30 EUR"
        " names it too. Is there another document of yours for it, or is it one too many?"
    )


def test_the_page_of_a_second_bill_shows_the_invoice_and_says_what_answers_it(ledger: Ledger) -> None:
    number, first, second, case = second_bill(ledger)
    for companies in ((ledger.buyer,), (ledger.buyer, ledger.seller)):
        reader, client = controller(companies[0]), Client()
        for company in companies[1:]:
            grant(reader, "controller", company=company)
        client.force_login(reader)
        page = client.get(f"/cases/{case.pk}/").content.decode()
        faces = page.split('id="faces-title"')[1].split("</section>")[0].replace("<wbr>", "")
        assert f"{first} answers {number} already: {second} comes on top." in faces
        assert all(text in faces for text in (f">{number}<", "300.00 EUR", "300.30 EUR"))


def test_the_form_for_a_credit_note_speaks_of_a_vendor_credit_note(ledger: Ledger) -> None:
    books = ledger.books
    note = mirrored(ledger, books.document(books.seller, "out_refund"))
    client = Client()
    client.force_login(controller(ledger.buyer))
    page = client.get(f"/actions/intercompany.draft_bill/{note.pk}/").content.decode()
    assert "Makes a draft vendor credit note (refund)" in page and "Makes a draft bill" not in page
