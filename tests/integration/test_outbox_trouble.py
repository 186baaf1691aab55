"""The one door out: refusals, broken plans, proxies in the way, and what is said about them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from apps.actions import outbox, requests
from apps.actions.definition import Plan, Step
from apps.actions.models import DeliveryState, Request, RequestState
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from odoo_sync.errors import ConcurrencyError
from odoo_sync.writer import Writer
from tests.integration.orders import Ordered, at, text
from tests.integration.outbox import (
    LINES,
    RECEIPTS,
    asked_for,
    call,
    calls,
    delivered,
    impatient,
    later,
    new_date,
    notes,
    ordered,
    question,
    quick,
    step,
)
from tests.people import buyer, plant_manager

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]
FIXTURES = (quick, impatient, ordered, calls)


def test_a_refusal_keeps_odoos_words(ordered: Ordered) -> None:
    ordered.odoo.call("stock.picking", "button_validate", [ordered.receipt_id])
    request = delivered(asked_for(ordered, call(ordered, "button_cancel")))
    assert request.state == RequestState.REFUSED
    error = step(request).evidence["error"]
    assert error["class"] == "H"
    assert step(request).message == error["detail"]


def test_a_missing_method_is_refused_without_a_retry(ordered: Ordered, calls: list[str]) -> None:
    request = delivered(asked_for(ordered, call(ordered, "button_nowhere")))
    assert request.state == RequestState.REFUSED
    assert later(request).state == RequestState.REFUSED
    assert calls == ["purchase.order.button_nowhere"]


def test_a_plan_stops_at_the_first_step_that_is_not_verified(ordered: Ordered) -> None:
    request = new_date(ordered)
    plan = Plan.load(request.plan)
    request = asked_for_again(request, plan.steps[0], call(ordered, "button_nowhere"), plan.steps[1])
    assert delivered(request).state == RequestState.PARTIAL
    assert [one.state for one in request.deliveries.filter(is_note=False).order_by("position")] == [
        DeliveryState.VERIFIED, DeliveryState.REJECTED, DeliveryState.SKIPPED,
    ]  # fmt: skip
    assert "Only partly done" in notes(ordered, request)[0]


def asked_for_again(request: Request, *steps: Step) -> Request:
    """The request with another plan, and the undo that it had."""
    plan = Plan(steps=steps, undo=Plan.load(request.plan).undo, effect="A test.")
    request.plan, request.plan_hash = plan.canonical().decode(), plan.hash
    request.save(update_fields=["plan", "plan_hash"])
    request.deliveries.all().delete()
    requests.open_queue(request, plan)
    return request


def test_a_partly_done_request_can_be_undone(ordered: Ordered) -> None:
    before = ordered.dates()
    request = new_date(ordered)
    request = delivered(asked_for_again(request, Plan.load(request.plan).steps[0], call(ordered, "button_nowhere")))
    assert request.state == RequestState.PARTIAL
    assert delivered(requests.undo(request, by=request.requested_by)).state == RequestState.VERIFIED
    assert ordered.dates() == before


def test_an_undo_leaves_alone_what_somebody_has_changed_since(ordered: Ordered) -> None:
    request = delivered(new_date(ordered))
    ordered.odoo.call("purchase.order.line", "write", ordered.line_ids, {"date_planned": text(at(14))})
    back = delivered(requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.CONFLICT
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED
    assert ordered.dates()[f"line {ordered.line_ids[0]}"] == text(at(14))


def test_an_effect_that_odoo_bends_is_a_conflict_with_both_values(ordered: Ordered) -> None:
    expect = {f"{ordered.order_id}.partner_ref": "as asked"}
    bent = call(ordered, "write", "value", args={"vals": {"partner_ref": "as set"}}, expect=expect)
    request = delivered(asked_for(ordered, bent))
    assert request.state == RequestState.CONFLICT
    assert step(request).evidence["differences"][0]["theirs"] == "as set"


def test_a_question_back_from_odoo_is_not_taken_for_success(ordered: Ordered) -> None:
    guard = {f"{ordered.receipt_id}.date_done": None}
    expect = {f"{ordered.receipt_id}.state": "done"}
    moves = ordered.odoo.call("stock.picking", "read", [ordered.receipt_id], ["move_ids"])[0]["move_ids"]
    ordered.odoo.call("stock.move", "write", moves[:1], {"quantity": 1, "picked": True})
    wizard = Step(
        ordered.connection.pk, ordered.company.odoo_id, "stock.picking", (ordered.receipt_id,), "button_validate",
        guard=guard, expect=expect, safe_again="state",
    )  # fmt: skip
    request = delivered(asked_for(ordered, wizard))
    assert request.state == RequestState.REFUSED
    assert "stock.backorder.confirmation" in step(request).message


@pytest.mark.usefixtures("impatient")
def test_an_unrepeatable_call_without_an_answer_goes_to_a_person(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match={"method": "button_unlock"}, seconds=4)
    request = delivered(asked_for(ordered, call(ordered, "button_unlock")))
    assert later(request, hours=1).state == RequestState.UNKNOWN
    assert calls == ["purchase.order.button_unlock"]


def test_an_odoo_that_is_away_is_waited_for(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.odoo.stop()
    assert delivered(request).state == RequestState.APPROVED
    assert step(request).attempts == 0
    assert step(request).next_at > timezone.now()
    assert calls == []
    ordered.odoo.start()
    assert later(request).state == RequestState.VERIFIED


def test_what_cannot_be_sent_for_a_day_is_given_up(ordered: Ordered) -> None:
    request = new_date(ordered)
    ordered.odoo.stop()
    delivered(request)
    assert later(request, hours=25).state == RequestState.REFUSED
    assert "24 hours" in step(request).message


@pytest.mark.parametrize("fault", ["429", "502", "503", "reset_mid_body", "truncated_body"])
def test_a_proxy_in_the_way_does_not_change_what_comes_of_it(ordered: Ordered, fault: str) -> None:
    ordered.odoo.faults.add(fault, match=LINES)
    ordered.odoo.faults.add(fault, match=RECEIPTS)
    request = delivered(new_date(ordered))
    for _ in range(3):
        request = later(request)
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("state", "message"))
    assert set(ordered.dates().values()) == {text(at(12))}


def test_a_lost_race_is_tried_again_a_few_times_and_then_said(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[int] = []

    def racing(*_: Any, **__: Any) -> None:
        lost.append(1)
        raise ConcurrencyError("Somebody else changed the same records.")

    monkeypatch.setattr(Writer, "call", racing)
    request = delivered(new_date(ordered))
    for _ in range(outbox.MOST_SENDS + 2):
        request = later(request)
    assert request.state == RequestState.REFUSED
    assert len(lost) == outbox.MOST_SENDS


def test_a_refused_key_waits_for_an_administrator(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.odoo.call("res.users", "write", [2], {"password": "another-password"})
    assert delivered(request).state == RequestState.APPROVED
    assert "API key" in step(request).message
    assert "another-password" not in json.dumps(step(request).evidence)


def test_two_requests_on_one_order_leave_one_after_the_other(ordered: Ordered, calls: list[str]) -> None:
    first, second = new_date(ordered), question(ordered)
    assert delivered(second).state == RequestState.APPROVED
    assert calls == []
    assert delivered(first).state == RequestState.VERIFIED
    assert delivered(second).state == RequestState.VERIFIED


def test_everything_due_is_delivered_by_the_timetable(ordered: Ordered) -> None:
    first, second = new_date(ordered), question(ordered)
    for _ in range(2):
        outbox.deliver_waiting()
    assert {one.state for one in Request.objects.filter(pk__in=[first.pk, second.pk])} == {RequestState.VERIFIED}


def test_a_plan_that_was_tampered_with_is_not_sent(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    request.plan = request.plan.replace(text(at(12)), text(at(13)))
    request.save(update_fields=["plan"])
    assert delivered(request).state == RequestState.REFUSED
    assert calls == []


def test_a_copy_of_a_step_is_not_what_is_sent(ordered: Ordered) -> None:
    request = new_date(ordered)
    one = step(request)
    one.step["args"] = {"vals": {"date_planned": text(at(13))}}
    one.save(update_fields=["step"])
    assert delivered(request).state == RequestState.VERIFIED
    assert set(ordered.dates().values()) == {text(at(12))}


def test_withdrawing_before_it_leaves_sends_nothing(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    requests.withdraw(request, by=request.requested_by)
    assert delivered(request).state == RequestState.WITHDRAWN
    assert calls == []


def test_a_receipt_that_came_meanwhile_stops_the_new_date(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.odoo.call("stock.picking", "button_validate", [ordered.receipt_id])
    assert delivered(request).state == RequestState.CONFLICT
    assert calls == []


def test_an_approved_request_is_delivered_as_the_approver_saw_it(ordered: Ordered) -> None:
    answer = {"new_date": at(30).date(), "reason": "Fire"}
    request = requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))
    requests.approve(request, by=plant_manager(ordered.company), plan_hash=request.plan_hash)
    assert delivered(request).state == RequestState.VERIFIED
    assert f"approved by {request.approvals.get().by.shown_name}" in notes(ordered, request)[0]
