"""What a drafted bill takes over of the invoice, and what stops it once something else has come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.actions import outbox, requests
from apps.actions.definition import NEW, CannotPlanError
from apps.actions.errors import PlanChangedError
from apps.actions.models import Request, RequestState
from apps.intercompany.actions.draft_bill import BillForm, DraftBill
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.company import Company, WorkingCalendar
from odoo_sync.models import Connection
from tests.integration.ledger import TODAY, Ledger, asked, delivered, ledger, mirrored, quick
from tests.people import controller

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["ledger", "quick"]
FIELDS = ["product_id", "product_uom_id", "quantity", "price_unit", "tax_ids", "name"]


def lines(ledger: Ledger) -> list[dict[str, Any]]:
    """The own lines of every bill."""
    found: list[dict[str, Any]] = ledger.books.call(
        ledger.books.buyer, "account.move.line", "search_read",
        [["move_id.move_type", "=", "in_invoice"], ["display_type", "=", "product"]], fields=FIELDS, load=False,
    )  # fmt: skip
    return found


def tax(ledger: Ledger, company: int, name: str, amount: float, use: str, **values: Any) -> int:
    values = {"name": name, "amount": amount, "type_tax_use": use, **values}
    found: int = ledger.books.call(company, "account.tax", "create", values)
    return found


def reverse_charge(ledger: Ledger, amount: float, name: str = "Reverse") -> int:
    """A purchase tax of the buyer that is booked both ways and adds nothing."""
    parts = [
        [0, 0, {"document_type": kind, "repartition_type": part, "factor_percent": factor}]
        for kind in ("invoice", "refund")
        for part, factor in (("base", 100), ("tax", 100), ("tax", -100))
    ]
    return tax(ledger, ledger.books.buyer, name, amount, "purchase", sequence=0, repartition_line_ids=parts)


def taxed(ledger: Ledger, number: int) -> JournalEntry:
    return mirrored(ledger, ledger.books.invoice(tax_ids=[[6, 0, [number]]]))


def buyers_tax(ledger: Ledger) -> int:
    row = ledger.books.odoo.call("res.company", "read", [ledger.books.buyer], ["account_purchase_tax_id"])[0]
    found: int = row["account_purchase_tax_id"][0]
    return found


def sellers_tax(ledger: Ledger) -> int:
    row = ledger.books.odoo.call("res.company", "read", [ledger.books.seller], ["account_sale_tax_id"])[0]
    found: int = row["account_sale_tax_id"][0]
    return found


def verified(request: Request) -> Request:
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message", "evidence"))
    return request


def waiting(ledger: Ledger, by: User) -> Request:
    """A request for a bill so large that somebody has to agree."""
    return asked(ledger, mirrored(ledger, ledger.books.invoice(price_unit=5000.0)), by=by)


def test_the_unit_of_the_invoice_stays_the_unit_of_the_bill(ledger: Ledger) -> None:
    call = ledger.books.odoo.call
    units = call("uom.uom", "search_read", [["category_id.name", "=", "Unit"]], fields=["name"])
    dozen = next(one["id"] for one in units if one["name"].startswith("Dozen"))
    pump = call("product.product", "create", {"name": "Pump", "uom_id": units[0]["id"]})
    call("account.move.line", "search", [], limit=1)
    values = {"product_id": pump, "quantity": 2, "price_unit": 100.0, "product_uom_id": dozen, "tax_ids": [[6, 0, []]]}
    books = ledger.books
    move = books.call(
        books.seller, "account.move", "create",
        {"move_type": "out_invoice", "partner_id": books.buyer_partner, "currency_id": books.euro,
         "invoice_date": str(TODAY), "invoice_line_ids": [[0, 0, values]]},
    )  # fmt: skip
    books.call(books.seller, "account.move", "action_post", [move])
    verified(delivered(asked(ledger, mirrored(ledger, move), by=controller(ledger.buyer))))
    (line,) = lines(ledger)
    assert (line["product_id"], line["product_uom_id"], line["quantity"]) == (pump, dozen, 2.0)


def test_a_reverse_charge_of_the_same_rate_is_not_the_tax_that_is_meant(ledger: Ledger) -> None:
    reverse_charge(ledger, 20.0)
    request = verified(delivered(asked(ledger, taxed(ledger, sellers_tax(ledger)), by=controller(ledger.buyer))))
    assert [line["tax_ids"] for line in lines(ledger)] == [[buyers_tax(ledger)]]
    assert [bill["amount_total"] for bill in ledger.bills()] == [360.0]
    assert request.deliveries.filter(is_note=False).get().evidence["after"][f"{NEW}.amount_tax"] == 60.0


def test_of_several_taxes_of_one_rate_a_person_says_which(ledger: Ledger) -> None:
    services = tax(ledger, ledger.books.buyer, "20% S", 20.0, "purchase")
    invoice = taxed(ledger, sellers_tax(ledger))
    (field,) = [name for name in BillForm(subject=invoice).fields if name.startswith("tax_")]
    with pytest.raises(CannotPlanError, match="several purchase taxes"):
        asked(ledger, invoice, by=controller(ledger.buyer))
    answer = {"booked_on": TODAY, "reason": "", field: str(services)}
    verified(delivered(requests.propose(DraftBill(), invoice, answer, by=controller(ledger.buyer))))
    assert [line["tax_ids"] for line in lines(ledger)] == [[services]]


def test_a_tax_for_goods_is_answered_by_one_for_goods(ledger: Ledger) -> None:
    call, books = ledger.books.odoo.call, ledger.books
    call("account.tax", "write", [sellers_tax(ledger), buyers_tax(ledger)], {"tax_scope": "consu"})
    tax(ledger, books.buyer, "20% S", 20.0, "purchase", tax_scope="service", sequence=0)
    verified(delivered(asked(ledger, taxed(ledger, sellers_tax(ledger)), by=controller(ledger.buyer))))
    assert [line["tax_ids"] for line in lines(ledger)] == [[buyers_tax(ledger)]]


def test_a_sale_without_tax_may_be_a_reverse_charge_and_a_person_says_so(ledger: Ledger) -> None:
    none = tax(ledger, ledger.books.seller, "0% EU", 0.0, "sale")
    reverse, zero = reverse_charge(ledger, 20.0), tax(ledger, ledger.books.buyer, "0%", 0.0, "purchase")
    invoice = taxed(ledger, none)
    form = BillForm(subject=invoice)
    (field,) = [name for name in form.fields if name.startswith("tax_")]
    words = dict(form.fields[field].choices)
    assert set(words) == {"", str(reverse), str(zero)}
    assert words[str(reverse)] == "Reverse (reverse charge)"
    answer = {"booked_on": TODAY, "reason": "", field: str(reverse)}
    verified(delivered(requests.propose(DraftBill(), invoice, answer, by=controller(ledger.buyer))))
    assert [line["tax_ids"] for line in lines(ledger)] == [[reverse]]
    assert [bill["amount_total"] for bill in ledger.bills()] == [300.0]


def test_a_tax_that_adds_nothing_and_that_the_buyer_has_not_is_left_out_and_said(ledger: Ledger) -> None:
    invoice = taxed(ledger, tax(ledger, ledger.books.seller, "0% EU", 0.0, "sale"))
    plan = DraftBill().plan(invoice, {"booked_on": TODAY}, by=controller(ledger.buyer))
    assert any(f"“0% EU” of {invoice.number} is left out" in one for one in plan.warnings)
    verified(delivered(asked(ledger, invoice, by=controller(ledger.buyer))))
    assert [line["tax_ids"] for line in lines(ledger)] == [[]]


def test_a_tax_that_has_become_another_since_stops_the_bill(ledger: Ledger) -> None:
    request = asked(ledger, taxed(ledger, sellers_tax(ledger)), by=controller(ledger.buyer))
    ledger.books.call(ledger.books.buyer, "account.tax", "write", [buyers_tax(ledger)], {"amount": 17.5})
    assert delivered(request).state == RequestState.CONFLICT
    assert ledger.bills() == []


def test_company_vendor_currency_tax_and_due_date_are_proved(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice(invoice_date_due=str(TODAY + timedelta(days=30))))
    plan = DraftBill().plan(invoice, {"booked_on": TODAY}, by=controller(ledger.buyer))
    expect = {name.partition(".")[2]: value for name, value in plan.steps[0].expect.items()}
    books = ledger.books
    assert (expect["company_id"], expect["partner_id"], expect["currency_id"], expect["move_type"]) == (
        books.buyer, books.seller_partner, books.euro, "in_invoice",
    )  # fmt: skip
    assert (expect["amount_untaxed"], expect["amount_tax"], expect["amount_total"]) == (300.0, 0.0, 300.0)
    verified(delivered(asked(ledger, invoice, by=controller(ledger.buyer))))
    assert JournalEntry.objects.get(kind="in_invoice").due_on == TODAY + timedelta(days=30)


def test_a_bill_that_has_come_meanwhile_stops_the_approval(ledger: Ledger) -> None:
    request = waiting(ledger, controller(ledger.buyer))
    number = JournalEntry.objects.get(kind="out_invoice").odoo_id
    ledger.books.bill(number, price_unit=5000.0)
    ledger.load()
    with pytest.raises(PlanChangedError, match="nothing to draft"):
        requests.approve(request, by=controller(ledger.buyer), plan_hash=request.plan_hash)
    request.refresh_from_db()
    assert request.state == RequestState.WAITING
    assert len(ledger.bills()) == 1


def test_an_invoice_that_has_changed_meanwhile_stops_the_approval(ledger: Ledger) -> None:
    request = waiting(ledger, controller(ledger.buyer))
    JournalEntry.objects.filter(kind="out_invoice").update(amount_total=14000, amount_untaxed=14000)
    with pytest.raises(PlanChangedError, match="has changed since"):
        requests.approve(request, by=controller(ledger.buyer), plan_hash=request.plan_hash)


def test_approving_what_still_holds_goes_through(ledger: Ledger) -> None:
    request = waiting(ledger, controller(ledger.buyer))
    requests.approve(request, by=controller(ledger.buyer), plan_hash=request.plan_hash)
    verified(delivered(request))


@pytest.mark.parametrize("how", ["reference", "amount", "draft", "origin"])
def test_a_bill_that_only_odoo_has_yet_stops_the_sending(ledger: Ledger, how: str) -> None:
    number = ledger.books.invoice()
    request = asked(ledger, mirrored(ledger, number), by=controller(ledger.buyer))
    if how == "reference":
        ledger.books.bill(ref=ledger.books.number(number).lower(), price_unit=90.0)
    elif how == "origin":
        ledger.books.bill(invoice_origin=ledger.books.number(number), price_unit=90.0)
    else:
        ledger.books.bill(post=how != "draft", ref="Pumps of June")
    request = delivered(request)
    assert request.state == RequestState.CONFLICT
    assert "has a bill by now" in request.deliveries.get().message
    assert len(ledger.bills()) == 1


def test_bills_over_the_same_amount_that_answer_others_are_no_obstacle(ledger: Ledger) -> None:
    first, second = ledger.books.invoice(), ledger.books.invoice()
    ledger.books.bill(first)
    ledger.books.document(ledger.books.buyer, "in_invoice", ref="Another vendor", partner_id=ledger.books.buyer_partner)
    verified(delivered(asked(ledger, mirrored(ledger, second), by=controller(ledger.buyer))))


def test_a_cancelled_bill_is_no_obstacle(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    request = asked(ledger, mirrored(ledger, number), by=controller(ledger.buyer))
    bill = ledger.books.bill(number, post=False)
    ledger.books.call(ledger.books.buyer, "account.move", "button_cancel", [bill])
    verified(delivered(request))


def test_an_invoice_that_is_a_draft_again_in_odoo_stops_the_sending(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    request = asked(ledger, mirrored(ledger, number), by=controller(ledger.buyer))
    ledger.books.call(ledger.books.seller, "account.move", "button_draft", [number])
    request = delivered(request)
    assert request.state == RequestState.CONFLICT
    assert "no longer posted as it was" in request.deliveries.get().message
    assert ledger.bills() == []


def test_what_waited_for_the_switch_is_planned_anew_before_it_leaves(ledger: Ledger) -> None:
    number = ledger.books.invoice()
    request = asked(ledger, mirrored(ledger, number), by=controller(ledger.buyer))
    Connection.objects.update(writes_enabled=False)
    assert delivered(request).state == RequestState.APPROVED
    ledger.books.bill(number)
    ledger.load()
    Connection.objects.update(writes_enabled=True)
    request.deliveries.update(next_at=timezone.now())
    request = delivered(request)
    assert request.state == RequestState.CONFLICT
    assert "nothing to draft" in request.deliveries.get().message


def test_the_bill_says_who_asked_for_it(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "READ_BACKS", (0.0,))
    person = controller(ledger.buyer)
    request = verified(delivered(asked(ledger, mirrored(ledger, ledger.books.invoice()), by=person)))
    (bill,) = ledger.bills()
    notes = ledger.books.call(
        ledger.books.buyer, "mail.message", "search_read",
        [["model", "=", "account.move"], ["res_id", "=", bill["id"]], ["body", "like", "Control Tower"]],
        fields=["body"],
    )  # fmt: skip
    assert [person.shown_name in note["body"] for note in notes] == [True]
    back = verified(delivered(requests.undo(request, by=person)))
    assert back.deliveries.get(is_note=True).step["ids"] == [bill["id"]]


def test_an_add_on_that_answers_by_itself_is_warned_of_where_it_is_on_in_both(ledger: Ledger) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())

    def warned() -> bool:
        plan = DraftBill().plan(invoice, {"booked_on": TODAY}, by=controller(ledger.buyer))
        return any("third document" in one for one in plan.warnings)

    seller = Company.objects.filter(pk=ledger.seller)
    Company.objects.update(extra={"intercompany_invoicing": True})
    assert warned()
    seller.update(extra={"intercompany_invoicing": False})
    assert not warned()
    Company.objects.update(extra={})
    assert not warned()


def test_a_bill_without_a_day_starts_with_the_day_of_the_buyer(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = mirrored(ledger, ledger.books.invoice())
    calendar = WorkingCalendar.everything.create(id=ledger.key(990), name="Far", time_zone="Pacific/Kiritimati")
    Company.objects.filter(pk=ledger.buyer).update(calendar=calendar)
    invoice.dated_on = None
    at = timezone.now().replace(hour=11, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert DraftBill().initial(invoice)["booked_on"] == at.date() + timedelta(days=1)
