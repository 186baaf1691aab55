"""What lots, move lines and quants do when goods come, are promised, moved aside and scrapped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.odoos import Odoo, RefusedError

DAY = "2031-03-03 09:00:00"


@pytest.fixture
def product(odoo: Odoo) -> int:
    return odoo.product(tracking="lot")


def received(odoo: Odoo, product: int, name: str, quantity: int = 10) -> int:
    """Goods that came in one lot; the lot."""
    order = odoo.purchase({"product_id": product, "product_qty": quantity, "date_planned": DAY})
    picking = odoo.receipt(order)
    line = odoo.find("stock.move.line", [["picking_id", "=", picking]])[0]
    odoo.write("stock.move.line", [line], lot_name=name)
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    return odoo.find("stock.lot", [["name", "=", name], ["product_id", "=", product]])[0]


def quants(odoo: Odoo, lot: int, *usages: str) -> list[dict[str, Any]]:
    domain = [["lot_id", "=", lot], ["location_id.usage", "in", usages or ["internal"]], ["quantity", "!=", 0]]
    found = odoo.find("stock.quant", domain)
    return [odoo.read("stock.quant", one, "location_id", "quantity", "reserved_quantity") for one in found]


def quarantine(odoo: Odoo) -> int:
    return odoo.create("stock.location", name=f"Quarantine {odoo.mark}", usage="internal", location_id=odoo.stock)


def aside(odoo: Odoo, product: int, lot: int, quantity: float, place: int) -> int:
    """An internal transfer of a lot's quantity, made in one call."""
    kind = odoo.find("stock.picking.type", [["code", "=", "internal"], ["warehouse_id", "=", odoo.warehouse]])[0]
    unit = odoo.read("product.product", product, "uom_id")
    shared = {"product_id": product, "location_id": odoo.stock, "location_dest_id": place}
    line = [0, 0, {**shared, "product_uom_id": unit, "lot_id": lot, "quantity": quantity}]
    move = {**shared, "name": "Aside", "product_uom": unit, "product_uom_qty": quantity, "move_line_ids": [line]}
    return odoo.create(
        "stock.picking",
        picking_type_id=kind,
        location_id=odoo.stock,
        location_dest_id=place,
        move_ids=[[0, 0, move]],
    )


def test_a_receipt_has_a_line_before_it_is_done(odoo: Odoo, product: int) -> None:
    order = odoo.purchase({"product_id": product, "product_qty": 10, "date_planned": DAY})
    picking = odoo.receipt(order)
    line = odoo.find("stock.move.line", [["picking_id", "=", picking]])
    assert len(line) == 1
    assert odoo.read("stock.move.line", line[0], "quantity", "state", "lot_id", "move_id") == {
        "quantity": 10.0,
        "state": "assigned",
        "lot_id": False,
        "move_id": odoo.moves(picking)[0],
    }


def test_a_tracked_product_needs_its_lot(odoo: Odoo, product: int) -> None:
    order = odoo.purchase({"product_id": product, "product_qty": 10, "date_planned": DAY})
    with pytest.raises(RefusedError) as refused:
        odoo.call("stock.picking", "button_validate", [odoo.receipt(order)])
    assert refused.value.name == "odoo.exceptions.UserError"


def test_a_typed_name_becomes_a_lot_with_stock_of_its_own(odoo: Odoo, product: int) -> None:
    one, other = received(odoo, product, f"A{odoo.mark}"), received(odoo, product, f"B{odoo.mark}", 4)
    assert [row["quantity"] for row in quants(odoo, one)] == [10.0]
    assert [row["quantity"] for row in quants(odoo, other)] == [4.0]
    assert odoo.read("stock.lot", one, "product_qty", "location_id", "company_id") == {
        "product_qty": 10.0,
        "location_id": odoo.stock,
        "company_id": odoo.read("stock.lot", other, "company_id"),
    }


def test_two_lots_of_one_product_cannot_share_a_name(odoo: Odoo, product: int) -> None:
    values = {"name": f"T{odoo.mark}", "product_id": product, "company_id": odoo.company}
    odoo.create("stock.lot", **values)
    with pytest.raises(RefusedError) as refused:
        odoo.create("stock.lot", **values)
    assert refused.value.name == "odoo.exceptions.ValidationError"


def test_a_delivery_is_promised_the_oldest_lot_first(odoo: Odoo, product: int) -> None:
    one, other = received(odoo, product, f"A{odoo.mark}", 4), received(odoo, product, f"B{odoo.mark}", 10)
    order = odoo.sale({"product_id": product, "product_uom_qty": 6})
    picking = odoo.read("sale.order", order, "picking_ids")[0]
    lines = odoo.find("stock.move.line", [["picking_id", "=", picking]], order="id")
    assert sum(odoo.read("stock.move.line", line, "quantity") for line in lines) == 6.0
    assert sorted(odoo.read("stock.move.line", line, "lot_id") for line in lines) == sorted([one, other])
    assert sum(row["reserved_quantity"] for row in quants(odoo, one)) == 4.0
    assert sum(row["reserved_quantity"] for row in quants(odoo, other)) == 2.0


def test_a_lot_put_aside_leaves_its_place(odoo: Odoo, product: int) -> None:
    lot, place = received(odoo, product, f"A{odoo.mark}"), quarantine(odoo)
    picking = aside(odoo, product, lot, 10, place)
    assert odoo.read("stock.picking", picking, "state") == "assigned"
    assert quants(odoo, lot)[0]["reserved_quantity"] == 10.0
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    assert odoo.read("stock.picking", picking, "state") == "done"
    assert quants(odoo, lot) == [{"location_id": place, "quantity": 10.0, "reserved_quantity": 0.0}]


def test_goods_put_aside_are_taken_from_those_they_were_promised_to(odoo: Odoo, product: int) -> None:
    lot, place = received(odoo, product, f"A{odoo.mark}"), quarantine(odoo)
    order = odoo.sale({"product_id": product, "product_uom_qty": 6})
    delivery = odoo.read("sale.order", order, "picking_ids")[0]
    assert odoo.read("stock.picking", delivery, "state") == "assigned"
    picking = aside(odoo, product, lot, 10, place)
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    assert sum(row["quantity"] for row in quants(odoo, lot)) == 10.0
    assert [row["location_id"] for row in quants(odoo, lot) if row["quantity"] > 0] == [place]


def test_a_done_line_keeps_what_it_moved(odoo: Odoo, product: int) -> None:
    lot = received(odoo, product, f"A{odoo.mark}")
    line = odoo.find("stock.move.line", [["lot_id", "=", lot]])[0]
    assert odoo.read("stock.move.line", line, "state", "quantity") == {"state": "done", "quantity": 10.0}
    with pytest.raises(RefusedError):
        odoo.call("stock.move.line", "unlink", [line])


def test_a_count_of_a_lot_stands_for_itself(odoo: Odoo, product: int) -> None:
    lot = odoo.create("stock.lot", name=f"C{odoo.mark}", product_id=product, company_id=odoo.company)
    values = {"product_id": product, "location_id": odoo.stock, "lot_id": lot, "inventory_quantity": 7}
    quant = odoo.call("stock.quant", "create", [values], context={"inventory_mode": True})
    odoo.call("stock.quant", "action_apply_inventory", quant)
    assert [row["quantity"] for row in quants(odoo, lot)] == [7.0]


def test_a_line_that_names_no_package_takes_none_of_its_goods(odoo: Odoo, product: int) -> None:
    lot = odoo.create("stock.lot", name=f"C{odoo.mark}", product_id=product, company_id=odoo.company)
    pallet, place = odoo.create("stock.quant.package", name=f"P{odoo.mark}"), quarantine(odoo)
    packed = {"product_id": product, "location_id": odoo.stock, "lot_id": lot, "package_id": pallet}
    values = {**packed, "inventory_quantity": 10}
    quant = odoo.call("stock.quant", "create", [values], context={"inventory_mode": True})
    odoo.call("stock.quant", "action_apply_inventory", quant)
    assert odoo.call("stock.picking", "button_validate", [aside(odoo, product, lot, 4, place)]) is True
    domain = [["lot_id", "=", lot], ["location_id.usage", "=", "internal"], ["quantity", "!=", 0]]
    rows = [odoo.read("stock.quant", one, "package_id", "quantity") for one in odoo.find("stock.quant", domain)]
    assert sorted((row["package_id"] or 0, row["quantity"]) for row in rows) == [(0, -4.0), (0, 4.0), (pallet, 10.0)]


def test_the_lowest_internal_type_of_a_warehouse_is_an_archived_one(odoo: Odoo) -> None:
    domain = [["code", "=", "internal"], ["warehouse_id", "=", odoo.warehouse]]
    context = {"active_test": False}
    found = odoo.call("stock.picking.type", "search", domain, order="id", limit=1, context=context)
    assert odoo.read("stock.picking.type", found[0], "sequence_code", "active") == {
        "sequence_code": "PICK",
        "active": False,
    }
    own = odoo.read("stock.warehouse", odoo.warehouse, "int_type_id")
    assert odoo.read("stock.picking.type", own, "sequence_code") == "INT"


def test_a_line_that_names_promised_goods_promises_them_a_second_time(odoo: Odoo, product: int) -> None:
    lot, place = received(odoo, product, f"A{odoo.mark}"), quarantine(odoo)
    delivery = delivery_of(odoo, product, 6)
    picking = aside(odoo, product, lot, 10, place)
    assert quants(odoo, lot) == [{"location_id": odoo.stock, "quantity": 10.0, "reserved_quantity": 16.0}]
    assert [odoo.read("stock.picking", one, "state") for one in (delivery, picking)] == ["assigned", "assigned"]
    assert odoo.call("stock.picking", "button_validate", [delivery]) is True
    assert sum(row["quantity"] for row in quants(odoo, lot)) == 4.0, "the delivery takes the goods all the same"


def delivery_of(odoo: Odoo, product: int, quantity: int, *, days: int = 0) -> int:
    """The transfer of a sold quantity, to go in so many days."""
    order = odoo.sale({"product_id": product, "product_uom_qty": quantity})
    picking: int = odoo.read("sale.order", order, "picking_ids")[0]
    if days:
        odoo.write("stock.picking", [picking], scheduled_date=odoo.now(days=days))
    return picking


def line_of(odoo: Odoo, picking: int, lot: int) -> int:
    return odoo.find("stock.move.line", [["picking_id", "=", picking], ["lot_id", "=", lot]])[0]


def test_a_line_set_to_nothing_gives_its_goods_back_and_stays(odoo: Odoo, product: int) -> None:
    lot = received(odoo, product, f"A{odoo.mark}")
    delivery = delivery_of(odoo, product, 6)
    line = line_of(odoo, delivery, lot)
    assert odoo.read("stock.move.line", line, "picked", "quantity_product_uom") == {
        "picked": False,
        "quantity_product_uom": 6.0,
    }
    odoo.write("stock.move.line", [line], quantity=0)
    assert quants(odoo, lot) == [{"location_id": odoo.stock, "quantity": 10.0, "reserved_quantity": 0.0}]
    assert odoo.read("stock.move.line", line, "quantity", "state") == {"quantity": 0.0, "state": "confirmed"}
    assert odoo.read("stock.picking", delivery, "state") == "confirmed"
    assert odoo.call("stock.picking", "action_assign", [delivery]) is True
    assert odoo.read("stock.move.line", line, "quantity", "state") == {"quantity": 6.0, "state": "assigned"}
    odoo.write("stock.move.line", [line], quantity=2)
    assert odoo.read("stock.move", odoo.moves(delivery)[0], "quantity", "state") == {
        "quantity": 2.0,
        "state": "partially_available",
    }
    assert quants(odoo, lot)[0]["reserved_quantity"] == 2.0


def test_promised_goods_that_leave_are_taken_from_those_who_need_them_last(odoo: Odoo, product: int) -> None:
    lot = received(odoo, product, f"A{odoo.mark}")
    late, soon = delivery_of(odoo, product, 5, days=9), delivery_of(odoo, product, 5, days=2)
    place = odoo.create("stock.location", name=f"Held {odoo.mark}", usage="internal")
    picking = aside(odoo, product, lot, 7, place)
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    left = {one: odoo.read("stock.move", odoo.moves(one)[0], "quantity") for one in (late, soon)}
    assert left == {late: 0.0, soon: 3.0}
    assert sum(row["reserved_quantity"] for row in quants(odoo, lot)) == 3.0


def test_those_who_lose_goods_to_a_transfer_get_others_where_some_lie_free(odoo: Odoo, product: int) -> None:
    lot = received(odoo, product, f"A{odoo.mark}")
    delivery = delivery_of(odoo, product, 6)
    other = received(odoo, product, f"B{odoo.mark}")
    place = odoo.create("stock.location", name=f"Held {odoo.mark}", usage="internal")
    picking = aside(odoo, product, lot, 10, place)
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    assert odoo.read("stock.move.line", line_of(odoo, delivery, other), "quantity") == 6.0
    assert odoo.read("stock.picking", delivery, "state") == "assigned"


def test_goods_that_were_picked_already_are_not_taken_back(odoo: Odoo, product: int) -> None:
    lot = received(odoo, product, f"A{odoo.mark}")
    delivery = delivery_of(odoo, product, 6)
    odoo.write("stock.move.line", [line_of(odoo, delivery, lot)], picked=True)
    place = odoo.create("stock.location", name=f"Held {odoo.mark}", usage="internal")
    picking = aside(odoo, product, lot, 10, place)
    assert odoo.call("stock.picking", "button_validate", [picking]) is True
    assert odoo.read("stock.move.line", line_of(odoo, delivery, lot), "quantity") == 6.0
    left = odoo.find("stock.quant", [["lot_id", "=", lot], ["reserved_quantity", "!=", 0]])
    assert [odoo.read("stock.quant", one, "quantity", "reserved_quantity") for one in left] == [
        {"quantity": 0.0, "reserved_quantity": 6.0}
    ]


def test_less_than_nothing_is_refused(odoo: Odoo, product: int) -> None:
    lot = received(odoo, product, f"A{odoo.mark}")
    line = line_of(odoo, delivery_of(odoo, product, 6), lot)
    with pytest.raises(RefusedError) as refused:
        odoo.write("stock.move.line", [line], quantity=-1)
    assert refused.value.name == "odoo.exceptions.UserError"
    assert odoo.read("stock.move.line", line, "quantity") == 6.0


def test_a_transfer_loaded_with_a_line_that_is_refused_is_not_made(odoo: Odoo, product: int) -> None:
    lot, place = received(odoo, product, f"A{odoo.mark}"), quarantine(odoo)
    kind = odoo.find("stock.picking.type", [["code", "=", "internal"], ["warehouse_id", "=", odoo.warehouse]])[0]
    unit = odoo.read("product.product", product, "uom_id")
    header = {"picking_type_id/.id": kind, "location_id/.id": odoo.stock, "location_dest_id/.id": place}
    line = {"product_id/.id": product, "product_uom_id/.id": unit, "lot_id/.id": lot, "location_id/.id": odoo.stock}
    line |= {"location_dest_id/.id": place, "id": f"control_tower.{odoo.mark}_1"}
    fields = ["id", *header, "origin", *(f"move_line_ids/{name}" for name in line), "move_line_ids/quantity"]
    row = [f"control_tower.{odoo.mark}", *header.values(), f"Aside {odoo.mark}", *line.values()]
    assert odoo.call("stock.picking", "load", fields, [[*row, -1.0]])["ids"] is False
    assert odoo.find("stock.picking", [["origin", "=", f"Aside {odoo.mark}"]]) == []
    made = odoo.call("stock.picking", "load", fields, [[*row, 4.0]])["ids"]
    assert odoo.read("stock.picking", made[0], "state") == "assigned"
    known = odoo.call("ir.model.data", "check_object_reference", "control_tower", f"{odoo.mark}_1")
    assert known == ["stock.move.line", line_of(odoo, made[0], lot)]
    assert quants(odoo, lot)[0]["reserved_quantity"] == 4.0
    assert odoo.call("stock.picking", "load", fields, [[*row, 4.0]])["ids"] == made
    assert quants(odoo, lot)[0]["reserved_quantity"] == 4.0
