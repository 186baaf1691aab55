"""What writing to purchase orders really does; the same against the stand-in and a real Odoo 18."""

from __future__ import annotations

import pytest

from tests.contract.odoos import NOTHING, Odoo, RefusedError

EARLY, LATE, NEW = "2031-03-03 09:00:00", "2031-03-10 09:00:00", "2031-04-01 15:30:00"


@pytest.fixture
def order(odoo: Odoo) -> int:
    """Confirmed, two lines of products without any price list entry but the one confirming makes."""
    early = {"product_id": odoo.product(), "date_planned": EARLY}
    return odoo.purchase(early, {"product_id": odoo.product(), "date_planned": LATE})


def dates(odoo: Odoo, order: int) -> dict[str, object]:
    """The dates of an order, its lines, its receipt and its moves, by line."""
    lines = odoo.read("purchase.order", order, "order_line")
    picking = odoo.receipt(order)
    moves = [odoo.read("purchase.order.line", line, "move_ids")[0] for line in lines]
    return {
        "order": odoo.read("purchase.order", order, "date_planned"),
        "lines": [odoo.read("purchase.order.line", line, "date_planned") for line in lines],
        "deadlines": [odoo.read("stock.move", move, "date_deadline") for move in moves],
        "moves": [odoo.read("stock.move", move, "date") for move in moves],
        "picking": odoo.read("stock.picking", picking, "scheduled_date", "date_deadline"),
    }


def test_confirming_makes_a_receipt_that_is_ready(odoo: Odoo) -> None:
    order = odoo.purchase({"product_id": odoo.product(), "date_planned": EARLY}, confirm=False)
    assert odoo.read("purchase.order", order, "state") == "draft"
    assert odoo.call("purchase.order", "button_confirm", [order]) is True
    found = odoo.read("purchase.order", order, "state", "date_approve", "picking_ids", "receipt_status")
    assert (found["state"], found["receipt_status"], len(found["picking_ids"])) == ("purchase", "pending", 1)
    assert found["date_approve"]
    picking = odoo.read("stock.picking", found["picking_ids"][0], "state", "origin")
    assert picking == {"state": "assigned", "origin": odoo.read("purchase.order", order, "name")}


def test_confirming_again_answers_true_and_does_nothing(odoo: Odoo, order: int) -> None:
    before = odoo.read("purchase.order", order, "state", "date_approve", "picking_ids", "amount_total")
    assert odoo.call("purchase.order", "button_confirm", [order]) is True
    assert odoo.read("purchase.order", order, "state", "date_approve", "picking_ids", "amount_total") == before


def test_confirming_makes_the_vendor_one_of_the_product_s_vendors(odoo: Odoo) -> None:
    product, vendor = odoo.product(), odoo.partner("Vendor")
    odoo.purchase({"product_id": product, "date_planned": EARLY}, vendor=vendor)
    template = odoo.read("product.product", product, "product_tmpl_id")
    entry = odoo.find("product.supplierinfo", [["product_tmpl_id", "=", template]])
    found = odoo.read("product.supplierinfo", entry[0], "partner_id", "price", "delay", "min_qty")
    assert found == {"partner_id": vendor, "price": 7.5, "delay": 0, "min_qty": 1.0}


def test_printing_marks_a_request_as_sent(odoo: Odoo) -> None:
    order = odoo.purchase({"product_id": odoo.product(), "date_planned": EARLY}, confirm=False)
    assert isinstance(odoo.call("purchase.order", "print_quotation", [order]), dict)
    assert odoo.read("purchase.order", order, "state") == "sent"


def test_mailing_a_request_only_opens_a_wizard(odoo: Odoo) -> None:
    order = odoo.purchase({"product_id": odoo.product(), "date_planned": EARLY}, confirm=False)
    assert odoo.call("purchase.order", "action_rfq_send", [order])["res_model"] == "mail.compose.message"
    assert odoo.read("purchase.order", order, "state") == "draft"


def test_cancelling_answers_nothing_and_cancels_the_receipt(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    assert odoo.call("purchase.order", "button_cancel", [order]) is NOTHING
    assert odoo.read("purchase.order", order, "state", "receipt_status") == {"state": "cancel", "receipt_status": False}
    assert odoo.read("stock.picking", picking, "state") == "cancel"
    for move in odoo.moves(picking):
        assert odoo.read("stock.move", move, "state", "quantity") == {"state": "cancel", "quantity": 0.0}


def test_what_was_received_cannot_be_cancelled(odoo: Odoo, order: int) -> None:
    assert odoo.call("stock.picking", "button_validate", [odoo.receipt(order)]) is True
    with pytest.raises(RefusedError) as refused:
        odoo.call("purchase.order", "button_cancel", [order])
    assert refused.value.name == "odoo.exceptions.UserError"
    assert odoo.read("purchase.order", order, "state", "receipt_status") == {
        "state": "purchase",
        "receipt_status": "full",
    }


def test_a_cancelled_order_goes_back_to_draft(odoo: Odoo, order: int) -> None:
    odoo.call("purchase.order", "button_cancel", [order])
    assert odoo.call("purchase.order", "button_draft", [order]) == {}
    assert odoo.read("purchase.order", order, "state") == "draft"


def test_locking_and_unlocking_answer_nothing(odoo: Odoo, order: int) -> None:
    assert odoo.call("purchase.order", "button_done", [order]) is NOTHING
    assert odoo.read("purchase.order", order, "state") == "done"
    assert odoo.call("purchase.order", "button_unlock", [order]) is NOTHING
    assert odoo.read("purchase.order", order, "state") == "purchase"


def test_a_confirmed_order_cannot_be_deleted(odoo: Odoo, order: int) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.call("purchase.order", "unlink", [order])
    assert refused.value.name == "odoo.exceptions.UserError"


def test_all_dates_agree_at_first(odoo: Odoo, order: int) -> None:
    assert dates(odoo, order) == {
        "order": EARLY,
        "lines": [EARLY, LATE],
        "deadlines": [EARLY, LATE],
        "moves": [EARLY, LATE],
        "picking": {"scheduled_date": EARLY, "date_deadline": EARLY},
    }


def test_the_date_of_the_header_moves_nothing_else(odoo: Odoo, order: int) -> None:
    before = dates(odoo, order)
    odoo.write("purchase.order", [order], date_planned=NEW)
    assert dates(odoo, order) == {**before, "order": NEW}


def test_the_date_of_one_line_moves_its_deadline_and_wipes_the_header(odoo: Odoo, order: int) -> None:
    odoo.write("purchase.order", [order], date_planned=NEW)
    odoo.write("purchase.order.line", odoo.read("purchase.order", order, "order_line")[:1], date_planned=NEW)
    assert dates(odoo, order) == {
        "order": LATE,
        "lines": [NEW, LATE],
        "deadlines": [NEW, LATE],
        "moves": [EARLY, LATE],
        "picking": {"scheduled_date": EARLY, "date_deadline": LATE},
    }


def test_the_date_of_all_lines_leaves_the_plan_of_the_receipt(odoo: Odoo, order: int) -> None:
    odoo.write("purchase.order.line", odoo.read("purchase.order", order, "order_line"), date_planned=NEW)
    assert dates(odoo, order) == {
        "order": NEW,
        "lines": [NEW, NEW],
        "deadlines": [NEW, NEW],
        "moves": [EARLY, LATE],
        "picking": {"scheduled_date": EARLY, "date_deadline": NEW},
    }


def test_rescheduling_the_receipt_moves_its_moves_only(odoo: Odoo, order: int) -> None:
    before = dates(odoo, order)
    odoo.write("stock.picking", [odoo.receipt(order)], scheduled_date=NEW)
    deadline = before["picking"]["date_deadline"]  # type: ignore[index]
    expected = {"scheduled_date": NEW, "date_deadline": deadline}
    assert dates(odoo, order) == {**before, "moves": [NEW, NEW], "picking": expected}


def test_the_deadline_of_the_receipt_moves_nothing_else(odoo: Odoo, order: int) -> None:
    before = dates(odoo, order)
    odoo.write("stock.picking", [odoo.receipt(order)], date_deadline=NEW)
    expected = {"scheduled_date": EARLY, "date_deadline": NEW}
    assert dates(odoo, order) == {**before, "picking": expected}


def test_lines_then_receipt_make_all_dates_agree(odoo: Odoo, order: int) -> None:
    odoo.write("purchase.order.line", odoo.read("purchase.order", order, "order_line"), date_planned=NEW)
    odoo.write("stock.picking", [odoo.receipt(order)], scheduled_date=NEW)
    assert dates(odoo, order) == {
        "order": NEW,
        "lines": [NEW, NEW],
        "deadlines": [NEW, NEW],
        "moves": [NEW, NEW],
        "picking": {"scheduled_date": NEW, "date_deadline": NEW},
    }


@pytest.fixture
def listed(odoo: Odoo) -> int:
    """Confirmed at another price and date than the vendor's price list has: 5.00 after eight days."""
    product, vendor = odoo.product(), odoo.partner("Vendor")
    template = odoo.read("product.product", product, "product_tmpl_id")
    currency = odoo.read("res.company", odoo.company, "currency_id")
    entry = {"partner_id": vendor, "product_tmpl_id": template, "price": 5.0, "delay": 8, "currency_id": currency}
    odoo.create("product.supplierinfo", **entry)
    line = {"product_id": product, "product_qty": 10, "price_unit": 7.5, "date_planned": LATE}
    return odoo.purchase(line, vendor=vendor, date_order="2031-01-01 08:00:00")


def test_a_new_quantity_alone_resets_price_and_date(odoo: Odoo, listed: int) -> None:
    line = odoo.read("purchase.order", listed, "order_line")[0]
    odoo.write("purchase.order.line", [line], product_qty=60)
    found = odoo.read("purchase.order.line", line, "price_unit", "date_planned", "product_qty")
    assert (found["price_unit"], found["product_qty"]) == (5.0, 60.0)
    assert found["date_planned"].startswith("2031-01-09")
    assert odoo.read("purchase.order", listed, "date_planned") == found["date_planned"]
    picking = odoo.read("stock.picking", odoo.receipt(listed), "scheduled_date", "date_deadline")
    assert picking == {"scheduled_date": found["date_planned"], "date_deadline": found["date_planned"]}
    moves = odoo.moves(odoo.receipt(listed))
    assert sum(odoo.read("stock.move", move, "product_uom_qty") for move in moves) == 60.0


def test_price_and_date_sent_along_are_kept(odoo: Odoo, listed: int) -> None:
    line = odoo.read("purchase.order", listed, "order_line")[0]
    odoo.write("purchase.order.line", [line], product_qty=60, price_unit=7.5, date_planned=LATE)
    found = odoo.read("purchase.order.line", line, "price_unit", "date_planned", "product_qty")
    assert found == {"price_unit": 7.5, "date_planned": LATE, "product_qty": 60.0}


def test_a_smaller_quantity_shrinks_the_receipt(odoo: Odoo, listed: int) -> None:
    line = odoo.read("purchase.order", listed, "order_line")[0]
    odoo.write("purchase.order.line", [line], product_qty=4, price_unit=7.5, date_planned=LATE)
    open_moves = odoo.find("stock.move", [["purchase_line_id", "=", line], ["state", "!=", "cancel"]])
    assert [odoo.read("stock.move", move, "product_uom_qty") for move in open_moves] == [4.0]


def test_less_than_received_is_refused(odoo: Odoo, listed: int) -> None:
    odoo.call("stock.picking", "button_validate", [odoo.receipt(listed)])
    with pytest.raises(RefusedError) as refused:
        odoo.write("purchase.order.line", odoo.read("purchase.order", listed, "order_line"), product_qty=4)
    assert refused.value.name == "odoo.exceptions.UserError"


@pytest.mark.parametrize(
    ("value", "stored"),
    [("2031-05-05", "2031-05-05 00:00:00"), ("2031-05-05 10:11:12", "2031-05-05 10:11:12")],
)
def test_a_bare_date_is_midnight(odoo: Odoo, order: int, value: str, stored: str) -> None:
    odoo.write("purchase.order", [order], date_planned=value)
    assert odoo.read("purchase.order", order, "date_planned") == stored


@pytest.mark.parametrize("value", ["2031-05-05T10:11:12", "2031-05-05 10:11:12+01:00", "2031-05-05T10:11:12Z", "soon"])
def test_other_forms_of_time_are_refused(odoo: Odoo, order: int, value: str) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.write("purchase.order", [order], date_planned=value)
    assert refused.value.name == "builtins.ValueError"


def test_a_message_does_not_touch_the_order(odoo: Odoo, order: int) -> None:
    before = odoo.read("purchase.order", order, "write_date")
    message = odoo.call("purchase.order", "message_post", [order], body="<b>late</b>", subtype_xmlid="mail.mt_note")
    assert "&lt;b&gt;" in odoo.read("mail.message", message, "body")
    assert odoo.read("purchase.order", order, "write_date") == before


def test_html_in_a_message_is_kept_on_request(odoo: Odoo, order: int) -> None:
    message = odoo.call("purchase.order", "message_post", [order], body="<b>late</b>", body_is_html=True)
    assert "<b>late</b>" in odoo.read("mail.message", message, "body")


def test_a_marker_can_be_written_with_the_change(odoo: Odoo, order: int) -> None:
    marker = f"<{odoo.mark}-{order}@tower>"
    note = {"message_id": marker, "body": "agreed", "message_type": "comment", "model": "purchase.order"}
    odoo.write("purchase.order", [order], partner_ref="V-1", message_ids=[[0, 0, note]])
    found = odoo.find("mail.message", [["message_id", "=", marker]])
    assert [odoo.read("mail.message", one, "model", "res_id") for one in found] == [
        {"model": "purchase.order", "res_id": order}
    ]


def test_a_marker_that_does_not_say_its_model_is_refused(odoo: Odoo, order: int) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.write("purchase.order", [order], message_ids=[[0, 0, {"message_id": "<x@tower>", "body": "agreed"}]])
    assert refused.value.name == "builtins.KeyError"


def test_load_creates_once(odoo: Odoo) -> None:
    external, vendor = f"tower_{odoo.mark}.once", odoo.partner("Vendor")
    rows = [[external, str(vendor), "X-9"]]
    first = odoo.call("purchase.order", "load", ["id", "partner_id/.id", "partner_ref"], rows)
    second = odoo.call("purchase.order", "load", ["id", "partner_id/.id", "partner_ref"], rows)
    assert first["ids"] == second["ids"] and len(first["ids"]) == 1
    assert first["messages"] == second["messages"] == []


def test_load_tells_of_errors_in_its_answer(odoo: Odoo) -> None:
    answer = odoo.call("purchase.order", "load", ["id", "partner_id/.id"], [[f"tower_{odoo.mark}.bad", "nobody"]])
    assert answer["ids"] is False
    assert {message["type"] for message in answer["messages"]} == {"error"}
