"""What people read before they ask or approve: today's values, whether anything is sent, and what it really helps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.actions import requests
from apps.actions.definition import Plan
from apps.actions.models import Request, RequestState
from apps.actions.since import moved_since
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.actions.quarantine import Quarantine
from apps.exceptions.actions.record_answers import RecordAnswers
from odoo_sync.connections import open_client
from odoo_sync.mirror.base import mirrors
from odoo_sync.models import Connection
from odoo_sync.sync import poll_all
from tests.integration.goods import Held, aside, ask, good
from tests.integration.goods import held as held
from tests.integration.live import case_in
from tests.integration.orders import Ordered, an_order, at, text
from tests.people import buyer, plant_manager

pytestmark = pytest.mark.django_db(transaction=True)
CHANGED = "Odoo has changed since this was asked for"


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    with an_order() as ordered:
        yield ordered


def asked(ordered: Ordered) -> Request:
    answer = {"new_date": at(20).date(), "reason": "The vendor's furnace is down", "confirmed_by": "Ms Weber"}
    request = requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))
    assert request.state == RequestState.WAITING
    return request


def read_again() -> None:
    """As if every row had been read a moment ago, and nothing was new."""
    for mirror in mirrors:
        mirror.everything.update(read_began_at=timezone.now(), read_ended_at=timezone.now())


def moved(request: Request) -> list[Any]:
    return moved_since([(request, Plan.load(request.plan))])[request.pk]


def test_an_approver_reads_what_the_vendor_has_moved_since(ordered: Ordered, client: Client) -> None:
    request = asked(ordered)
    client.force_login(plant_manager(ordered.company))
    pages = [request.get_absolute_url(), reverse("actions:inbox")]
    assert all(CHANGED not in client.get(page).content.decode() for page in pages)
    ordered.odoo.call("purchase.order.line", "write", ordered.line_ids[:1], {"date_planned": text(at(17))})
    poll(ordered)
    (clash, *_more) = moved(request)
    assert (clash.base, clash.theirs, clash.mine) == (at(10), at(17), at(20))
    for page in pages:
        shown = client.get(page).content.decode()
        assert CHANGED in shown and "Odoo has now" in shown


def poll(ordered: Ordered) -> None:
    client = open_client(ordered.connection)
    try:
        poll_all(ordered.connection, list(mirrors), client)
    finally:
        client.close()


def test_what_others_did_alike_and_what_is_decided_already_is_no_change(ordered: Ordered) -> None:
    request = asked(ordered)
    ordered.odoo.call("purchase.order.line", "write", ordered.line_ids, {"date_planned": text(at(20))})
    poll(ordered)
    assert "expected arrival" not in {one.field for one in moved(request)}
    request = requests.reject(request, by=plant_manager(ordered.company), reason="No", version=request.version)
    assert moved_since([(request, Plan.load(request.plan))]) == {}


def test_a_row_that_was_read_again_as_it_was_is_no_change(ordered: Ordered) -> None:
    request = asked(ordered)
    read_again()
    assert moved(request) == []


@pytest.mark.parametrize(
    ("action", "values"), [(RecordAnswers, lambda held: good(held, "9.9")), (Quarantine, lambda held: aside(held))]
)
def test_nor_are_goods_and_inspections_that_stay_as_they_were(held: Held, action: Any, values: Any) -> None:
    request = ask(held, action(), values(held))
    Request.objects.filter(pk=request.pk).update(state=RequestState.WAITING)
    request.refresh_from_db()
    read_again()
    assert moved(request) == []


def test_while_writing_is_off_every_page_before_a_decision_says_so(ordered: Ordered, client: Client) -> None:
    request, manager = asked(ordered), plant_manager(ordered.company)
    Connection.objects.update(writes_enabled=False)
    proposal = reverse("actions:propose", args=[AgreeNewDate.key, ordered.order.pk])
    asker = buyer(ordered.company)
    values = {"new_date": at(15).date().isoformat(), "reason": "Furnace", "step": "preview"}
    client.force_login(asker)
    preview = client.post(proposal, values, headers={"HX-Request": "true"}).content.decode()
    assert "Writing to Odoo is switched off; this waits" in preview and "It is sent to Odoo at once" not in preview
    client.force_login(manager)
    for page in [request.get_absolute_url(), reverse("actions:inbox")]:
        assert "Writing to Odoo is switched off; this waits" in client.get(page).content.decode()
    assert "Writing to Odoo is switched off." in client.get("/").content.decode()
    Connection.objects.update(writes_enabled=True)
    assert all("switched off" not in client.get(page).content.decode() for page in ["/", reverse("actions:inbox")])


def test_a_case_that_the_action_cannot_help_is_not_named(ordered: Ordered, client: Client) -> None:
    group = (ordered.connection, ordered.company.pk)
    own, other = case_in(group, ordered.company.pk, str(ordered.lines[0].pk)), case_in(group, ordered.company.pk, "1")
    client.force_login(buyer(ordered.company))
    address = reverse("actions:propose", args=[AgreeNewDate.key, ordered.order.pk])
    assert own.summary in client.get(f"{address}?case={own.pk}").content.decode()
    assert other.summary not in client.get(f"{address}?case={other.pk}").content.decode()
    seen = {"new_date": at(15).date().isoformat(), "reason": "Furnace"}
    plan = requests.preview(AgreeNewDate(), ordered.order, {**seen, "new_date": at(15).date()}, by=buyer())
    for number, case in enumerate([other, own], 1):
        sent = {**seen, "step": "send", "seen_hash": plan.hash, "key": str(UUID(int=number))}
        client.post(f"{address}?case={case.pk}", sent)
    assert list(Request.objects.values_list("about_key", flat=True)) == [""]
