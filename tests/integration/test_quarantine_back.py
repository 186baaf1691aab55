"""The way back from setting goods aside, from every state in which it can stop. Stand-in or real Odoo."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.roles import Role
from apps.actions import requests
from apps.actions.definition import Plan
from apps.actions.errors import CannotUndoError
from apps.actions.models import Request, RequestState
from apps.actions.offers import remedies_for
from apps.actions.progress import Progress
from apps.exceptions.actions.quarantine import Quarantine
from odoo_sync.errors import BusinessError
from odoo_sync.writer import Writer
from tests.integration.goods import Held, approved, aside, ask, lead
from tests.integration.goods import held as held
from tests.integration.goods import odoo as odoo
from tests.integration.outbox import delivered
from tests.integration.outbox import quick as quick
from tests.people import plant_manager

pytestmark = pytest.mark.django_db(transaction=True)


def refusing(monkeypatch: pytest.MonkeyPatch, model: str, method: str) -> None:
    """Odoo refuses this call; everything else reaches it."""
    real = Writer.call

    def call(self: Writer, called: str, by: str, *args: Any, **options: Any) -> Any:
        if (called, by) == (model, method):
            raise BusinessError("Odoo refuses it.", detail="Not today.")
        return real(self, called, by, *args, **options)

    monkeypatch.setattr(Writer, "call", call)


def stopped_at(held: Held, model: str, method: str) -> Request:
    """Goods set aside as far as the call that Odoo refuses."""
    with pytest.MonkeyPatch.context() as patch:
        refusing(patch, model, method)
        request = delivered(ask(held, Quarantine(), aside(held)))
    assert request.state == RequestState.PARTIAL, [one.message for one in request.deliveries.all()]
    assert Progress(request, request.requested_by).may_undo
    return request


def taken_back(held: Held, request: Request) -> Request:
    back = approved(held, requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.VERIFIED, [one.message for one in back.deliveries.all()]
    request.refresh_from_db()
    assert request.state == RequestState.UNDONE
    return back


def test_a_refusal_leaves_no_transfer_without_goods(held: Held) -> None:
    plan = Plan.load(ask(held, Quarantine(), aside(held)).plan)
    (fields, (row,)) = plan.steps[0].args["fields"], plan.steps[0].args["data"]
    at = fields.index("move_line_ids/quantity")
    values = dict(zip(["id", *fields], ["control_tower.refused", *row], strict=True))
    values |= {"move_line_ids/id": "control_tower.refused_1", fields[at]: -1.0}
    answer = held.odoo.call("stock.picking", "load", list(values), [list(values.values())])
    assert answer["ids"] is False and answer["messages"]
    assert held.transfers() == [] and held.reserved() == 0


def test_a_transfer_that_was_not_booked_is_cancelled(held: Held) -> None:
    request = stopped_at(held, "stock.picking", "button_validate")
    assert [one["state"] for one in held.transfers()] == ["assigned"]
    taken_back(held, request)
    assert [one["state"] for one in held.transfers()] == ["cancel"] and held.stock() == {held.floor.stock: 40.0}
    assert held.reserved() == 0


def test_a_transfer_that_somebody_booked_by_hand_is_returned(held: Held) -> None:
    request = stopped_at(held, "stock.picking", "button_validate")
    (transfer,) = held.transfers()
    held.odoo.call("stock.picking", "button_validate", [transfer["id"]])
    held.poll()
    taken_back(held, request)
    assert held.stock() == {held.floor.stock: 40.0}


def test_goods_that_were_set_aside_return_by_a_transfer_of_their_own(held: Held) -> None:
    request = delivered(ask(held, Quarantine(), aside(held, "15")))
    assert held.stock() == {held.floor.stock: 25.0, held.place: 15.0}
    held.poll()
    back = taken_back(held, request)
    assert held.stock() == {held.floor.stock: 40.0}
    (done,) = held.transfers()
    rows = held.odoo.call("stock.picking", "search_read", [["return_id", "=", done["id"]]], ["state", "origin"])
    assert [one["state"] for one in rows] == ["done"] and rows[0]["origin"].startswith("Return of ")
    assert Plan.load(back.plan).follows and not Progress(back, back.requested_by).may_undo


def test_goods_that_have_left_since_do_not_return(held: Held) -> None:
    request = delivered(ask(held, Quarantine(), aside(held)))
    domain = [["lot_id", "=", held.lot], ["location_id", "=", held.place]]
    quant = held.odoo.call("stock.quant", "search", domain)[0]
    held.odoo.call("stock.quant", "write", [quant], {"inventory_quantity": 12}, context={"inventory_mode": True})
    held.odoo.call("stock.quant", "action_apply_inventory", [quant])
    held.poll()
    with pytest.raises(CannotUndoError, match="do not lie free"):
        requests.undo(request, by=request.requested_by)


def test_goods_that_leave_between_planning_and_sending_are_a_conflict(held: Held) -> None:
    request = delivered(ask(held, Quarantine(), aside(held)))
    held.poll()
    back = requests.undo(request, by=request.requested_by)
    domain = [["lot_id", "=", held.lot], ["location_id", "=", held.place]]
    quant = held.odoo.call("stock.quant", "search", domain)[0]
    held.odoo.call("stock.quant", "write", [quant], {"inventory_quantity": 12}, context={"inventory_mode": True})
    held.odoo.call("stock.quant", "action_apply_inventory", [quant])
    assert approved(held, back).state == RequestState.CONFLICT
    assert held.stock() == {held.place: 12.0}
    (done,) = held.transfers()
    assert not held.odoo.call("stock.picking", "search", [["return_id", "=", done["id"]]])


def test_a_transfer_that_somebody_cancelled_leaves_nothing_to_take_back(held: Held) -> None:
    request = stopped_at(held, "stock.picking", "button_validate")
    (transfer,) = held.transfers()
    held.odoo.call("stock.picking", "action_cancel", [transfer["id"]])
    held.poll()
    with pytest.raises(CannotUndoError, match="cancelled already"):
        requests.undo(request, by=request.requested_by)


def test_nobody_puts_goods_that_were_set_aside_back_into_use_alone(held: Held) -> None:
    request = delivered(ask(held, Quarantine(), aside(held, "15")))
    assert request.approver_role == ""
    held.poll()
    assert requests.undo_approver(request) == Role.PLANT_MANAGER
    back = requests.undo(request, by=request.requested_by)
    assert back.state == RequestState.WAITING and back.approver_role == Role.PLANT_MANAGER
    assert delivered(back).state == RequestState.WAITING and held.stock() == {held.floor.stock: 25.0, held.place: 15.0}
    assert approved(held, back).state == RequestState.VERIFIED


def test_a_record_that_is_gone_is_not_put_back_alone_either(held: Held) -> None:
    request = delivered(ask(held, Quarantine(), aside(held)))
    type(held.inspection).everything.filter(pk=held.inspection.pk).delete()
    assert requests.undo_approver(request) == Role.PLANT_MANAGER


def test_whoever_asks_reads_that_it_can_be_taken_back(held: Held, client: Client) -> None:
    client.force_login(lead(held))
    page = client.get(reverse("actions:propose", args=[Quarantine.key, held.inspection.pk])).content.decode()
    assert "It can be undone by an entry of its own" in page and "cannot be taken back" not in page
    (offer,) = remedies_for([Quarantine.key], held.inspection, lead(held))
    assert offer.reversible


def test_the_page_of_an_undo_names_who_must_agree(held: Held, client: Client) -> None:
    request = delivered(ask(held, Quarantine(), aside(held)))
    held.poll()
    client.force_login(request.requested_by)
    page = client.get(reverse("actions:undo", args=[request.pk])).content.decode()
    assert "Needs approval:" in page and "Ask for approval" in page
    assert "Nobody else holds this role here yet" in page
    manager = plant_manager(held.company)
    page = client.get(reverse("actions:undo", args=[request.pk])).content.decode()
    assert f"One of: {manager.shown_name}." in page and "Nobody else" not in page
