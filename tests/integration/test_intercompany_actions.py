"""The missing bill drafted as the buyer, and the question to the other company: planned, approved, sent, read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.actions import outbox, requests
from apps.actions.changes import changes
from apps.actions.decide import Next, decide
from apps.actions.definition import NEW, CannotPlanError, Plan
from apps.actions.errors import OwnRequestError
from apps.actions.models import DeliveryState, Request, RequestState
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from apps.intercompany.actions.ask_other_company import AskOtherCompany, QuestionForm
from apps.intercompany.actions.draft_bill import DraftBill
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.company import Company, WorkingCalendar
from tests.integration.ledger import TODAY, Ledger, asked, delivered, ledger, mirrored, quick
from tests.people import controller

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["ledger", "quick"]


def test_a_small_bill_is_drafted_as_the_buyer_with_the_lines_of_the_invoice(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    request = delivered(asked(ledger, invoice, by=controller(ledger.buyer)))
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    (bill,) = ledger.bills()
    assert (bill["state"], bill["ref"], bill["amount_total"]) == ("draft", invoice.number, 300.0)
    assert (bill["partner_id"], bill["currency_id"]) == (ledger.books.seller_partner, ledger.books.euro)
    assert (bill["company_id"], bill["date"]) == (ledger.books.buyer, str(TODAY))
    assert JournalEntry.objects.get(kind="in_invoice").state == "draft"


def test_the_draft_changes_the_case_and_posting_it_closes_it(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    sweep()
    assert Case.objects.get().summary.endswith("no bill is booked")
    delivered(asked(ledger, invoice, by=controller(ledger.buyer)))
    sweep()
    assert Case.objects.get().summary.endswith("the bill is still a draft")
    ledger.books.call(ledger.books.buyer, "account.move", "action_post", [ledger.bills()[0]["id"]])
    ledger.load()
    sweep()
    assert Case.objects.get().state == "resolved"


def test_a_large_one_waits_for_another_controller_and_never_for_the_one_who_asked(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice(price_unit=5000.0))
    mine, other = controller(ledger.buyer), controller(ledger.buyer)
    request = asked(ledger, invoice, by=mine)
    assert request.state == RequestState.WAITING
    assert ledger.bills() == []
    with pytest.raises(OwnRequestError):
        requests.approve(request, by=mine, plan_hash=request.plan_hash)
    requests.approve(request, by=other, plan_hash=request.plan_hash)
    assert delivered(request).state == RequestState.VERIFIED
    assert [bill["amount_total"] for bill in ledger.bills()] == [15000.0]


def test_the_request_belongs_to_the_buyer_and_the_seller_may_not_make_it(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice(price_unit=5000.0))
    with pytest.raises(PermissionDenied):
        asked(ledger, invoice, by=controller(ledger.seller))
    assert asked(ledger, invoice, by=controller(ledger.buyer)).company_id == ledger.buyer


def test_people_of_either_company_reach_the_invoice_and_strangers_do_not(ledger: Ledger) -> None:
    mirrored(ledger, ledger.books.invoice())
    stranger = ledger.key(1)
    for company, count in ((ledger.buyer, 1), (ledger.seller, 1), (stranger, 0)):
        scope = scope_of(controller(company), Permission.SEE_CASES)
        assert DraftBill().reachable(scope).count() == count


@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset_mid_body", "503"])
def test_an_answer_that_never_comes_makes_one_bill_with_each_line_once(
    ledger: Ledger, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)
    invoice = mirrored(ledger, ledger.books.invoice())
    request = asked(ledger, invoice, by=controller(ledger.buyer))
    ledger.books.odoo.faults.add(fault, match={"model": "account.move", "method": "load"})
    request = delivered(request)
    ledger.books.odoo.faults.clear()
    for _ in range(3):
        request.deliveries.update(next_at=datetime.now(UTC) - timedelta(seconds=1))
        request = delivered(request)
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    assert [len(bill["invoice_line_ids"]) for bill in ledger.bills()] == [1]


def test_loading_the_same_bill_twice_adds_no_line(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    step = DraftBill().plan(invoice, {"booked_on": TODAY}, by=controller(ledger.buyer)).steps[0]
    rows = [["x.bill", *[cell.replace("{token}", "t") for cell in row]] for row in step.args["data"]]
    for _ in range(2):
        fields = ["id", *step.args["fields"]]
        told = ledger.books.call(ledger.books.buyer, "account.move", "load", fields, rows)
        assert told["messages"] == []
    (bill,) = ledger.bills()
    assert (len(bill["invoice_line_ids"]), bill["amount_total"]) == (1, 300.0)


def test_the_tax_is_the_buyers_own_of_the_same_percentage(ledger: Ledger) -> None:
    books = ledger.books
    company = books.odoo.call("res.company", "read", [books.seller], ["account_sale_tax_id"])[0]
    invoice = mirrored(ledger, books.invoice(tax_ids=[[6, 0, [company["account_sale_tax_id"][0]]]]))
    request = delivered(asked(ledger, invoice, by=controller(ledger.buyer)))
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    assert [bill["amount_total"] for bill in ledger.bills()] == [360.0]


def test_a_tax_that_the_buyer_has_not_is_said_before_anything_is_sent(ledger: Ledger) -> None:
    books = ledger.books
    odd = books.call(books.seller, "account.tax", "create", {"name": "5.5 %", "amount": 5.5})
    invoice = mirrored(ledger, books.invoice(tax_ids=[[6, 0, [odd]]]))
    with pytest.raises(CannotPlanError, match="no purchase tax like"):
        asked(ledger, invoice, by=controller(ledger.buyer))


def test_what_has_a_bill_or_a_draft_is_not_drafted_again(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    ledger.books.bill(number, post=False)
    invoice = mirrored(ledger, number)
    assert DraftBill().subject_for(invoice) is None
    with pytest.raises(CannotPlanError):
        asked(ledger, invoice, by=controller(ledger.buyer))


def test_taking_it_back_cancels_the_draft_but_never_a_posted_bill(ledger: Ledger) -> None:
    person = controller(ledger.buyer)
    request = delivered(asked(ledger, mirrored(ledger, ledger.books.invoice()), by=person))
    back = delivered(requests.undo(request, by=person))
    assert back.state == RequestState.VERIFIED, list(back.deliveries.values("message", "evidence"))
    assert [bill["state"] for bill in ledger.bills()] == ["cancel"]
    again = delivered(asked(ledger, mirrored(ledger, ledger.books.invoice()), by=person))
    bill = next(bill["id"] for bill in ledger.bills() if bill["state"] == "draft")
    ledger.books.call(ledger.books.buyer, "account.move", "action_post", [bill])
    refused = delivered(requests.undo(again, by=person))
    assert refused.state == RequestState.CONFLICT
    assert {row["id"]: row["state"] for row in ledger.bills()}[bill] == "posted"


def test_the_plan_names_the_new_bill_and_what_it_will_hold(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    plan = DraftBill().plan(invoice, {"booked_on": TODAY}, by=controller(ledger.buyer))
    assert plan.effect == f"Draft bill of Kestrel UK from Kestrel Lyon over 300.00 EUR for {invoice.number}, 1 line."
    assert plan.names[f"account.move,{NEW}"] == "New bill of Kestrel UK"
    named = {name.split("=")[0]: word for name, word in plan.names.items() if "=" in name}
    amounts = {"amount_untaxed": "300.00 EUR", "amount_tax": "0.00 EUR", "amount_total": "300.00 EUR"}
    assert named == {"company_id": "Kestrel UK", "partner_id": "Kestrel Lyon", "currency_id": "EUR", **amounts}
    assert plan.steps[0].company == ledger.books.buyer


def question(entry: JournalEntry, *, by: User) -> Request:
    answer = {"question": "Which delivery is this?", "answer_by": TODAY + timedelta(days=3)}
    return requests.propose(AskOtherCompany(), entry, answer, by=by)


def activities(ledger: Ledger) -> list[dict[str, Any]]:
    fields = ["res_id", "res_model", "summary", "note", "user_id", "date_deadline"]
    asked_for = [["res_model", "=", "account.move"], ["summary", "=like", "Question of %"]]
    found: list[dict[str, Any]] = ledger.books.odoo.call(
        "mail.activity", "search_read", asked_for, fields=fields, load=False
    )
    return found


def test_the_question_lands_on_the_sellers_invoice_for_the_person_named_there(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    request = delivered(question(invoice, by=controller(ledger.buyer)))
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    (asked_for,) = activities(ledger)
    assert (asked_for["res_model"], asked_for["res_id"]) == ("account.move", invoice.odoo_id)
    assert asked_for["summary"] == "Question of Kestrel UK"
    assert "Which delivery is this?" in asked_for["note"]
    assert asked_for["user_id"] == 2


def test_what_is_asked_is_shown_before_and_looked_for_afterwards(ledger: Ledger) -> None:
    invoice, person = mirrored(ledger, ledger.books.invoice()), controller(ledger.buyer)
    request = question(invoice, by=person)
    shown = {one.field: one.after for one in changes(Plan.load(request.plan), AskOtherCompany.key)}
    said = f"Which delivery is this?\n{person.shown_name}, Kestrel UK, by the Control Tower"
    assert shown["question"] == said
    proof = delivered(request).deliveries.get().evidence
    assert said.split("\n")[0] in str(proof)


def test_a_question_that_odoo_keeps_in_other_words_is_not_called_verified(ledger: Ledger) -> None:
    request = question(mirrored(ledger, ledger.books.invoice()), by=controller(ledger.buyer))
    step = Plan.load(request.plan).steps[0]
    told = next(value for key, value in step.expect.items() if key.endswith(".note"))
    seen = dict(step.expect)
    assert decide(step, seen, marked=True).next is Next.DONE
    assert decide(step, seen | {f"{NEW}.note": told.replace("delivery", "order")}, marked=True).next is Next.DIFFERS


def test_of_two_documents_the_question_lands_on_the_other_companys(ledger: Ledger) -> None:
    books = ledger.books
    number = books.invoice()
    bill = mirrored(ledger, books.bill(number, price_unit=110.0))
    delivered(question(bill, by=controller(ledger.buyer)))
    assert [one["res_id"] for one in activities(ledger)] == [number]


def test_the_proposed_text_names_only_what_both_companies_know(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    bill = mirrored(ledger, ledger.books.bill(number, price_unit=110.0))
    text = AskOtherCompany().initial(bill)["question"]
    invoice = ledger.entry(number)
    assert text == (
        f"{invoice.number} over 300.00 EUR does not agree with {bill.number} over 330.00 EUR at Kestrel UK. "
        "Which of them is right?"
    )


def test_a_question_is_left_once_though_the_answer_never_came(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)
    request = question(mirrored(ledger, ledger.books.invoice()), by=controller(ledger.buyer))
    ledger.books.odoo.faults.add("timeout_after_commit", match={"model": "mail.activity", "method": "load"})
    request = delivered(request)
    ledger.books.odoo.faults.clear()
    request.deliveries.update(next_at=datetime.now(UTC) - timedelta(seconds=1))
    request = delivered(request)
    assert request.deliveries.get().state == DeliveryState.VERIFIED
    assert len(activities(ledger)) == 1


def test_a_question_about_a_document_that_was_cancelled_since_is_not_left(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    request = question(mirrored(ledger, number), by=controller(ledger.buyer))
    ledger.books.call(ledger.books.seller, "account.move", "button_draft", [number])
    assert delivered(request).state == RequestState.CONFLICT
    assert activities(ledger) == []


def test_an_answer_is_wanted_in_working_days_of_the_company_that_answers(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    calendar = WorkingCalendar.everything.create(id=ledger.key(990), name="Far", time_zone="Pacific/Kiritimati")
    Company.objects.filter(pk=ledger.seller).update(calendar=calendar)
    wednesday = datetime(2026, 6, 3, 11, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: wednesday)
    assert AskOtherCompany().initial(invoice)["answer_by"] == date(2026, 6, 9)
    told = {"question": "Which delivery?", "answer_by": "2026-06-03"}
    assert "That day has passed" in str(QuestionForm(told, subject=invoice).errors)
    assert QuestionForm({**told, "answer_by": "2026-06-04"}, subject=invoice).is_valid()
