"""What confirming, promising and cancelling sales really does, and what making to order sets off."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.contract.odoos import Odoo, RefusedError

PROMISED, NEW = "2031-05-20 10:00:00", "2031-06-02 16:00:00"


@pytest.fixture
def order(odoo: Odoo) -> int:
    return odoo.sale({"product_id": odoo.product()}, commitment_date=PROMISED)


def test_confirming_makes_a_delivery(odoo: Odoo) -> None:
    order = odoo.sale({"product_id": odoo.product()}, commitment_date=PROMISED, confirm=False)
    assert odoo.read("sale.order", order, "state") == "draft"
    assert odoo.call("sale.order", "action_confirm", [order]) is True
    found = odoo.read("sale.order", order, "state", "picking_ids", "delivery_status")
    assert (found["state"], len(found["picking_ids"]), found["delivery_status"]) == ("sale", 1, "pending")
    picking = odoo.read(
        "stock.picking", found["picking_ids"][0], "scheduled_date", "date_deadline", "sale_id", "origin"
    )
    assert picking["date_deadline"] == picking["scheduled_date"] == PROMISED
    assert picking["sale_id"] == order and picking["origin"] == odoo.read("sale.order", order, "name")


def test_confirming_twice_is_refused(odoo: Odoo, order: int) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.call("sale.order", "action_confirm", [order])
    assert refused.value.name == "odoo.exceptions.UserError"


def test_a_new_promise_moves_the_deadline_only(odoo: Odoo, order: int) -> None:
    picking = odoo.read("sale.order", order, "picking_ids")[0]
    assert odoo.write("sale.order", [order], commitment_date=NEW) is True
    assert odoo.read("stock.picking", picking, "date_deadline", "scheduled_date") == {
        "date_deadline": NEW,
        "scheduled_date": PROMISED,
    }
    move = odoo.read("stock.move", odoo.moves(picking)[0], "date_deadline", "date")
    assert move == {"date_deadline": NEW, "date": PROMISED}


def test_cancelling_a_confirmed_order_asks_first(odoo: Odoo, order: int) -> None:
    assert odoo.call("sale.order", "action_cancel", [order])["res_model"] == "sale.order.cancel"
    assert odoo.read("sale.order", order, "state") == "sale"


def test_cancelling_at_once_cancels_the_delivery(odoo: Odoo, order: int) -> None:
    picking = odoo.read("sale.order", order, "picking_ids")[0]
    assert odoo.call("sale.order", "action_cancel", [order], context={"disable_cancel_warning": True}) is True
    assert odoo.read("sale.order", order, "state") == "cancel"
    assert odoo.read("stock.picking", picking, "state") == "cancel"


def test_a_quotation_is_cancelled_without_a_question(odoo: Odoo) -> None:
    order = odoo.sale({"product_id": odoo.product()}, confirm=False)
    assert odoo.call("sale.order", "action_cancel", [order]) is True
    assert odoo.read("sale.order", order, "state") == "cancel"


def test_delivering_says_so_on_line_and_order(odoo: Odoo) -> None:
    product = odoo.product()
    odoo.put_in_stock(product, 5)
    order = odoo.sale({"product_id": product, "product_uom_qty": 3})
    odoo.call("stock.picking", "button_validate", odoo.read("sale.order", order, "picking_ids"))
    assert odoo.read("sale.order", order, "delivery_status") == "full"
    assert odoo.read("sale.order.line", odoo.read("sale.order", order, "order_line")[0], "qty_delivered") == 3.0


@dataclass
class Chain:
    """A sale made to order, from the customer back to the vendor."""

    order: int
    delivery: int
    production: int
    raw: int
    line: int
    bought: int


@pytest.fixture
def chain(odoo: Odoo) -> Chain:
    to_order = odoo.ref("stock.route_warehouse0_mto")
    odoo.write("stock.route", [to_order], active=True)
    buy, make = odoo.ref("purchase_stock.route_warehouse0_buy"), odoo.ref("mrp.route_warehouse0_manufacture")
    part = odoo.product(route_ids=[[6, 0, [to_order, buy]]])
    goods = odoo.product(route_ids=[[6, 0, [to_order, make]]])
    template = odoo.read("product.product", part, "product_tmpl_id")
    currency = odoo.read("res.company", odoo.company, "currency_id")
    entry = {"product_tmpl_id": template, "price": 5.0, "delay": 8, "currency_id": currency}
    odoo.create("product.supplierinfo", partner_id=odoo.partner("Vendor"), **entry)
    odoo.bill(goods, {part: 2})
    order = odoo.sale({"product_id": goods, "product_uom_qty": 3}, commitment_date=PROMISED)
    delivery = odoo.moves(odoo.read("sale.order", order, "picking_ids")[0])[0]
    finished = odoo.read("stock.move", delivery, "move_orig_ids")
    production = odoo.read("stock.move", finished[0], "production_id")
    raw = odoo.read("mrp.production", production, "move_raw_ids")[0]
    line = odoo.read("stock.move", raw, "created_purchase_line_ids")[0]
    return Chain(order, delivery, production, raw, line, odoo.read("purchase.order.line", line, "order_id"))


def test_a_sale_made_to_order_is_fed_by_production_and_that_by_a_purchase(odoo: Odoo, chain: Chain) -> None:
    assert odoo.read("stock.move", chain.delivery, "state", "procure_method") == {
        "state": "waiting",
        "procure_method": "make_to_order",
    }
    made = odoo.read("mrp.production", chain.production, "state", "product_qty", "origin", "date_deadline")
    assert made == {
        "state": "confirmed",
        "product_qty": 3.0,
        "origin": odoo.read("sale.order", chain.order, "name"),
        "date_deadline": PROMISED,
    }
    assert odoo.read("stock.move", chain.raw, "state", "procure_method", "product_uom_qty") == {
        "state": "waiting",
        "procure_method": "make_to_order",
        "product_uom_qty": 6.0,
    }
    line = odoo.read("purchase.order.line", chain.line, "product_qty", "price_unit", "move_dest_ids")
    assert line == {"product_qty": 6.0, "price_unit": 5.0, "move_dest_ids": [chain.raw]}
    bought = odoo.read("purchase.order", chain.bought, "state", "origin")
    assert bought == {"state": "draft", "origin": odoo.read("mrp.production", chain.production, "name")}


def test_confirming_the_purchase_pegs_its_receipt_to_the_component(odoo: Odoo, chain: Chain) -> None:
    odoo.call("purchase.order", "button_confirm", [chain.bought])
    move = odoo.moves(odoo.receipt(chain.bought))[0]
    assert odoo.read("stock.move", move, "move_dest_ids") == [chain.raw]
    assert odoo.read("stock.move", chain.raw, "move_orig_ids") == [move]
    assert odoo.read("purchase.order.line", chain.line, "move_dest_ids") == []


def test_the_vendor_s_new_date_reaches_the_component_s_deadline(odoo: Odoo, chain: Chain) -> None:
    odoo.call("purchase.order", "button_confirm", [chain.bought])
    before = odoo.read("stock.move", chain.raw, "date")
    odoo.write("purchase.order.line", [chain.line], date_planned=NEW)
    assert odoo.read("stock.move", chain.raw, "date_deadline", "date") == {"date_deadline": NEW, "date": before}
    picking = odoo.receipt(chain.bought)
    odoo.write("stock.picking", [picking], scheduled_date=NEW)
    assert odoo.read("stock.move", chain.raw, "delay_alert_date") == NEW


def test_the_goods_pass_from_hand_to_hand(odoo: Odoo, chain: Chain) -> None:
    odoo.call("purchase.order", "button_confirm", [chain.bought])
    odoo.call("stock.picking", "button_validate", [odoo.receipt(chain.bought)])
    assert odoo.read("stock.move", chain.raw, "state", "quantity") == {"state": "assigned", "quantity": 6.0}
    assert odoo.read("mrp.production", chain.production, "reservation_state") == "assigned"
    context = {"skip_redirection": True}
    assert odoo.call("mrp.production", "button_mark_done", [chain.production], context=context) is True
    assert odoo.read("stock.move", chain.delivery, "state", "quantity") == {"state": "assigned", "quantity": 3.0}
    odoo.call("stock.picking", "button_validate", odoo.read("sale.order", chain.order, "picking_ids"))
    assert odoo.read("sale.order", chain.order, "delivery_status") == "full"


def test_two_needs_share_one_request_to_the_vendor(odoo: Odoo, chain: Chain) -> None:
    goods = odoo.read("mrp.production", chain.production, "product_id")
    odoo.sale({"product_id": goods, "product_uom_qty": 1}, commitment_date=NEW)
    line = odoo.read("purchase.order.line", chain.line, "product_qty", "order_id", "move_dest_ids")
    assert (line["product_qty"], line["order_id"], len(line["move_dest_ids"])) == (8.0, chain.bought, 2)


def test_goods_nobody_sells_are_refused(odoo: Odoo) -> None:
    to_order = odoo.ref("stock.route_warehouse0_mto")
    odoo.write("stock.route", [to_order], active=True)
    product = odoo.product(route_ids=[[6, 0, [to_order, odoo.ref("purchase_stock.route_warehouse0_buy")]]])
    order = odoo.sale({"product_id": product}, confirm=False)
    with pytest.raises(RefusedError) as refused:
        odoo.call("sale.order", "action_confirm", [order])
    assert refused.value.name == "odoo.exceptions.UserError"
    assert odoo.read("sale.order", order, "state") == "draft"
