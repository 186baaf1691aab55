"""Setting aside goods that were promised to others: they lose them, and nobody can be promised them again meanwhile.

Stand-in or real Odoo.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.actions import outbox, requests
from apps.actions.changes import changes
from apps.actions.definition import CannotPlanError, Plan
from apps.actions.models import Request, RequestState
from apps.actions.offers import remedies_for
from apps.exceptions.actions.quarantine import Quarantine, QuarantineForm
from odoo_sync.errors import BusinessError
from odoo_sync.mirror.product import Product
from odoo_sync.writer import Writer
from tests.integration.goods import Held, approved, aside, ask, lead, place_key
from tests.integration.goods import held as held
from tests.integration.orders import Real
from tests.integration.outbox import delivered, later
from tests.integration.outbox import quick as quick

pytestmark = pytest.mark.django_db(transaction=True)
SENDING = ["stock.move.line.write", "stock.picking.load", "stock.picking.action_assign"]


def sold(held: Held, quantity: float, *, days: int = 3) -> int:
    """A customer's delivery that is promised so much of the lot, to go in some days."""
    customer = held.floor.call("res.partner", "create", {"name": "Hydra Water"})
    line = [0, 0, {"product_id": held.product, "product_uom_qty": quantity, "price_unit": 9.0}]
    order = held.floor.call("sale.order", "create", {"partner_id": customer, "order_line": [line]})
    held.floor.call("sale.order", "action_confirm", [order])
    delivery: int = held.floor.call("sale.order", "read", [order], ["picking_ids"])[0]["picking_ids"][0]
    at = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
    held.floor.call("stock.picking", "write", [delivery], {"scheduled_date": at})
    return delivery


def beside(held: Held) -> Held:
    """With a place for failed goods that lies beside the stock, as it should."""
    domain = [["lot_stock_id", "=", held.floor.stock]]
    view = held.floor.call("stock.warehouse", "search_read", domain, ["view_location_id"])[0]["view_location_id"][0]
    place = held.floor.call("stock.location", "create", {"name": "Quarantine", "location_id": view})
    held.poll()
    return replace(held, place=place)


def promised(held: Held, transfer: int) -> dict[int, float]:
    """How much of which lot a transfer is promised."""
    domain = [["picking_id", "=", transfer], ["quantity", ">", 0]]
    rows = held.odoo.call("stock.move.line", "search_read", domain, ["lot_id", "quantity"])
    return {row["lot_id"][0]: row["quantity"] for row in rows if row["lot_id"]}


def another_lot(held: Held, quantity: float = 40) -> int:
    lot = held.floor.lot(held.product, name="L-0999", quantity=quantity)
    held.poll()
    return lot


def set_aside(held: Held, quantity: str = "40", *, moved: bool = False) -> Request:
    request = delivered(ask(held, Quarantine(), aside(held, quantity, moved=moved)))
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    return request


def meanwhile(monkeypatch: pytest.MonkeyPatch, called: str, held: Held, what: Any, *, first: bool = True) -> None:
    """Somebody else does ``what`` in Odoo just before, or just after, the tower calls this."""
    real = Writer.call
    done: list[Any] = []

    def call(self: Writer, model: str, method: str, *args: Any, **options: Any) -> Any:
        mine = f"{model}.{method}" == called and not done
        if mine and first:
            done.append(what())
        answer = real(self, model, method, *args, **options)
        if mine and not first:
            done.append(what())
        return answer

    monkeypatch.setattr(Writer, "call", call)


@pytest.mark.parametrize("moved", [True, False])
def test_no_more_is_promised_than_lies_there(held: Held, moved: bool) -> None:
    delivery = sold(held, 30)
    held = beside(held)
    set_aside(held, moved=moved)
    there = held.place if moved else held.floor.stock
    assert held.stock() == {there: 40.0} and held.reserved() == (0.0 if moved else 40.0)
    assert promised(held, delivery) == {}
    state = held.odoo.call("stock.picking", "read", [delivery], ["state"])[0]["state"]
    assert state == "confirmed"


def test_who_loses_how_much_is_said_before_and_the_latest_loses_first(held: Held) -> None:
    soon, late = sold(held, 15, days=2), sold(held, 20, days=9)
    held = beside(held)
    plan = requests.preview(Quarantine(), held.inspection, aside(held, "20", moved=False), by=lead(held))
    name = held.odoo.call("stock.picking", "read", [late], ["name"])[0]["name"]
    (told,) = [one for one in plan.follows if "loses" in one]
    assert told == f"{name} (Hydra Water) loses 15 Units that were promised to it, and keeps 5 Units."
    (row,) = [one for one in changes(plan, Quarantine.key) if name in one.record]
    assert (row.field, row.before, row.after, row.by_odoo) == ("quantity", "20", "5", False)
    set_aside(held, "20")
    assert (promised(held, soon), promised(held, late)) == ({held.lot: 15.0}, {held.lot: 5.0})
    assert held.reserved() == 40.0


def test_those_who_lose_goods_get_others_where_some_lie_free(held: Held) -> None:
    delivery = sold(held, 30)
    other = another_lot(held)
    held = beside(held)
    set_aside(held)
    assert promised(held, delivery) == {other: 30.0} and held.reserved() == 40.0


def test_goods_of_a_place_within_the_stock_are_not_looked_for(held: Held) -> None:
    sold(held, 30)
    held.poll()
    plan = requests.preview(Quarantine(), held.inspection, aside(held, moved=True), by=lead(held))
    assert any("lies within" in one for one in plan.warnings)
    assert "action_assign" not in {one.method for one in plan.steps}
    set_aside(held, moved=True)
    assert held.stock() == {held.place: 40.0} and held.reserved() == 0.0


def test_a_production_order_loses_its_component(held: Held) -> None:
    pump = held.floor.product("Pump", tracking="none")
    template = held.floor.call("product.product", "read", [pump], ["product_tmpl_id"])[0]["product_tmpl_id"][0]
    parts = [[0, 0, {"product_id": held.product, "product_qty": 2}]]
    bom = {"product_tmpl_id": template, "product_qty": 1, "bom_line_ids": parts}
    number = held.floor.call("mrp.bom", "create", bom)
    order = held.floor.call("mrp.production", "create", {"product_id": pump, "product_qty": 5, "bom_id": number})
    held.floor.call("mrp.production", "action_confirm", [order])
    held.floor.call("mrp.production", "action_assign", [order])
    held = beside(held)
    assert held.reserved() == 10.0
    plan = requests.preview(Quarantine(), held.inspection, aside(held, "35", moved=False), by=lead(held))
    name = held.odoo.call("mrp.production", "read", [order], ["name"])[0]["name"]
    assert any(one.startswith(f"{name} loses 5 Units") for one in plan.follows), plan.follows
    set_aside(held, "35")
    assert held.reserved() == 40.0


def test_the_same_goods_are_not_set_aside_twice(held: Held) -> None:
    sold(held, 30)
    held = beside(held)
    assert [one.key for one in remedies_for([Quarantine.key], held.inspection, lead(held))] == [Quarantine.key]
    set_aside(held)
    held.poll()
    assert remedies_for([Quarantine.key], held.inspection, lead(held)) == []
    with pytest.raises(CannotPlanError, match="on their way to be set aside already"):
        ask(held, Quarantine(), {"stock": "1", "quantity": "40", "place": place_key(held), "moved": False})
    assert QuarantineForm(subject=held.inspection).fields["stock"].choices == []  # type: ignore[attr-defined]
    assert held.reserved() == 40.0


def test_what_is_left_can_be_set_aside_and_the_own_transfer_is_no_promise(held: Held) -> None:
    held = beside(held)
    set_aside(held, "15")
    held.poll()
    assert Quarantine().initial(held.inspection)["quantity"] == Decimal(25)
    label = str(QuarantineForm(subject=held.inspection).fields["stock"].choices[0][1])  # type: ignore[attr-defined]
    assert "15 of them on their way aside" in label
    request = ask(held, Quarantine(), aside(held, "25", moved=False))
    assert not any("loses" in one for one in Plan.load(request.plan).follows)
    assert delivered(request).state == RequestState.VERIFIED
    assert held.reserved() == 40.0
    with pytest.raises(CannotPlanError):
        ask(held, Quarantine(), aside(held, "1"))


def test_goods_that_were_picked_stay_with_those_who_picked_them(held: Held) -> None:
    delivery = sold(held, 30)
    held = beside(held)
    line = held.odoo.call("stock.move.line", "search", [["picking_id", "=", delivery]])
    held.odoo.call("stock.move.line", "write", line, {"picked": True})
    request = delivered(ask(held, Quarantine(), aside(held, moved=False)))
    assert request.state == RequestState.CONFLICT
    assert "have been picked" in request.deliveries.order_by("position")[0].message
    assert promised(held, delivery) == {held.lot: 30.0} and held.transfers() == [] and held.reserved() == 30.0


def test_goods_promised_since_it_was_planned_stop_the_plan(held: Held) -> None:
    held = beside(held)
    request = ask(held, Quarantine(), aside(held, moved=False))
    sold(held, 30)
    assert delivered(request).state == RequestState.CONFLICT
    assert held.transfers() == [] and held.reserved() == 30.0


def test_goods_promised_again_between_the_calls_are_not_promised_twice(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = sold(held, 30)
    held = beside(held)

    def again() -> None:
        held.odoo.call("stock.picking", "action_assign", [delivery])

    meanwhile(monkeypatch, "stock.move.line.write", held, again, first=False)
    request = delivered(ask(held, Quarantine(), aside(held, moved=False)))
    assert request.state in {RequestState.CONFLICT, RequestState.PARTIAL}
    assert held.transfers() == [] and held.reserved() == 30.0


def test_goods_promised_in_the_same_instant_are_not_called_verified(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody names the lot by hand while the transfer is made: Odoo has no lock against that."""
    other = sold(held, 5)
    line = held.odoo.call("stock.move.line", "search", [["picking_id", "=", other]])
    held.odoo.call("stock.move.line", "write", line, {"quantity": 0})
    held = beside(held)
    by_hand = {"quantity": 5.0}
    meanwhile(
        monkeypatch, "stock.picking.load", held,
        lambda: held.odoo.call("stock.move.line", "write", line, by_hand), first=False,
    )  # fmt: skip
    request = delivered(ask(held, Quarantine(), aside(held, moved=False)))
    assert request.state == RequestState.PARTIAL
    assert "more of these goods is promised" in request.deliveries.order_by("position")[0].message
    assert held.reserved() == 45.0


def test_taking_back_a_transfer_that_waits_gives_the_goods_back(held: Held) -> None:
    delivery = sold(held, 30)
    held = beside(held)
    request = set_aside(held)
    back = requests.undo(request, by=request.requested_by)
    assert any("look for them again" in one for one in Plan.load(back.plan).follows)
    assert approved(held, back).state == RequestState.VERIFIED
    assert promised(held, delivery) == {held.lot: 30.0} and held.reserved() == 30.0


def test_goods_that_were_taken_for_no_transfer_are_given_back(held: Held) -> None:
    delivery = sold(held, 30)
    held = beside(held)
    real = Writer.call

    def refusing(self: Writer, model: str, method: str, *args: Any, **options: Any) -> Any:
        if (model, method) == ("stock.picking", "load"):
            raise BusinessError("Odoo refuses it.", detail="Not today.")
        return real(self, model, method, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "call", refusing)
        request = delivered(ask(held, Quarantine(), aside(held, moved=False)))
    assert request.state == RequestState.PARTIAL and promised(held, delivery) == {}
    back = approved(held, requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.VERIFIED, [one.message for one in back.deliveries.all()]
    assert promised(held, delivery) == {held.lot: 30.0}


@pytest.mark.parametrize("called", SENDING)
@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset_mid_body"])
def test_answers_that_never_come_take_and_promise_once(
    held: Held, called: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(held.odoo, Real):
        pytest.skip("faults are arranged in the stand-in")
    monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)
    sold(held, 30)
    held = beside(held)
    model, _dot, method = called.rpartition(".")
    held.odoo.faults.add(fault, match={"model": model, "method": method})
    request = delivered(ask(held, Quarantine(), aside(held, moved=False)))
    for _ in range(5):
        if request.state != RequestState.APPROVED:
            break
        request = later(request)
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert held.reserved() == 40.0 and len(held.transfers()) == 1


def test_the_preview_of_the_way_back_calls_everything_by_its_name(held: Held) -> None:
    held = beside(held)
    set_aside(held, "10", moved=True)
    held.poll()
    request = set_aside(held, "12", moved=True)
    held.poll()
    plan = requests.undo_plan(request)
    for one in (*changes(plan, Quarantine.key), *changes(Plan.load(request.plan), Quarantine.key)):
        assert "stock." not in one.record, one
        if one.field not in {"quantity", "source document", "state"}:
            assert not str(one.after).isdigit(), one
    rows = {(one.record, one.before, one.after) for one in changes(plan, Quarantine.key) if one.field == "quantity"}
    assert any("L-0931 of Shaft seal · " in record and "Quarantine" in record for record, _b, _a in rows), rows
    name = held.transfers()[-1]
    returned = [one.after for one in changes(plan, Quarantine.key) if one.field == "return of"]
    assert returned == [held.odoo.call("stock.picking", "read", [name["id"]], ["name"])[0]["name"]]


@pytest.mark.parametrize(("quantity", "tracked", "said"), [
    ("0.001", "lot", "in steps of 0.01"), ("3.005", "lot", "in steps of 0.01"), ("0.5", "serial", "by the piece"),
])  # fmt: skip
def test_more_places_than_odoo_counts_are_refused_before_anything_is_sent(
    held: Held, quantity: str, tracked: str, said: str
) -> None:
    template = Product.objects.get(pk=held.connection.pk << 40 | held.product).template
    assert template is not None and template.extra["tracking"] == "lot"
    template.extra = {"tracking": tracked}
    template.save(update_fields=["extra"])
    values = aside(held, quantity)
    form = Quarantine.form({name: str(value) for name, value in values.items()}, subject=held.inspection)
    assert said in form.errors["quantity"][0]
    with pytest.raises(CannotPlanError, match=said):
        ask(held, Quarantine(), values)
    assert held.transfers() == []
