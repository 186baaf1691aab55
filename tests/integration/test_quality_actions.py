"""Deciding inspections and setting goods aside: planned, sent once, read back, taken back. Stand-in or real Odoo."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.roles import Role
from apps.actions import outbox, requests
from apps.actions.changes import changes
from apps.actions.definition import CannotPlanError, Plan
from apps.actions.errors import OwnRequestError
from apps.actions.models import RequestState
from apps.exceptions.actions.agree_failure import AgreeFailure
from apps.exceptions.actions.quarantine import Quarantine
from apps.exceptions.actions.record_answers import RecordAnswers, lines_of
from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import sweep
from apps.exceptions.lifecycle import CaseState
from controltower.lib.keys import row_key
from odoo_sync.mirror.base import mirrors
from tests.integration.goods import Held, answers, approved, aside, ask, good, lead, mirrored
from tests.integration.goods import held as held
from tests.integration.goods import odoo as odoo
from tests.integration.orders import Real
from tests.integration.outbox import delivered, later, step
from tests.integration.outbox import quick as quick
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def test_measured_again_and_good_needs_another_and_releases_the_goods(held: Held) -> None:
    sweep(only=StockOnHold)
    asker = person(Role.QUALITY_LEAD, Role.PLANT_MANAGER, company=held.company)
    request = ask(held, RecordAnswers(), good(held), by=asker)
    assert (request.state, request.approver_role) == (RequestState.WAITING, Role.PLANT_MANAGER)
    with pytest.raises(OwnRequestError):
        requests.approve(request, by=asker, plan_hash=request.plan_hash)
    assert held.state() == "failed"
    done = approved(held, request)
    assert done.state == RequestState.VERIFIED, [one.message for one in done.deliveries.all()]
    assert held.state() == "success"
    held.poll()
    sweep(only=StockOnHold)
    assert held.case.state == CaseState.RESOLVED


def test_bad_answers_need_nobody_and_keep_the_goods_on_hold(odoo: Any) -> None:
    held = mirrored(odoo, approved=False)
    request = ask(held, RecordAnswers(), answers(held, "8.5", "Clean"))
    assert request.state == RequestState.APPROVED
    assert delivered(request).state == RequestState.VERIFIED
    assert held.state() == "waiting"
    assert lines_of(held.inspection)[0].measured == Decimal("8.5")


def test_what_was_answered_can_be_taken_back(held: Held) -> None:
    request = approved(held, ask(held, RecordAnswers(), good(held)))
    assert request.state == RequestState.VERIFIED
    back = requests.undo(request, by=request.requested_by)
    assert back.state == RequestState.WAITING
    assert approved(held, back).state == RequestState.VERIFIED
    assert held.state() == "failed"
    held.poll()
    assert lines_of(held.inspection)[0].measured == Decimal("7.9")


def test_an_answer_that_somebody_else_changed_stops_the_plan(held: Held) -> None:
    request = ask(held, RecordAnswers(), good(held))
    line = lines_of(held.inspection)[0]
    held.odoo.call("qc.inspection.line", "write", [line.odoo_id], {"quantitative_value": 8.8})
    assert approved(held, request).state == RequestState.PARTIAL
    assert held.state() == "ready"


def test_an_inspection_that_was_decided_meanwhile_is_a_conflict(held: Held) -> None:
    request = ask(held, RecordAnswers(), good(held))
    held.odoo.call("qc.inspection", "action_cancel", [held.number])
    assert approved(held, request).state == RequestState.CONFLICT
    assert held.state() == "canceled"


def test_the_same_bad_answers_again_are_no_plan(held: Held) -> None:
    with pytest.raises(CannotPlanError):
        ask(held, RecordAnswers(), answers(held, "7.9", "Scratched"))


def test_the_limits_are_good_and_what_lies_beyond_is_not(held: Held) -> None:
    judged = {value: RecordAnswers().approver(held.inspection, good(held, value)) for value in
              ("9.5", "10.5", "9.49999", "10.50001")}  # fmt: skip
    assert judged == {"9.5": Role.PLANT_MANAGER, "10.5": Role.PLANT_MANAGER, "9.49999": None, "10.50001": None}


def test_a_failure_that_waits_is_agreed_and_can_be_taken_back(odoo: Any) -> None:
    held = mirrored(odoo, approved=False)
    request = ask(held, AgreeFailure(), {"reason": "Seals leak"})
    assert request.state == RequestState.APPROVED and delivered(request).state == RequestState.VERIFIED
    assert held.state() == "failed"
    back = delivered(requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.VERIFIED, [one.message for one in back.deliveries.all()]
    assert held.state() == "waiting"


def answer_well(held: Held) -> None:
    """Somebody else corrects every answer in Odoo: all of them are good then."""
    for line, value in zip(lines_of(held.inspection), ({"quantitative_value": 10.0}, None), strict=True):
        clean = mirrors["qc.test.question.value"].objects.filter(pk__in=line.answers, name="Clean").first()
        values = value or {"qualitative_value": clean.odoo_id if clean else False}
        held.odoo.call("qc.inspection.line", "write", [line.odoo_id], values)


def test_taking_back_lets_nothing_pass_whose_answers_have_become_good(odoo: Any) -> None:
    held = mirrored(odoo, approved=False)
    request = delivered(ask(held, AgreeFailure(), {"reason": "Seals leak"}))
    answer_well(held)
    back = delivered(requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.PARTIAL
    assert held.state() == "ready"


def test_a_failure_is_not_agreed_when_the_answers_have_become_good(odoo: Any) -> None:
    held = mirrored(odoo, approved=False)
    request = ask(held, AgreeFailure(), {"reason": "Seals leak"})
    answer_well(held)
    assert delivered(request).state == RequestState.CONFLICT
    assert held.state() == "waiting"


def test_goods_are_set_aside_and_the_case_closes_by_the_data(held: Held) -> None:
    sweep(only=StockOnHold)
    request = ask(held, Quarantine(), aside(held))
    assert request.state == RequestState.APPROVED
    assert delivered(request).state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert held.stock() == {held.place: 40.0}
    assert [one["state"] for one in held.transfers()] == ["done"]
    held.poll()
    sweep(only=StockOnHold)
    assert (held.case.state, held.case.ending) == (CaseState.RESOLVED, "The goods are set aside.")


def test_a_part_set_aside_leaves_the_rest(held: Held) -> None:
    request = ask(held, Quarantine(), aside(held, "15"))
    assert "25" in Plan.load(request.plan).warnings[0]
    assert delivered(request).state == RequestState.VERIFIED
    assert held.stock() == {held.floor.stock: 25.0, held.place: 15.0}


def test_stock_promised_to_a_customer_is_taken_from_them(held: Held) -> None:
    customer = held.floor.call("res.partner", "create", {"name": "Hydra Water"})
    line = [0, 0, {"product_id": held.product, "product_uom_qty": 30, "price_unit": 9.0}]
    order = held.floor.call("sale.order", "create", {"partner_id": customer, "order_line": [line]})
    held.floor.call("sale.order", "action_confirm", [order])
    held.poll()
    request = ask(held, Quarantine(), aside(held))
    assert any("promised" in one for one in Plan.load(request.plan).follows)
    assert delivered(request).state == RequestState.VERIFIED
    assert held.stock() == {held.place: 40.0}


def test_a_transfer_left_ready_can_be_taken_back(held: Held) -> None:
    request = ask(held, Quarantine(), aside(held, moved=False))
    assert delivered(request).state == RequestState.VERIFIED
    assert held.stock() == {held.floor.stock: 40.0} and [one["state"] for one in held.transfers()] == ["assigned"]
    back = approved(held, requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.VERIFIED, [one.message for one in back.deliveries.all()]
    assert [one["state"] for one in held.transfers()] == ["cancel"]


def test_goods_that_have_moved_meanwhile_are_a_conflict(held: Held) -> None:
    request = ask(held, Quarantine(), aside(held))
    domain = [["lot_id", "=", held.lot], ["location_id", "=", held.floor.stock]]
    quant = held.odoo.call("stock.quant", "search", domain)[0]
    context = {"inventory_mode": True}
    held.odoo.call("stock.quant", "write", [quant], {"inventory_quantity": 12}, context=context)
    held.odoo.call("stock.quant", "action_apply_inventory", [quant])
    assert delivered(request).state == RequestState.CONFLICT
    assert held.transfers() == []


@pytest.mark.parametrize("method", ["load", "button_validate"])
@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset_mid_body"])
def test_answers_that_never_come_move_the_goods_once(
    held: Held, method: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(held.odoo, Real):
        pytest.skip("faults are arranged in the stand-in")
    monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)
    held.odoo.faults.add(fault, match={"model": "stock.picking", "method": method})
    request = delivered(ask(held, Quarantine(), aside(held)))
    held.odoo.faults.clear()
    for _ in range(4):
        request = later(request)
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert held.stock() == {held.place: 40.0} and len(held.transfers()) == 1


def test_a_worker_that_dies_between_the_calls_moves_the_goods_once(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(held, Quarantine(), aside(held))
    for _ in range(3):
        with monkeypatch.context() as dying:
            dying.setattr(outbox, "_read_back", lambda *args: (_ for _ in ()).throw(SystemExit))
            with pytest.raises(SystemExit):
                outbox.deliver(request.pk)
        request.deliveries.update(lease=None, lease_until=None)
    assert delivered(request).state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert held.stock() == {held.place: 40.0} and len(held.transfers()) == 1


def test_a_worth_above_the_limit_needs_the_plant_manager(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    quant = mirrors["stock.quant"].objects.filter(lot=row_key(held.connection.pk, held.lot), quantity__gt=0)
    quant.update(value=Decimal("10000.00"))
    assert Quarantine().approver(held.inspection, aside(held)) is None
    quant.update(value=Decimal("10000.01"))
    assert Quarantine().approver(held.inspection, aside(held)) == Role.PLANT_MANAGER
    quant.update(value=None)
    assert Quarantine().approver(held.inspection, aside(held)) == Role.PLANT_MANAGER


def test_a_plant_without_such_a_place_says_what_to_make(held: Held) -> None:
    held.odoo.call("stock.location", "write", [held.place], {"name": "Corner"})
    held.poll()
    if Quarantine().initial(held.inspection)["place"]:
        pytest.skip("this Odoo has another such place")
    with pytest.raises(CannotPlanError, match="called quarantine"):
        ask(held, Quarantine(), aside(held))


def test_the_form_refuses_more_than_there_is(held: Held) -> None:
    data = {**{name: str(value) for name, value in aside(held).items()}, "quantity": "41"}
    form = Quarantine.form(data, subject=held.inspection)
    assert not form.is_valid() and form.errors["quantity"] == ["No more than 40 of the inspected goods lies there."]
    assert not Quarantine.form({**data, "quantity": "0"}, subject=held.inspection).is_valid()
    assert Quarantine.form({**data, "quantity": "40"}, subject=held.inspection).is_valid()


def test_the_form_asks_each_question_with_its_limits(held: Held) -> None:
    form = RecordAnswers.form(initial=RecordAnswers().initial(held.inspection), subject=held.inspection)
    assert [field.label for field in form] == ["Pressure", "Surface", "Who measured it, and with what"]
    assert next(iter(form)).help_text == "Allowed: 9.5 to 10.5 Units."


def test_the_preview_calls_everything_by_its_name(held: Held) -> None:
    plan = requests.preview(Quarantine(), held.inspection, aside(held), by=lead(held))
    told = {(one.field, one.after) for one in changes(plan, Quarantine.key)}
    assert ("lot", "L-0931") in told and ("source document", held.inspection.name) in told
    assert not {
        after for field, after in told if field in {"from", "to", "lot", "operation type"} and str(after).isdigit()
    }
    answered = requests.preview(RecordAnswers(), held.inspection, good(held), by=lead(held))
    assert ("answer", "Clean") in {(one.field, one.after) for one in changes(answered, RecordAnswers.key)}


def test_every_step_that_was_sent_says_what_it_was(held: Held) -> None:
    request = delivered(ask(held, Quarantine(), aside(held)))
    assert [step(request, number).step["label"] for number in range(2)] == [
        "Make the transfer", "Book the goods at their new place"]  # fmt: skip


def test_what_nobody_has_measured_is_asked_and_not_taken_for_zero(odoo: Any) -> None:
    held = mirrored(odoo, approved=False)
    number, _look = lines_of(held.inspection)
    for state, shown in (("waiting", "0"), ("ready", "")):
        number.measured = Decimal(0)
        number.save()
        mirrors["qc.inspection"].objects.filter(pk=held.inspection.pk).update(state=state)
        assert RecordAnswers().initial(held.inspection)[f"line_{number.odoo_id}"] == shown


def test_a_request_that_is_planned_anew_starts_with_what_was_measured(held: Held, client: Client) -> None:
    asker = lead(held)
    request = ask(held, RecordAnswers(), good(held, "10.2"), by=asker)
    client.force_login(asker)
    address = reverse("actions:propose", args=[RecordAnswers.key, held.inspection.pk])
    assert "10.2" not in client.get(address).content.decode()
    page = client.get(f"{address}?from={request.pk}").content.decode()
    assert 'value="10.2"' in page and "Clean</option>" in page
