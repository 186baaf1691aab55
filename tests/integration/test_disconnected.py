"""What becomes of requests when their Odoo is disconnected: closed as what they are, and told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.actions import outbox, requests
from apps.actions.models import DeliveryState, Request, RequestState
from apps.actions.progress import Progress
from apps.audit.models import Entry
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.notifications.models import Notification
from odoo_sync.connections import part
from tests.integration.orders import Ordered, at
from tests.integration.outbox import POST, delivered, new_date, question, step
from tests.integration.outbox import calls as calls
from tests.integration.outbox import impatient as impatient
from tests.integration.outbox import ordered as ordered
from tests.integration.outbox import quick as quick
from tests.people import buyer

pytestmark = pytest.mark.django_db(transaction=True)


def swept(ordered: Ordered, request: Request) -> Request:
    """Disconnect, and let the timetable come round."""
    ordered.connection.refresh_from_db()
    part(ordered.connection)
    outbox.deliver_waiting()
    request.refresh_from_db()
    return request


def told(request: Request) -> str:
    found = Notification.objects.filter(user=request.requested_by).order_by("-pk").first()
    assert found is not None
    return str(found.text)


def test_an_approved_request_that_was_not_sent_is_closed_with_words(ordered: Ordered, calls: list[str]) -> None:
    request = swept(ordered, new_date(ordered))
    assert request.state == RequestState.DISCONNECTED and calls == []
    assert {one.state for one in request.deliveries.all()} == {DeliveryState.SKIPPED}
    assert told(request).startswith("Not sent, its Odoo was disconnected")
    assert "no longer connected" in str(Progress(request, request.requested_by).next)
    assert Entry.objects.filter(verb="request.disconnected", object_key=str(request.pk)).exists()


def test_a_request_that_waits_for_approval_is_closed_too(ordered: Ordered) -> None:
    answer = {"new_date": at(400).date(), "reason": "Furnace down"}
    request = requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))
    assert request.state == RequestState.WAITING
    assert swept(ordered, request).state == RequestState.DISCONNECTED


def test_what_is_half_done_is_said_to_be_partly_done(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    request = new_date(ordered)
    first = step(request)
    first.state, first.attempts = DeliveryState.VERIFIED, 1
    first.save(update_fields=["state", "attempts"])
    request = swept(ordered, request)
    assert request.state == RequestState.PARTIAL
    assert not request.deliveries.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENT]).exists()


def test_what_was_sent_without_an_answer_is_not_known(ordered: Ordered, impatient: None) -> None:
    ordered.odoo.faults.add("timeout_before_commit", match=POST, seconds=4)
    request = delivered(question(ordered))
    assert step(request).state == DeliveryState.SENT
    request = swept(ordered, request)
    assert request.state == RequestState.UNKNOWN
    assert "could not be read back" in step(request).message


def test_a_step_that_a_worker_has_in_hand_is_left_to_it(ordered: Ordered) -> None:
    request = new_date(ordered)
    request.deliveries.filter(position=0).update(lease_until=timezone.now() + timedelta(minutes=1))
    assert swept(ordered, request).state == RequestState.APPROVED
    request.deliveries.update(lease_until=timezone.now() - timedelta(seconds=1))
    outbox.deliver_waiting()
    request.refresh_from_db()
    assert request.state == RequestState.DISCONNECTED


def test_a_note_that_was_still_to_be_left_is_given_up(ordered: Ordered, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as late:
        late.setattr(outbox, "refresh", type("None", (), {"after": staticmethod(lambda _key: None)}))
        request = delivered(new_date(ordered))
    note = request.deliveries.get(is_note=True)
    note.state, note.ended_at = DeliveryState.WAITING, None
    note.save(update_fields=["state", "ended_at"])
    request = swept(ordered, request)
    assert request.state == RequestState.VERIFIED
    assert request.deliveries.get(is_note=True).state == DeliveryState.SKIPPED
