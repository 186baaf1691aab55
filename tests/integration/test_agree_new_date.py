"""Agreeing a new date, from the preview to Odoo's four dates and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apps.actions import outbox, requests
from apps.actions.models import Request, RequestState
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from tests.integration.orders import Ordered, an_order, at, text
from tests.people import buyer, plant_manager

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    with an_order() as ordered:
        yield ordered


def answer(days: float) -> dict[str, Any]:
    return {"new_date": at(days).date(), "reason": "The vendor's furnace is down", "confirmed_by": "Ms Weber"}


def approved(ordered: Ordered, days: float = 20) -> Request:
    """A request of a buyer that a plant manager has agreed to."""
    request = requests.propose(AgreeNewDate(), ordered.order, answer(days), by=buyer(ordered.company))
    assert request.state == RequestState.WAITING
    return requests.approve(request, by=plant_manager(ordered.company), plan_hash=request.plan_hash)


def delivered(request: Request) -> Request:
    outbox.deliver(request.pk)
    request.refresh_from_db()
    return request


def test_all_dates_of_the_order_agree_after_delivery(ordered: Ordered) -> None:
    request = delivered(approved(ordered))
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("state", "message", "evidence"))
    assert set(ordered.dates().values()) == {text(at(20))}


def test_the_mirror_shows_the_new_date_at_once(ordered: Ordered) -> None:
    delivered(approved(ordered))
    assert {line.promised_at for line in ordered.lines} == {at(20)}
    assert ordered.order.promised_at == at(20)


def test_undo_restores_every_date_exactly(ordered: Ordered) -> None:
    before = ordered.dates()
    request = delivered(approved(ordered))
    back = requests.undo(request, by=request.requested_by)
    requests.approve(back, by=plant_manager(ordered.company), plan_hash=back.plan_hash)
    assert delivered(back).state == RequestState.VERIFIED, list(back.deliveries.values("state", "message", "evidence"))
    assert ordered.dates() == before
    request.refresh_from_db()
    assert request.state == RequestState.UNDONE
