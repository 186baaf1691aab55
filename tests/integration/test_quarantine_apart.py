"""Setting aside goods that lie in a package or belong to somebody else. Stand-in or real Odoo."""

from __future__ import annotations

from typing import Any

import pytest

from apps.actions import requests
from apps.actions.definition import CannotPlanError, Plan
from apps.actions.models import Request, RequestState
from apps.exceptions.actions.quarantine import Quarantine, QuarantineForm
from odoo_sync.mirror.stock import OperationType
from tests.integration.goods import Held, approved, aside, ask, place_key
from tests.integration.goods import held as held
from tests.integration.outbox import delivered
from tests.integration.outbox import quick as quick

pytestmark = pytest.mark.django_db(transaction=True)


def kept(held: Held, **apart: Any) -> None:
    """All of the lot lies as ``apart`` says: somebody moves it there in Odoo."""
    quant = held.odoo.call("stock.quant", "search", [["lot_id", "=", held.lot], ["quantity", ">", 0]])[0]
    named = {"location_id": held.floor.stock, "lot_id": held.lot}
    product = held.product
    held.odoo.call("stock.quant", "write", [quant], {"inventory_quantity": 0}, context={"inventory_mode": True})
    held.odoo.call("stock.quant", "action_apply_inventory", [quant])
    values = {"product_id": product, **named, **apart, "inventory_quantity": 40}
    made = held.odoo.call("stock.quant", "create", [values], context={"inventory_mode": True})
    held.odoo.call("stock.quant", "action_apply_inventory", made)
    held.poll()


def package(held: Held) -> int:
    return int(held.odoo.call("stock.quant.package", "create", [{"name": "PALLET-7"}])[0])


def owner(held: Held) -> int:
    return int(held.odoo.call("res.partner", "create", [{"name": "Halden Pumps"}])[0])


def lies(held: Held) -> set[tuple[int, str, str, float]]:
    """Place, package, owner and quantity of every row of the lot inside."""
    domain = [["lot_id", "=", held.lot], ["location_id.usage", "=", "internal"]]
    fields = ["location_id", "package_id", "owner_id", "quantity"]
    return {
        (row["location_id"][0], (row["package_id"] or [0, ""])[1], (row["owner_id"] or [0, ""])[1], row["quantity"])
        for row in held.odoo.call("stock.quant", "search_read", domain, fields)
        if row["quantity"]
    }


def done(request: Request) -> Request:
    request = delivered(request)
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    return request


def test_goods_in_a_package_are_taken_out_of_it(held: Held) -> None:
    kept(held, package_id=package(held))
    request = done(ask(held, Quarantine(), aside(held, "15")))
    assert lies(held) == {(held.floor.stock, "PALLET-7", "", 25.0), (held.place, "", "", 15.0)}
    assert any("taken out of PALLET-7" in one for one in Plan.load(request.plan).follows)
    held.poll()
    back = approved(held, requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.VERIFIED
    assert lies(held) == {(held.floor.stock, "PALLET-7", "", 25.0), (held.floor.stock, "", "", 15.0)}
    assert any("not into PALLET-7" in one for one in Plan.load(back.plan).follows)


def test_all_of_a_package_leaves_nothing_below_zero(held: Held) -> None:
    kept(held, package_id=package(held))
    done(ask(held, Quarantine(), aside(held)))
    assert lies(held) == {(held.place, "", "", 40.0)}


def test_goods_of_somebody_else_stay_theirs(held: Held) -> None:
    kept(held, owner_id=owner(held))
    request = done(ask(held, Quarantine(), aside(held)))
    assert lies(held) == {(held.place, "", "Halden Pumps", 40.0)}
    held.poll()
    assert approved(held, requests.undo(request, by=request.requested_by)).state == RequestState.VERIFIED
    assert lies(held) == {(held.floor.stock, "", "Halden Pumps", 40.0)}


def test_the_form_names_the_package_and_the_owner(held: Held) -> None:
    kept(held, package_id=package(held), owner_id=owner(held))
    labels = [str(label) for _key, label in QuarantineForm(subject=held.inspection).fields["stock"].choices]  # type: ignore[attr-defined]
    assert len(labels) == 1 and "PALLET-7" in labels[0] and "belongs to Halden Pumps" in labels[0]


def test_goods_that_lie_at_the_place_already_are_added_to(held: Held) -> None:
    done(ask(held, Quarantine(), aside(held, "15")))
    held.poll()
    request = done(ask(held, Quarantine(), aside(held, "10")))
    assert lies(held) == {(held.floor.stock, "", "", 15.0), (held.place, "", "", 25.0)}
    expected = [value for key, value in Plan.load(request.plan).steps[-1].expect.items() if "stock.quant" in key]
    assert sorted(expected) == [15.0, 25.0]


def test_the_transfer_is_an_internal_transfer_and_no_archived_kind(held: Held) -> None:
    done(ask(held, Quarantine(), aside(held)))
    domain = [["origin", "=", held.inspection.name]]
    row = held.odoo.call("stock.picking", "search_read", domain, ["picking_type_id"])[0]
    kind = held.odoo.call("stock.picking.type", "read", [row["picking_type_id"][0]], ["sequence_code", "active"])[0]
    assert (kind["sequence_code"], kind["active"]) == ("INT", True)
    assert OperationType.objects.filter(kind="internal", active=False).exists()


def test_goods_of_one_plant_do_not_go_to_the_place_of_another(held: Held) -> None:
    """The lot lies in two plants, and both have a place for goods that are set aside."""
    other = held.odoo.call("stock.warehouse", "create", [{"name": "Second plant", "code": "SEC"}])[0]
    stock = held.odoo.call("stock.warehouse", "read", [other], ["lot_stock_id"])[0]["lot_stock_id"][0]
    held.odoo.call("stock.location", "create", [{"name": "Quarantine", "location_id": stock}])
    values = {"product_id": held.product, "lot_id": held.lot, "location_id": stock, "inventory_quantity": 6}
    made = held.odoo.call("stock.quant", "create", [values], context={"inventory_mode": True})
    held.odoo.call("stock.quant", "action_apply_inventory", made)
    held.poll()
    form = Quarantine.form(subject=held.inspection)
    places = [key for key, _name in form.fields["place"].choices]
    rows = {float(name.split()[0]): key for key, name in form.fields["stock"].choices}
    assert set(rows) == {40.0, 6.0} and len(places) >= 2
    crossed = {**aside(held, "6"), "stock": rows[6.0], "place": place_key(held)}
    with pytest.raises(CannotPlanError, match="another plant"):
        ask(held, Quarantine(), crossed)
    filled = Quarantine.form({name: str(value) for name, value in crossed.items()}, subject=held.inspection)
    assert "another plant" in filled.errors["place"][0]
