"""Trade between companies of the group: goods pass through a place between the two, and none are promised there."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.contract.odoos import Odoo, RefusedError


@dataclass
class Sister:
    """The contact of another company of the group, the place between the companies, and a product in stock here."""

    partner: int
    between: int
    product: int


@pytest.fixture
def sister(odoo: Odoo) -> Sister:
    company = odoo.create("res.company", name=f"Sister {odoo.mark} {odoo.product()}")
    product = odoo.product()
    odoo.put_in_stock(product, 10)
    between = odoo.ref("stock.stock_location_inter_company")
    return Sister(odoo.read("res.company", company, "partner_id"), between, product)


@pytest.fixture
def order(odoo: Odoo, sister: Sister) -> int:
    return odoo.purchase({"product_id": sister.product, "product_qty": 3}, vendor=sister.partner)


@pytest.fixture
def delivery(odoo: Odoo, sister: Sister) -> int:
    line = [0, 0, {"product_id": sister.product, "product_uom_qty": 2, "price_unit": 5.0}]
    sale = odoo.create("sale.order", partner_id=sister.partner, order_line=[line])
    odoo.call("sale.order", "action_confirm", [sale])
    found: list[int] = odoo.read("sale.order", sale, "picking_ids")
    return found[0]


def test_companies_deal_with_each_other_through_a_place_that_belongs_to_none(odoo: Odoo, sister: Sister) -> None:
    places = odoo.read("res.partner", sister.partner, "property_stock_supplier", "property_stock_customer")
    assert set(places.values()) == {sister.between}
    place = odoo.read("stock.location", sister.between, "usage", "company_id", "active", "complete_name")
    name = "Virtual Locations/Inter-company transit"
    assert place == {"usage": "transit", "company_id": False, "active": True, "complete_name": name}


def test_a_receipt_from_a_sister_waits_until_somebody_says_what_came(odoo: Odoo, sister: Sister, order: int) -> None:
    receipt = odoo.receipt(order)
    move = odoo.moves(receipt)[0]
    expected = {"state": "confirmed", "location_id": sister.between}
    assert odoo.read("stock.picking", receipt, "state", "location_id") == expected
    assert odoo.read("stock.move", move, "state", "location_id", "quantity") == {**expected, "quantity": 0.0}
    with pytest.raises(RefusedError, match="no quantities are reserved"):
        odoo.call("stock.picking", "button_validate", [receipt])
    odoo.write("stock.move", [move], quantity=3, picked=True)
    assert odoo.call("stock.picking", "button_validate", [receipt]) is True
    line = odoo.read("purchase.order", order, "order_line")[0]
    assert odoo.read("purchase.order.line", line, "qty_received") == 3.0
    assert odoo.read("purchase.order", order, "receipt_status") == "full"


def test_a_delivery_to_a_sister_counts_as_delivered_and_wakes_no_receipt(
    odoo: Odoo, sister: Sister, order: int, delivery: int
) -> None:
    found = odoo.read("stock.picking", delivery, "state", "location_dest_id")
    assert found == {"state": "assigned", "location_dest_id": sister.between}
    assert odoo.call("stock.picking", "button_validate", [delivery]) is True
    sale = odoo.read("stock.picking", delivery, "sale_id")
    assert odoo.read("sale.order", sale, "delivery_status") == "full"
    line = odoo.read("sale.order", sale, "order_line")[0]
    assert odoo.read("sale.order.line", line, "qty_delivered") == 2.0
    assert odoo.read("stock.picking", odoo.receipt(order), "state") == "confirmed"


def test_a_new_promise_to_a_sister_moves_the_deadline_of_its_delivery(odoo: Odoo, delivery: int) -> None:
    sale, promise = odoo.read("stock.picking", delivery, "sale_id"), "2031-03-10 12:00:00"
    odoo.write("sale.order", [sale], commitment_date=promise)
    assert odoo.read("stock.picking", delivery, "date_deadline") == promise
