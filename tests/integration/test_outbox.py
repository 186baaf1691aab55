"""The one door out: what is sent, what is not, and what is resolved by reading."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.actions import outbox, requests
from apps.actions.models import DeliveryState, RequestState
from apps.audit.models import Entry
from apps.notifications.models import Notification
from tests.integration.orders import Ordered, at, text
from tests.integration.outbox import (
    LINES,
    POST,
    QUESTION,
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

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]
FIXTURES = (quick, impatient, ordered, calls)


def test_every_step_is_recorded_before_and_after(ordered: Ordered, calls: list[str]) -> None:
    request = delivered(new_date(ordered))
    assert request.state == RequestState.VERIFIED
    assert calls == ["purchase.order.line.write", "stock.picking.write", "purchase.order.message_post"]
    verbs = list(Entry.objects.filter(object_key=str(request.pk)).order_by("id").values_list("verb", flat=True))
    assert verbs == [
        "request.proposed", "step.sent", "step.verified", "step.sent", "step.verified", "request.verified",
        "step.sent", "step.verified",
    ]  # fmt: skip
    assert Notification.objects.filter(user=request.requested_by, kind="request.verified").count() == 1


def test_one_internal_note_names_the_people_and_the_request(ordered: Ordered) -> None:
    request = delivered(new_date(ordered))
    found = notes(ordered, request)
    assert len(found) == 1
    assert request.requested_by.shown_name in found[0]
    assert "Furnace down" in found[0]


@pytest.mark.usefixtures("impatient")
def test_a_note_whose_answer_was_lost_is_not_posted_twice(ordered: Ordered) -> None:
    ordered.odoo.faults.add("timeout_after_commit", match=POST, seconds=4)
    request = later(delivered(new_date(ordered)))
    assert request.state == RequestState.VERIFIED
    assert len(notes(ordered, request)) == 1
    assert request.deliveries.get(is_note=True).state == DeliveryState.VERIFIED


def test_evidence_keeps_what_was_read_and_no_secret(ordered: Ordered) -> None:
    request = delivered(new_date(ordered))
    evidence = step(request).evidence
    key = f"{ordered.line_ids[0]}.date_planned"
    assert evidence["before"][key] == text(at(10))
    assert evidence["after"][key] == text(at(12))
    kept = json.dumps([one.evidence for one in request.deliveries.all()]) + json.dumps(
        [one.details for one in Entry.objects.all()]
    )
    assert "Traceback" not in kept
    assert '"admin"' not in kept


def test_a_change_by_somebody_else_stops_it_before_anything_is_sent(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    theirs = text(at(15))
    ordered.odoo.call("purchase.order.line", "write", [ordered.line_ids[1]], {"date_planned": theirs})
    assert delivered(request).state == RequestState.CONFLICT
    assert calls == []
    difference = next(one for one in step(request).evidence["differences"] if one["theirs"] == theirs)
    assert difference["base"] == text(at(10))
    assert difference["mine"] == text(at(12))
    assert step(request, 1).state == DeliveryState.SKIPPED


def test_a_new_line_stops_it_since_the_plan_no_longer_covers_the_order(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    product = ordered.odoo.call("purchase.order.line", "read", ordered.line_ids, ["product_id"])[0]["product_id"][0]
    more = {"order_line": [(0, 0, {"product_id": product, "product_qty": 1, "price_unit": 1})]}
    ordered.odoo.call("purchase.order", "write", [ordered.order_id], more)
    assert delivered(request).state == RequestState.CONFLICT
    assert calls == []


def test_a_change_elsewhere_on_the_order_is_no_obstacle(ordered: Ordered) -> None:
    request = new_date(ordered)
    ordered.odoo.call("purchase.order", "write", [ordered.order_id], {"partner_ref": "NK-77"})
    assert delivered(request).state == RequestState.VERIFIED


def test_what_is_deleted_in_odoo_is_said_to_be_gone(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.odoo.call("purchase.order", "button_cancel", [ordered.order_id])
    ordered.odoo.call("purchase.order", "unlink", [ordered.order_id])
    assert delivered(request).state == RequestState.CONFLICT
    assert calls == []
    assert "no longer exists" in step(request).message
    assert any(one["gone"] for one in step(request).evidence["differences"])


def test_a_cancelled_order_is_left_alone(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.odoo.call("purchase.order", "button_cancel", [ordered.order_id])
    assert delivered(request).state == RequestState.CONFLICT
    assert calls == []


def test_what_somebody_else_has_done_already_is_not_sent_again(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.odoo.call("purchase.order.line", "write", ordered.line_ids, {"date_planned": text(at(12))})
    ordered.odoo.call("stock.picking", "write", [ordered.receipt_id], {"scheduled_date": text(at(12))})
    assert delivered(request).state == RequestState.VERIFIED
    assert calls == ["purchase.order.message_post"]
    assert step(request).attempts == 0


def test_the_kill_switch_holds_everything_back_and_says_so(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    ordered.connection.writes_enabled = False
    ordered.connection.save(update_fields=["writes_enabled"])
    assert delivered(request).state == RequestState.APPROVED
    assert calls == []
    assert step(request).state == DeliveryState.WAITING
    assert "switched off" in step(request).message
    ordered.connection.writes_enabled = True
    ordered.connection.save(update_fields=["writes_enabled"])
    assert later(request).state == RequestState.VERIFIED


def test_the_kill_switch_works_between_looking_and_sending(
    ordered: Ordered, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = new_date(ordered)
    look = outbox._look

    def thrown(*args: Any) -> Any:
        type(ordered.connection).objects.update(writes_enabled=False)
        return look(*args)

    monkeypatch.setattr(outbox, "_look", thrown)
    assert delivered(request).state == RequestState.APPROVED
    assert calls == []
    assert step(request).attempts == 0


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_never_comes_is_resolved_by_reading(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_after_commit", match=LINES, seconds=4)
    request = delivered(new_date(ordered))
    assert request.state == RequestState.VERIFIED
    assert calls.count("purchase.order.line.write") == 1


@pytest.mark.usefixtures("impatient")
def test_a_write_that_never_arrived_is_sent_again_after_reading(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match=LINES, seconds=4)
    request = delivered(new_date(ordered))
    assert request.state == RequestState.APPROVED
    assert step(request).state == DeliveryState.SENT
    assert later(request).state == RequestState.VERIFIED
    assert calls.count("purchase.order.line.write") == 2
    assert set(ordered.dates().values()) == {text(at(12))}


@pytest.mark.usefixtures("impatient")
def test_a_write_that_somebody_overtook_is_not_repeated(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match=LINES, seconds=4)
    request = delivered(new_date(ordered))
    ordered.odoo.call("purchase.order.line", "write", [ordered.line_ids[0]], {"date_planned": text(at(20))})
    assert later(request).state == RequestState.CONFLICT
    assert calls.count("purchase.order.line.write") == 1
    assert ordered.dates()[f"line {ordered.line_ids[0]}"] == text(at(20))


@pytest.mark.usefixtures("impatient")
def test_a_message_whose_answer_was_lost_is_found_by_its_mark(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_after_commit", match=POST, seconds=4)
    request = delivered(question(ordered))
    assert request.state == RequestState.VERIFIED
    assert sum(QUESTION in one["body"] for one in ordered.messages()) == 1


@pytest.mark.usefixtures("impatient")
def test_a_message_without_a_trace_waits_and_then_asks_a_person(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match=POST, seconds=4)
    request = delivered(question(ordered))
    assert later(request, seconds=60).state == RequestState.APPROVED
    assert step(request).state == DeliveryState.SENT
    assert later(request, hours=1).state == RequestState.UNKNOWN
    assert calls == ["purchase.order.message_post"]
    assert Notification.objects.filter(user=request.requested_by, kind="request.unknown").exists()


@pytest.mark.usefixtures("impatient")
def test_a_person_sends_the_lost_message_again_after_looking(ordered: Ordered) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match=POST, seconds=4)
    request = later(delivered(question(ordered)), hours=1)
    again = requests.again(request, by=request.requested_by)
    assert delivered(again).state == RequestState.VERIFIED
    assert sum(QUESTION in one["body"] for one in ordered.messages()) == 1


@pytest.mark.usefixtures("impatient")
def test_sending_again_reads_first_and_finds_what_arrived_late(ordered: Ordered, calls: list[str]) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match=POST, seconds=4)
    request = later(delivered(question(ordered)), hours=1)
    mark = f"<{step(request).token}@control-tower>"
    ordered.odoo.call("purchase.order", "message_post", [ordered.order_id], body=QUESTION, message_id=mark)
    again = requests.again(request, by=request.requested_by)
    assert delivered(again).state == RequestState.VERIFIED
    assert calls.count("purchase.order.message_post") == 2, "the question once, and the note about it"
