"""A record that is deleted in Odoo while something is asked of it: said as it is, and closed within seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.actions import outbox, requests
from apps.actions.models import DeliveryState, Request, RequestState
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.actions.message_vendor import MessageVendor
from apps.exceptions.evaluate import sweep
from apps.exceptions.lifecycle import LIVE, CaseState
from apps.exceptions.models import Case
from apps.notifications.models import Notification
from odoo_sync import tasks
from odoo_sync.absence import look_for
from odoo_sync.connections import open_client
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.models import Connection, Cursor, Suspect
from tests.integration.orders import Ordered, an_order, at
from tests.people import buyer, plant_manager

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    """An order of one small line that should have come days ago."""
    with an_order(price=5, days=-7, lines=1) as ordered:
        yield ordered


@pytest.fixture
def second_looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is left to a worker for later: arguments and seconds."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.look_again, "apply_async", lambda args, countdown: asked.append((*args, countdown)))
    return asked


def new_date(ordered: Ordered) -> Request:
    sweep()
    answer = {"new_date": at(5).date(), "reason": "Furnace down"}
    about = ("case", str(Case.objects.get().pk))
    request = requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company), about=about)
    return requests.approve(request, by=plant_manager(ordered.company), plan_hash=request.plan_hash)


def delete(ordered: Ordered) -> None:
    """As a person does in Odoo: only a cancelled order may be deleted, and its lines go with it."""
    ordered.odoo.call("purchase.order", "button_cancel", [ordered.order_id])
    ordered.odoo.call("purchase.order", "unlink", [ordered.order_id])


def delivered(request: Request) -> Request:
    outbox.deliver(request.pk)
    request.refresh_from_db()
    return request


def page(request: Request) -> str:
    client = Client()
    client.force_login(request.requested_by)
    return client.get(request.get_absolute_url()).content.decode()


def test_a_message_about_a_deleted_order_says_deleted_too(ordered: Ordered, second_looks: list[Any]) -> None:
    by = buyer(ordered.company)
    request = requests.propose(MessageVendor(), ordered.order, {"message": "When?"}, by=by)
    delete(ordered)
    assert delivered(request).state == RequestState.CONFLICT
    assert "deleted in Odoo" in page(request)
    assert len(second_looks) == 1


def test_what_was_partly_done_is_not_called_unsent(ordered: Ordered, second_looks: list[Any]) -> None:
    request = new_date(ordered)
    first = request.deliveries.earliest("position")
    first.state = DeliveryState.VERIFIED
    first.save(update_fields=["state"])
    delete(ordered)
    assert delivered(request).state == RequestState.PARTIAL
    told = Notification.objects.get(user=request.requested_by, kind="request.partial")
    assert "Only partly done" in told.text


def let_pass(**by: float) -> None:
    """What was suspected now was suspected that long ago."""
    for one in Suspect.objects.all():
        Suspect.objects.filter(pk=one.pk).update(since=one.since - timedelta(**by))


def test_the_page_says_deleted_and_offers_no_new_plan(ordered: Ordered, second_looks: list[Any]) -> None:
    request = new_date(ordered)
    delete(ordered)
    assert delivered(request).state == RequestState.CONFLICT
    shown = page(request)
    assert "deleted in Odoo" in shown
    assert "changed by someone else" not in shown
    assert "Plan it anew" not in shown
    told = Notification.objects.get(user=request.requested_by, kind="request.conflict")
    assert "the record was deleted in Odoo" in told.text


def test_the_case_closes_after_a_second_look_some_seconds_later(ordered: Ordered, second_looks: list[Any]) -> None:
    request = new_date(ordered)
    delete(ordered)
    delivered(request)
    assert Case.objects.get().state in LIVE, "one absent read proves nothing"
    assert PurchaseOrder.objects.filter(pk=request.subject_id).exists()
    ((number, wanted, countdown),) = second_looks
    assert countdown < 10
    let_pass(seconds=countdown)
    tasks.look_again(number, wanted)
    assert Case.objects.get().state == CaseState.RESOLVED
    assert not PurchaseOrder.objects.filter(pk=request.subject_id).exists()
    assert "Plan it anew" not in page(request)


def test_a_second_look_that_comes_too_early_proves_nothing(ordered: Ordered, second_looks: list[Any]) -> None:
    request = new_date(ordered)
    delete(ordered)
    delivered(request)
    number, wanted, _countdown = second_looks[0]
    tasks.look_again(number, wanted)
    assert Case.objects.get().state in LIVE


def test_a_change_is_still_called_a_change(ordered: Ordered, second_looks: list[Any]) -> None:
    request = new_date(ordered)
    ordered.odoo.call("purchase.order.line", "write", ordered.line_ids, {"product_qty": 3})
    ordered.odoo.call("purchase.order.line", "write", ordered.line_ids, {"date_planned": "2031-01-01 09:00:00"})
    assert delivered(request).state == RequestState.CONFLICT
    shown = page(request)
    assert "changed by someone else" in shown
    assert "Plan it anew" in shown
    assert second_looks == []


def look(connection: Connection, *order_ids: int) -> bool:
    client = open_client(connection)
    try:
        return look_for(connection, {PurchaseOrder: order_ids}, client)
    finally:
        client.close()


def test_lines_go_with_their_order(ordered: Ordered) -> None:
    line = ordered.lines[0].pk
    delete(ordered)
    assert look(ordered.connection, ordered.order_id) is True
    let_pass(seconds=6)
    assert look(ordered.connection, ordered.order_id) is False
    assert not PurchaseOrderLine.objects.filter(pk=line).exists()
    assert not Suspect.objects.exists()


def test_what_is_there_arouses_no_suspicion_and_ends_one(ordered: Ordered) -> None:
    Suspect.objects.create(connection=ordered.connection, mirror=PurchaseOrder.key, row=ordered.order.pk)
    assert look(ordered.connection, ordered.order_id) is False
    assert not Suspect.objects.exists()


def test_nothing_is_concluded_while_the_mirror_is_frozen(ordered: Ordered) -> None:
    delete(ordered)
    Cursor.objects.filter(mirror=PurchaseOrder.key).update(frozen_reason="Much is gone.")
    assert look(ordered.connection, ordered.order_id) is False
    assert not Suspect.objects.exists()


def test_another_request_on_the_deleted_order_is_not_offered_again_either(
    ordered: Ordered, second_looks: list[Any]
) -> None:
    request = requests.withdraw(new_date(ordered), by=Request.objects.get().requested_by)
    assert "Plan it anew" in page(request)
    PurchaseOrder.everything.update(gone_at=at(0))
    assert "Plan it anew" not in page(request)
