"""Requests on their way through the outbox, and ways of watching them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.actions import outbox, requests
from apps.actions.definition import Plan, Step
from apps.actions.models import Delivery, Request, RequestState
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.actions.message_vendor import MessageVendor
from odoo_sync.writer import Writer
from tests.integration.orders import Ordered, an_order, at
from tests.people import buyer

LINES, RECEIPTS = {"model": "purchase.order.line", "method": "write"}, {"model": "stock.picking", "method": "write"}
POST = {"method": "message_post"}
QUESTION = "When will the goods leave your works?"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses between looks; the patience for an answer is that of a busy machine."""
    monkeypatch.setattr(outbox, "READ_BACKS", (0.0, 0.1))
    monkeypatch.setattr(outbox, "CALL_SECONDS", 20.0)


@pytest.fixture
def impatient(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that takes longer than this is lost: for tests that arrange four seconds."""
    monkeypatch.setattr(outbox, "CALL_SECONDS", 2.0)


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    with an_order(price=5) as ordered:
        yield ordered


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every call that may change Odoo, as ``model.method``, in the order in which it was made."""
    made: list[str] = []
    real = Writer.call

    def counted(self: Writer, model: str, method: str, *args: Any, **options: Any) -> Any:
        made.append(f"{model}.{method}")
        return real(self, model, method, *args, **options)

    monkeypatch.setattr(Writer, "call", counted)
    return made


def new_date(ordered: Ordered, days: float = 12) -> Request:
    """A small change, on its way without approval."""
    answer = {"new_date": at(days).date(), "reason": "Furnace down"}
    request = requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))
    assert request.state == RequestState.APPROVED
    return request


def question(ordered: Ordered) -> Request:
    return requests.propose(MessageVendor(), ordered.order, {"message": QUESTION}, by=buyer(ordered.company))


def asked_for(ordered: Ordered, *steps: Step) -> Request:
    """A request of these steps, as no action makes them."""
    request = new_date(ordered)
    plan = Plan(steps=steps, undo=None, effect="A test.")
    request.plan, request.plan_hash = plan.canonical().decode(), plan.hash
    request.save(update_fields=["plan", "plan_hash"])
    request.deliveries.all().delete()
    requests.open_queue(request, plan)
    return request


def call(ordered: Ordered, method: str, safe_again: Any = "no", model: str = "purchase.order", **more: Any) -> Step:
    company = ordered.company.odoo_id
    return Step(ordered.connection.pk, company, model, (ordered.order_id,), method, safe_again=safe_again, **more)


def delivered(request: Request) -> Request:
    outbox.deliver(request.pk)
    request.refresh_from_db()
    return request


def later(request: Request, **by: float) -> Request:
    """Deliver again as if so much time had passed."""
    span = timedelta(**by) if by else timedelta(minutes=2)
    for one in request.deliveries.all():
        one.next_at -= span
        one.not_after = one.not_after and one.not_after - span
        one.created_at -= span
        one.save(update_fields=["next_at", "not_after", "created_at"])
    return delivered(request)


def step(request: Request, position: int = 0) -> Delivery:
    return request.deliveries.get(position=position)


def notes(ordered: Ordered, request: Request) -> list[str]:
    return [one["body"] for one in ordered.messages() if str(request.pk)[:8] in one["body"]]
