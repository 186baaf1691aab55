"""Invoices, bills and entries: what creating, posting, resetting, cancelling and reversing them changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.odoos import Odoo, RefusedError

TODAY = datetime.now(UTC).date()
LAST_MONTH = TODAY.replace(day=1) - timedelta(days=1)


def document(odoo: Odoo, kind: str = "out_invoice", *lines: dict[str, Any], **values: Any) -> int:
    rows = [
        [0, 0, {"name": "Casting", "quantity": 3, "price_unit": 33.33, "tax_ids": [[6, 0, []]], **one}]
        for one in lines or ({},)
    ]
    values.setdefault("partner_id", odoo.partner())
    return odoo.create("account.move", move_type=kind, invoice_line_ids=rows, **values)


def posted(odoo: Odoo, kind: str = "out_invoice", *lines: dict[str, Any], **values: Any) -> int:
    move = document(odoo, kind, *lines, invoice_date=str(TODAY), **values)
    odoo.call("account.move", "action_post", [move])
    return move


def lines_of(odoo: Odoo, move: int, kind: str) -> list[dict[str, Any]]:
    fields = ["balance", "amount_currency", "debit", "credit", "price_subtotal", "price_total", "quantity", "name"]
    found: list[dict[str, Any]] = odoo.call(
        "account.move.line",
        "search_read",
        [["move_id", "=", move], ["display_type", "=", kind]],
        fields=fields,
        order="id",
    )
    return found


def tax(odoo: Odoo, use: str) -> int:
    name = {"sale": "account_sale_tax_id", "purchase": "account_purchase_tax_id"}[use]
    found: int = odoo.read("res.company", odoo.company, name)
    return found


def test_a_new_invoice_is_a_draft_without_a_number(odoo: Odoo) -> None:
    move = document(odoo)
    found = odoo.read("account.move", move, "name", "state", "posted_before", "payment_state", "amount_total")
    expected = {"name": False, "state": "draft", "posted_before": False, "payment_state": "not_paid"}
    assert found == {**expected, "amount_total": 99.99}


def test_an_invoice_is_booked_on_income_and_on_what_is_due(odoo: Odoo) -> None:
    move = document(odoo)
    (own,), (due,) = lines_of(odoo, move, "product"), lines_of(odoo, move, "payment_term")
    assert (own["balance"], own["credit"], own["price_subtotal"]) == (-99.99, 99.99, 99.99)
    assert (due["balance"], due["debit"], due["quantity"]) == (99.99, 99.99, 0.0)


def test_a_bill_is_booked_the_other_way_round(odoo: Odoo) -> None:
    move = document(odoo, "in_invoice", ref="X")
    (own,), (due,) = lines_of(odoo, move, "product"), lines_of(odoo, move, "payment_term")
    assert (own["balance"], due["balance"]) == (99.99, -99.99)
    assert odoo.read("account.move", move, "amount_total", "amount_total_signed") == {
        "amount_total": 99.99,
        "amount_total_signed": -99.99,
    }


def test_tax_is_rounded_line_by_line_and_adds_one_line_of_its_own(odoo: Odoo) -> None:
    mine = [[6, 0, [tax(odoo, "purchase")]]]
    rate = odoo.read("account.tax", tax(odoo, "purchase"), "amount")
    move = document(
        odoo, "in_invoice", {"tax_ids": mine}, {"quantity": 1, "price_unit": 10.01, "discount": 10, "tax_ids": mine}
    )
    taxes = round(99.99 * rate / 100, 2) + round(9.01 * rate / 100, 2)
    (own,) = lines_of(odoo, move, "tax")
    assert own["balance"] == pytest.approx(taxes)
    found = odoo.read("account.move", move, "amount_untaxed", "amount_tax", "amount_total")
    assert found == pytest.approx({"amount_untaxed": 109.0, "amount_tax": taxes, "amount_total": 109.0 + taxes})


def test_lines_that_name_no_tax_get_those_of_the_product(odoo: Odoo) -> None:
    product = odoo.product(taxes_id=[[6, 0, [tax(odoo, "sale")]]])
    row = {"product_id": product, "quantity": 1, "price_unit": 100.0}
    values = {"move_type": "out_invoice", "partner_id": odoo.partner(), "invoice_line_ids": [[0, 0, row]]}
    move = odoo.call("account.move", "create", values)
    assert odoo.read("account.move", move, "amount_tax") == odoo.read("account.tax", tax(odoo, "sale"), "amount")


def test_posting_gives_a_number_and_answers_false(odoo: Odoo) -> None:
    move = document(odoo, invoice_date=str(TODAY))
    assert odoo.call("account.move", "action_post", [move]) is False
    found = odoo.read("account.move", move, "name", "state", "posted_before", "payment_reference")
    assert found["name"].startswith(f"INV/{TODAY.year}/") and found["payment_reference"] == found["name"]
    assert (found["state"], found["posted_before"]) == ("posted", True)
    (due,) = lines_of(odoo, move, "payment_term")
    assert due["name"] == found["name"]


def test_invoices_count_by_year_and_bills_by_month_each_without_a_gap(odoo: Odoo) -> None:
    first, second = (odoo.read("account.move", posted(odoo), "name") for _ in range(2))
    assert int(second.rpartition("/")[2]) == int(first.rpartition("/")[2]) + 1
    first, second = (odoo.read("account.move", posted(odoo, "in_invoice"), "name") for _ in range(2))
    assert first.startswith(f"BILL/{TODAY:%Y/%m}/")
    assert int(second.rpartition("/")[2]) == int(first.rpartition("/")[2]) + 1


def test_refunds_have_a_run_of_their_own(odoo: Odoo) -> None:
    assert odoo.read("account.move", posted(odoo, "out_refund"), "name").startswith(f"RINV/{TODAY.year}/")


def test_posting_twice_is_refused(odoo: Odoo) -> None:
    move = posted(odoo)
    with pytest.raises(RefusedError, match="must be in draft"):
        odoo.call("account.move", "action_post", [move])


def test_a_bill_without_its_date_cannot_be_posted_an_invoice_takes_today(odoo: Odoo) -> None:
    bill, invoice = document(odoo, "in_invoice"), document(odoo)
    with pytest.raises(RefusedError, match="date is required"):
        odoo.call("account.move", "action_post", [bill])
    odoo.call("account.move", "action_post", [invoice])
    assert odoo.read("account.move", invoice, "invoice_date") == str(TODAY)


def test_a_bill_of_a_past_month_is_booked_at_its_end_unless_a_day_is_given(odoo: Odoo) -> None:
    day = str(LAST_MONTH.replace(day=3))
    assert odoo.read("account.move", document(odoo, "in_invoice", invoice_date=day), "date") == str(LAST_MONTH)
    assert odoo.read("account.move", document(odoo, "in_invoice", invoice_date=day, date=day), "date") == day
    assert odoo.read("account.move", document(odoo, invoice_date=day), "date") == day


def test_a_bill_of_this_month_is_booked_today(odoo: Odoo) -> None:
    first = str(TODAY.replace(day=1))
    assert odoo.read("account.move", document(odoo, "in_invoice", invoice_date=first), "date") == str(TODAY)


def test_the_lines_of_a_posted_bill_cannot_be_changed_through_it_but_its_reference_can(odoo: Odoo) -> None:
    move = posted(odoo, "in_invoice", ref="A")
    line = odoo.read("account.move", move, "invoice_line_ids")[0]
    with pytest.raises(RefusedError, match="readonly fields on a posted move"):
        odoo.write("account.move", [move], invoice_line_ids=[[1, line, {"price_unit": 1.0}]])
    assert odoo.write("account.move", [move], ref="B") is True


def test_a_draft_follows_its_lines(odoo: Odoo) -> None:
    move = document(odoo, "in_invoice")
    line = odoo.read("account.move", move, "invoice_line_ids")[0]
    odoo.write("account.move", [move], invoice_line_ids=[[1, line, {"price_unit": 80.0, "quantity": 4}]])
    assert odoo.read("account.move", move, "amount_total", "amount_residual") == {
        "amount_total": 320.0,
        "amount_residual": 320.0,
    }
    assert lines_of(odoo, move, "payment_term")[0]["balance"] == -320.0


def test_a_bill_posted_again_after_a_reset_keeps_its_number(odoo: Odoo) -> None:
    move = posted(odoo, "in_invoice")
    number = odoo.read("account.move", move, "name")
    odoo.call("account.move", "button_draft", [move])
    assert odoo.read("account.move", move, "state", "name") == {"state": "draft", "name": number}
    odoo.call("account.move", "action_post", [move])
    assert odoo.read("account.move", move, "name") == number


def test_drafts_and_posted_documents_can_be_cancelled_once(odoo: Odoo) -> None:
    for move in (document(odoo), posted(odoo)):
        odoo.call("account.move", "button_cancel", [move])
        assert odoo.read("account.move", move, "state") == "cancel"
        with pytest.raises(RefusedError, match="can be cancelled"):
            odoo.call("account.move", "button_cancel", [move])


def test_a_posted_document_cannot_be_deleted_a_draft_can(odoo: Odoo) -> None:
    with pytest.raises(RefusedError, match="posted journal item"):
        odoo.call("account.move", "unlink", [posted(odoo)])
    assert odoo.call("account.move", "unlink", [document(odoo)]) is True


def reversal(odoo: Odoo, move: int, price: float | None = None, reason: str = "wrong") -> int:
    """A draft refund of a document, of its only line for another price if told so."""
    journal = odoo.read("account.move", move, "journal_id")
    context = {"active_model": "account.move", "active_ids": [move]}
    values = {"reason": reason, "journal_id": journal, "date": str(TODAY), "move_ids": [[6, 0, [move]]]}
    wizard = odoo.call("account.move.reversal", "create", values, context=context)
    refund: int = odoo.call("account.move.reversal", "refund_moves", [wizard], context=context)["res_id"]
    if price is not None:
        line = odoo.read("account.move", refund, "invoice_line_ids")[0]
        odoo.write("account.move", [refund], invoice_line_ids=[[1, line, {"price_unit": price, "quantity": 1}]])
    return refund


def settled(odoo: Odoo, *moves: int) -> list[tuple[str, float]]:
    rows = [odoo.read("account.move", move, "payment_state", "amount_residual") for move in moves]
    return [(row["payment_state"], row["amount_residual"]) for row in rows]


def test_reversing_makes_a_draft_refund_that_settles_both_when_posted(odoo: Odoo) -> None:
    move = posted(odoo, "in_invoice", ref="Z")
    number, refund = odoo.read("account.move", move, "name"), reversal(odoo, move)
    found = odoo.read("account.move", refund, "move_type", "state", "ref", "amount_total", "reversed_entry_id")
    expected = {"move_type": "in_refund", "state": "draft", "ref": f"Reversal of: {number}, wrong"}
    assert found == {**expected, "amount_total": 99.99, "reversed_entry_id": move}
    assert settled(odoo, move, refund) == [("not_paid", 99.99), ("not_paid", 99.99)]
    odoo.call("account.move", "action_post", [refund])
    assert settled(odoo, move, refund) == [("reversed", 0.0), ("paid", 0.0)]


def test_a_refund_over_less_settles_that_much_and_the_next_one_the_rest(odoo: Odoo) -> None:
    move = posted(odoo, "out_invoice")
    part, rest, more = reversal(odoo, move, 90.0), reversal(odoo, move, 9.99), reversal(odoo, move)
    odoo.call("account.move", "action_post", [part])
    assert settled(odoo, move, part) == [("partial", 9.99), ("paid", 0.0)]
    odoo.call("account.move", "action_post", [rest])
    odoo.call("account.move", "action_post", [more])
    assert settled(odoo, move, rest, more) == [("reversed", 0.0), ("paid", 0.0), ("not_paid", 99.99)]


def test_a_refund_that_is_reset_leaves_open_what_it_had_settled(odoo: Odoo) -> None:
    move = posted(odoo, "out_invoice")
    part, rest = reversal(odoo, move, 90.0), reversal(odoo, move, 9.99)
    odoo.call("account.move", "action_post", [part, rest])
    odoo.call("account.move", "button_draft", [part])
    assert settled(odoo, move, part, rest) == [("partial", 90.0), ("not_paid", 90.0), ("paid", 0.0)]
    odoo.call("account.move", "button_cancel", [rest])
    assert settled(odoo, move, rest) == [("not_paid", 99.99), ("not_paid", 9.99)]


def test_an_entry_must_balance(odoo: Odoo) -> None:
    journal = odoo.find("account.journal", [["type", "=", "general"], ["company_id", "=", odoo.company]])[0]
    accounts = odoo.find("account.account", [["account_type", "in", ["income", "expense"]]], limit=2)

    def entry(credit: float) -> int:
        rows = [
            {"account_id": accounts[0], "debit": 10, "name": "a"},
            {"account_id": accounts[1], "credit": credit, "name": "b"},
        ]
        return odoo.create(
            "account.move", move_type="entry", journal_id=journal, line_ids=[[0, 0, row] for row in rows]
        )

    with pytest.raises(RefusedError, match="not balanced"):
        entry(9)
    move = entry(10)
    odoo.call("account.move", "action_post", [move])
    assert odoo.read("account.move", move, "amount_total", "state") == {"amount_total": 10.0, "state": "posted"}


def test_a_document_in_another_currency_is_booked_by_the_rate_of_its_day(odoo: Odoo) -> None:
    other = odoo.find("res.currency", [["name", "in", ["EUR", "USD"]], ["id", "!=", own_currency(odoo)]])[0]
    day = str(TODAY - timedelta(days=2))
    if not odoo.find(
        "res.currency.rate", [["currency_id", "=", other], ["name", "=", day], ["company_id", "=", odoo.company]]
    ):
        odoo.create("res.currency.rate", currency_id=other, name=day, rate=0.8, company_id=odoo.company)
    move = document(odoo, "out_invoice", {"quantity": 1, "price_unit": 100.0}, currency_id=other, invoice_date=day)
    rate = odoo.read("account.move", move, "invoice_currency_rate")
    assert odoo.read("account.move", move, "amount_total") == 100.0
    assert odoo.read("account.move", move, "amount_total_signed") == pytest.approx(100 / rate, abs=0.005)
    assert lines_of(odoo, move, "payment_term")[0]["amount_currency"] == 100.0


def own_currency(odoo: Odoo) -> int:
    found: int = odoo.read("res.company", odoo.company, "currency_id")
    return found


def test_a_sister_may_not_read_or_write_what_is_another_companys(odoo: Odoo) -> None:
    sister = odoo.create("res.company", name=f"Sister {odoo.mark} {odoo.product()}")
    move = document(odoo)
    with pytest.raises(RefusedError) as refused:
        odoo.call("account.move", "read", [move], ["name"], context={"allowed_company_ids": [sister]})
    assert refused.value.name == "odoo.exceptions.AccessError"


def test_a_company_without_a_chart_has_no_journal_to_book_in(odoo: Odoo) -> None:
    sister = odoo.create("res.company", name=f"Bare {odoo.mark} {odoo.product()}")
    values = {"move_type": "out_invoice", "partner_id": odoo.partner(), "invoice_line_ids": []}
    with pytest.raises(RefusedError, match="No journal could be found"):
        odoo.call("account.move", "create", values, context={"allowed_company_ids": [sister]})
    odoo.call(
        "account.chart.template", "try_loading", [], "generic_coa", sister, context={"allowed_company_ids": [sister]}
    )
    codes = odoo.call(
        "account.account",
        "search_read",
        [["code", "in", ["121000", "211000"]]],
        fields=["code"],
        context={"allowed_company_ids": [sister]},
        order="id",
    )
    assert {row["code"] for row in codes} == {"121000", "211000"}
