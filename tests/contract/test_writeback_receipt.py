"""What validating, splitting and cancelling transfers really does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.odoos import NOTHING, Odoo, RefusedError

DAY, NEW = "2031-03-03 09:00:00", "2031-04-01 15:30:00"


@pytest.fixture
def order(odoo: Odoo) -> int:
    return odoo.purchase({"product_id": odoo.product(), "product_qty": 10, "date_planned": DAY})


@pytest.fixture
def short(odoo: Odoo, order: int) -> int:
    """A receipt of which four of ten have come."""
    picking = odoo.receipt(order)
    odoo.write("stock.move", odoo.moves(picking), quantity=4, picked=True)
    return picking


def status(odoo: Odoo, order: int) -> Any:
    return odoo.read("purchase.order", order, "receipt_status")


def test_all_can_be_received(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    found = odoo.read("stock.picking", picking, "state", "date_done")
    assert found["state"] == "done" and found["date_done"]
    assert odoo.read("purchase.order", order, "receipt_status", "invoice_status") == {
        "receipt_status": "full",
        "invoice_status": "to invoice",
    }
    line = odoo.read("purchase.order", order, "order_line")[0]
    assert odoo.read("purchase.order.line", line, "qty_received") == 10.0
    assert odoo.read("purchase.order", order, "effective_date") == found["date_done"]


def test_a_part_asks_first_and_nothing_has_happened(odoo: Odoo, order: int, short: int) -> None:
    answer = odoo.call("stock.picking", "button_validate", [short])
    assert answer["res_model"] == "stock.backorder.confirmation"
    assert answer["context"]["button_validate_picking_ids"] == [short]
    assert odoo.read("stock.picking", short, "state") == "assigned"
    assert status(odoo, order) == "pending"


def test_the_rest_goes_to_a_back_order(odoo: Odoo, order: int, short: int) -> None:
    assert odoo.call("stock.picking", "button_validate", [short], context={"skip_backorder": True}) is True
    assert odoo.read("stock.picking", short, "state") == "done"
    rest = odoo.find("stock.picking", [["backorder_id", "=", short]])
    assert len(rest) == 1 and odoo.read("stock.picking", rest[0], "state") == "assigned"
    assert [odoo.read("stock.move", one, "product_uom_qty") for one in odoo.moves(short)] == [4.0]
    moved = odoo.read("stock.move", odoo.moves(rest[0])[0], "product_uom_qty", "purchase_line_id", "date_deadline")
    line = odoo.read("purchase.order", order, "order_line")[0]
    assert moved == {"product_uom_qty": 6.0, "purchase_line_id": line, "date_deadline": DAY}
    assert odoo.read("stock.picking", rest[0], "scheduled_date") == DAY
    assert status(odoo, order) == "partial"
    assert odoo.read("purchase.order.line", line, "qty_received") == 4.0


def test_the_rest_can_be_dropped_and_the_order_says_full(odoo: Odoo, order: int, short: int) -> None:
    context = {"skip_backorder": True, "picking_ids_not_to_backorder": [short]}
    assert odoo.call("stock.picking", "button_validate", [short], context=context) is True
    assert odoo.find("stock.picking", [["backorder_id", "=", short]]) == []
    found = [odoo.read("stock.move", move, "state", "product_uom_qty", "quantity") for move in odoo.moves(short)]
    assert found == [{"state": "done", "product_uom_qty": 10.0, "quantity": 4.0}]
    assert status(odoo, order) == "full"
    line = odoo.read("purchase.order", order, "order_line")[0]
    assert odoo.read("purchase.order.line", line, "qty_received") == 4.0


def test_the_wizard_makes_the_back_order(odoo: Odoo, order: int, short: int) -> None:
    context = odoo.call("stock.picking", "button_validate", [short])["context"]
    line = [0, 0, {"to_backorder": True, "picking_id": short}]
    values = {"pick_ids": [[4, short]], "backorder_confirmation_line_ids": [line]}
    wizard = odoo.call("stock.backorder.confirmation", "create", values, context=context)
    assert odoo.call("stock.backorder.confirmation", "process", [wizard], context=context) is True
    assert odoo.read("stock.picking", short, "state") == "done"
    assert len(odoo.find("stock.picking", [["backorder_id", "=", short]])) == 1
    assert status(odoo, order) == "partial"


def test_unpicked_moves_take_what_is_reserved(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    move = odoo.moves(picking)[0]
    assert odoo.read("stock.move", move, "picked", "quantity") == {"picked": False, "quantity": 10.0}
    odoo.call("stock.picking", "button_validate", [picking])
    assert odoo.read("stock.move", move, "picked", "quantity", "state") == {
        "picked": True,
        "quantity": 10.0,
        "state": "done",
    }


def test_cancelling_a_receipt_answers_true(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    assert odoo.call("stock.picking", "action_cancel", [picking]) is True
    assert odoo.read("stock.picking", picking, "state") == "cancel"
    assert status(odoo, order) is False


def test_rescheduling_moves_the_picking_and_its_open_moves(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    assert odoo.write("stock.picking", [picking], scheduled_date=NEW) is True
    assert odoo.read("stock.picking", picking, "scheduled_date") == NEW
    assert [odoo.read("stock.move", move, "date") for move in odoo.moves(picking)] == [NEW]


def test_a_done_receipt_cannot_be_rescheduled(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    odoo.call("stock.picking", "button_validate", [picking])
    with pytest.raises(RefusedError) as refused:
        odoo.write("stock.picking", [picking], scheduled_date=NEW)
    assert refused.value.name == "odoo.exceptions.UserError"


def test_a_receipt_can_be_back_dated(odoo: Odoo, order: int) -> None:
    picking = odoo.receipt(order)
    odoo.call("stock.picking", "button_validate", [picking])
    validated = odoo.read("stock.move", odoo.moves(picking)[0], "date")
    odoo.write("stock.picking", [picking], date_done="2026-01-02 03:04:05")
    assert odoo.read("stock.picking", picking, "date_done") == "2026-01-02 03:04:05"
    assert odoo.read("purchase.order", order, "effective_date") == "2026-01-02 03:04:05"
    assert odoo.read("stock.move", odoo.moves(picking)[0], "date") == validated


def test_a_delivery_reserves_from_stock_and_gives_back(odoo: Odoo) -> None:
    product = odoo.product()
    odoo.put_in_stock(product, 5)
    order = odoo.sale({"product_id": product, "product_uom_qty": 3})
    picking = odoo.read("sale.order", order, "picking_ids")[0]
    quant = odoo.find("stock.quant", [["product_id", "=", product], ["location_id", "=", odoo.stock]])[0]
    assert odoo.read("stock.picking", picking, "state") == "assigned"
    assert odoo.read("stock.quant", quant, "quantity", "reserved_quantity") == {
        "quantity": 5.0,
        "reserved_quantity": 3.0,
    }
    assert odoo.call("stock.picking", "do_unreserve", [picking]) is NOTHING
    assert odoo.read("stock.picking", picking, "state") == "confirmed"
    assert odoo.read("stock.quant", quant, "reserved_quantity") == 0.0
    assert odoo.call("stock.picking", "action_assign", [picking]) is True
    assert odoo.read("stock.picking", picking, "state") == "assigned"


def test_a_delivery_short_of_goods_is_partly_available(odoo: Odoo) -> None:
    product = odoo.product()
    odoo.put_in_stock(product, 2)
    order = odoo.sale({"product_id": product, "product_uom_qty": 3})
    picking = odoo.read("sale.order", order, "picking_ids")[0]
    move = odoo.moves(picking)[0]
    assert odoo.read("stock.move", move, "state", "quantity") == {"state": "partially_available", "quantity": 2.0}


def test_goods_that_arrive_wake_a_waiting_delivery(odoo: Odoo) -> None:
    product = odoo.product()
    order = odoo.sale({"product_id": product, "product_uom_qty": 3})
    picking = odoo.read("sale.order", order, "picking_ids")[0]
    assert odoo.read("stock.picking", picking, "state") == "confirmed"
    bought = odoo.purchase({"product_id": product, "product_qty": 10, "date_planned": DAY})
    odoo.call("stock.picking", "button_validate", [odoo.receipt(bought)])
    assert odoo.read("stock.picking", picking, "state") == "assigned"


def test_stock_follows_what_is_moved(odoo: Odoo) -> None:
    product = odoo.product()
    odoo.put_in_stock(product, 5)
    order = odoo.sale({"product_id": product, "product_uom_qty": 3})
    odoo.call("stock.picking", "button_validate", odoo.read("sale.order", order, "picking_ids"))
    assert odoo.read("product.product", product, "qty_available", "free_qty") == {"qty_available": 2.0, "free_qty": 2.0}


def test_scrap_takes_from_stock(odoo: Odoo) -> None:
    product = odoo.product()
    odoo.put_in_stock(product, 5)
    scrap = odoo.create("stock.scrap", product_id=product, scrap_qty=2, company_id=odoo.company, location_id=odoo.stock)
    assert odoo.call("stock.scrap", "action_validate", [scrap]) is True
    assert odoo.read("stock.scrap", scrap, "state") == "done"
    assert odoo.read("product.product", product, "qty_available") == 3.0


def test_scrap_beyond_stock_asks_and_can_be_forced(odoo: Odoo) -> None:
    product = odoo.product()
    scrap = odoo.create("stock.scrap", product_id=product, scrap_qty=2, company_id=odoo.company, location_id=odoo.stock)
    answer = odoo.call("stock.scrap", "action_validate", [scrap])
    assert answer["res_model"] == "stock.warn.insufficient.qty.scrap"
    assert odoo.read("stock.scrap", scrap, "state") == "draft"
    assert odoo.call("stock.scrap", "do_scrap", [scrap]) is True
    assert odoo.read("product.product", product, "qty_available") == -2.0
