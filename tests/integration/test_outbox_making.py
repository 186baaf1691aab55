"""Steps that make a record: once, whatever happens on the way, and findable afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apps.actions import outbox, requests
from apps.actions.definition import NEW, Plan, Step
from apps.actions.models import DeliveryState, Request, RequestState
from apps.actions.progress import Progress
from apps.notifications.models import Notification
from odoo_sync.mirror.maintenance import MaintenanceRequest
from odoo_sync.writer import Writer
from tests.integration.orders import Ordered, an_order
from tests.integration.outbox import delivered, later, new_date, step
from tests.integration.outbox import quick as quick
from tests.people import plant_manager

pytestmark = pytest.mark.django_db(transaction=True)
LOAD = {"model": "maintenance.request", "method": "load"}


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    with an_order(price=5) as ordered:
        yield ordered


def repair(ordered: Ordered, name: str = "Burner failure", **more: Any) -> Step:
    return Step(
        connection=ordered.connection.pk,
        company=ordered.company.odoo_id,
        model="maintenance.request",
        ids=(),
        method="load",
        args={"fields": ["name", "priority"], "data": [[name, "3"]]},
        expect={f"{NEW}.name": name, f"{NEW}.priority": "3"},
        safe_again="external_id",
        **more,
    )


def asked_for(ordered: Ordered, made: Step) -> Request:
    """A request of this step; taking it back cancels what it made."""
    request = new_date(ordered)
    undo = Step(
        made.connection, made.company, made.model, (NEW,), "archive_equipment_request",
        guard={f"{NEW}.archive": None}, expect={f"{NEW}.archive": True}, safe_again="state",
    )  # fmt: skip
    plan = Plan((made,), (undo,), "A test.", names={f"maintenance.request,{NEW}": "New request"})
    request.plan, request.plan_hash = plan.canonical().decode(), plan.hash
    request.save(update_fields=["plan", "plan_hash"])
    request.deliveries.all().delete()
    requests.open_queue(request, plan)
    return request


def made_in(ordered: Ordered) -> list[dict[str, Any]]:
    return ordered.odoo.call("maintenance.request", "search_read", [], fields=["name", "archive", "priority"])


def test_the_record_is_made_read_back_and_mirrored(ordered: Ordered) -> None:
    request = delivered(asked_for(ordered, repair(ordered)))
    assert request.state == RequestState.VERIFIED, step(request).message
    [row] = made_in(ordered)
    assert (row["name"], row["priority"]) == ("Burner failure", "3")
    assert step(request).evidence["made"] == row["id"]
    assert MaintenanceRequest.objects.get().odoo_id == row["id"]


@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset_mid_body", "503"])
def test_an_answer_that_never_comes_makes_it_once(
    ordered: Ordered, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)
    ordered.odoo.faults.add(fault, match=LOAD)
    request = delivered(asked_for(ordered, repair(ordered)))
    ordered.odoo.faults.clear()
    for _ in range(3):
        request = later(request)
    assert request.state == RequestState.VERIFIED, step(request).message
    assert len(made_in(ordered)) == 1


def test_a_worker_that_dies_after_the_call_makes_it_once(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked_for(ordered, repair(ordered))
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_read_back", lambda *args: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            outbox.deliver(request.pk)
    request.deliveries.update(lease=None, lease_until=None)
    request = delivered(request)
    assert request.state == RequestState.VERIFIED
    assert step(request).message == "Read back and verified."
    assert len(made_in(ordered)) == 1


def test_what_somebody_has_changed_since_is_left_to_them(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked_for(ordered, repair(ordered))
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_read_back", lambda *args: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            outbox.deliver(request.pk)
    ordered.odoo.call("maintenance.request", "write", [made_in(ordered)[0]["id"]], {"name": "Burner, seen"})
    request.deliveries.update(lease=None, lease_until=None)
    assert delivered(request).state == RequestState.PARTIAL
    assert [row["name"] for row in made_in(ordered)] == ["Burner, seen"]


def differing(ordered: Ordered) -> Request:
    """A record that Odoo makes otherwise than it was planned."""
    wrong = repair(ordered)
    wrong.expect[f"{NEW}.priority"] = "1"
    return asked_for(ordered, wrong)


@pytest.mark.parametrize("fault", ["", "timeout_after_commit", "reset_mid_body"])
def test_a_record_that_differs_is_partly_done_however_the_answer_comes(
    ordered: Ordered, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault:
        monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)
        ordered.odoo.faults.add(fault, match=LOAD)
    request = delivered(differing(ordered))
    ordered.odoo.faults.clear()
    for _ in range(2):
        request = later(request)
    assert request.state == RequestState.PARTIAL, step(request).message
    assert len(made_in(ordered)) == 1
    [difference] = step(request).evidence["differences"]
    assert (difference["theirs"], difference["mine"]) == ("3", "1")
    told = Notification.objects.get(kind="request.partial")
    assert told.text.startswith("Made in Odoo, but not as it was planned")
    assert "put it right in Odoo" in str(Progress(request, request.requested_by).next)


def test_a_record_that_differs_can_be_taken_back(ordered: Ordered) -> None:
    request = delivered(differing(ordered))
    back = requests.undo(request, by=request.requested_by)
    assert delivered(back).state == RequestState.VERIFIED, step(back).message
    assert [one["archive"] for one in made_in(ordered)] == [True]


def test_a_record_that_was_put_right_since_is_verified_when_looked_at_again(ordered: Ordered) -> None:
    request = delivered(differing(ordered))
    ordered.odoo.call("maintenance.request", "write", [made_in(ordered)[0]["id"]], {"priority": "1"})
    request = delivered(requests.again(request, by=request.requested_by))
    assert request.state == RequestState.VERIFIED, step(request).message
    assert len(made_in(ordered)) == 1


RACES = [
    "could not serialize access due to concurrent update\n",
    "deadlock detected\nDETAIL:  Process 7 waits for ShareLock on transaction 9; blocked by process 8.\n",
    "canceling statement due to lock timeout\n",
    "Unknown database error: 'current transaction is aborted, commands ignored until end of transaction block\n'",
]


def losing(monkeypatch: pytest.MonkeyPatch, words: str, *, times: int) -> list[int]:
    """Odoo's answer to an import whose rows lost a race and were rolled back; how often that was given."""
    lost: list[int] = []
    real = Writer.call

    def racing(self: Writer, model: str, method: str, *args: Any, **options: Any) -> Any:
        if method != "load" or len(lost) >= times:
            return real(self, model, method, *args, **options)
        lost.append(1)
        return {"ids": False, "messages": [{"type": "error", "message": words, "record": 0}], "nextrow": 0}

    monkeypatch.setattr(Writer, "call", racing)
    return lost


@pytest.mark.parametrize("words", RACES)
def test_an_import_that_lost_a_race_is_tried_again(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    lost = losing(monkeypatch, words, times=2)
    request = delivered(asked_for(ordered, repair(ordered)))
    assert request.state == RequestState.APPROVED, step(request).message
    for _ in range(3):
        request = later(request)
    assert request.state == RequestState.VERIFIED, step(request).message
    assert (len(lost), len(made_in(ordered))) == (2, 1)


def test_an_import_that_loses_every_race_is_given_up_in_the_words_of_the_database(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = losing(monkeypatch, RACES[0], times=99)
    request = delivered(asked_for(ordered, repair(ordered)))
    for _ in range(outbox.MOST_SENDS + 1):
        request = later(request)
    assert request.state == RequestState.REFUSED
    assert "serialize" in step(request).message and len(lost) == outbox.MOST_SENDS


def test_what_odoo_does_not_take_is_refused_in_its_words(ordered: Ordered) -> None:
    wrong = repair(ordered)
    wrong.args["fields"].append("equipment_id/.id")
    wrong.args["data"][0].append("999999")
    request = delivered(asked_for(ordered, wrong))
    assert request.state == RequestState.REFUSED
    assert step(request).state == DeliveryState.REJECTED
    assert step(request).message and made_in(ordered) == []


def test_taking_it_back_names_the_record_that_was_made(ordered: Ordered) -> None:
    request = delivered(asked_for(ordered, repair(ordered)))
    [row] = made_in(ordered)
    back = requests.undo(request, by=request.requested_by)
    plan = Plan.load(back.plan)
    assert plan.steps[0].ids == (row["id"],)
    assert plan.names[f"maintenance.request,{row['id']}"] == "New request"
    assert plan.undo is None
    if back.state == RequestState.WAITING:
        requests.approve(back, by=plant_manager(ordered.company), plan_hash=back.plan_hash)
    assert delivered(back).state == RequestState.VERIFIED, step(back).message
    assert [one["archive"] for one in made_in(ordered)] == [True]


def test_two_requests_make_two_records(ordered: Ordered) -> None:
    first = delivered(asked_for(ordered, repair(ordered)))
    second = delivered(asked_for(ordered, repair(ordered)))
    assert [first.state, second.state] == [RequestState.VERIFIED] * 2
    assert len(made_in(ordered)) == 2
