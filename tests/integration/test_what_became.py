"""What a request says about its case once Odoo has the change, and what the case's timeline says about the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.actions import outbox, requests
from apps.actions.models import Request, RequestState
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.actions.message_vendor import MessageVendor
from apps.exceptions.evaluate import sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from controltower.lib.keys import row_key
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.stock import Move
from tests.integration.orders import Ordered, an_order, at
from tests.people import buyer, plant_manager

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    """An order of one small line that should have come days ago."""
    with an_order(price=5, days=-7, lines=1) as ordered:
        yield ordered


def needed(ordered: Ordered, days: float) -> None:
    """Something is made of the goods on that day."""
    receipt = Move.objects.get(purchase_line=ordered.lines[0].pk)
    key = row_key(ordered.connection.pk, 990_001)
    known = {"id": key, "company": ordered.company, "state": "confirmed"}
    made = ProductionOrder.everything.create(**known, name="MO/1", start_at=at(days), finish_at=at(days + 1))
    Move.everything.create(**known, consumed_by=made, scheduled_at=at(days), previous_moves=[receipt.pk])


def asked(ordered: Ordered, days: float = 5, action: Any = AgreeNewDate, **values: Any) -> Request:
    sweep()
    case = Case.objects.get()
    answer = {"new_date": at(days).date(), "reason": "Furnace down", **values}
    return requests.propose(action(), ordered.order, answer, by=buyer(ordered.company), about=("case", str(case.pk)))


def delivered(request: Request) -> Request:
    if request.state == RequestState.WAITING:
        manager = plant_manager(request.company_id)
        request = requests.approve(request, by=manager, plan_hash=request.plan_hash, reason="The line can wait")
    outbox.deliver(request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("state", "message"))
    return request


def page(request: Request) -> str:
    client = Client()
    client.force_login(request.requested_by)
    return " ".join(client.get(request.get_absolute_url()).content.decode().split())


def test_a_change_that_ends_the_case_says_so(ordered: Ordered) -> None:
    request = delivered(asked(ordered))
    assert Case.objects.get().state == CaseState.RESOLVED
    shown = page(request)
    assert "Case resolved" in shown
    assert "still open" not in shown


def test_a_date_that_still_misses_the_need_leaves_the_case_open_and_says_which_days(ordered: Ordered) -> None:
    needed(ordered, 2)
    request = delivered(asked(ordered, 9))
    assert Case.objects.get().state == CaseState.OPEN
    shown = page(request)
    assert "Case resolved" not in shown and "closes" not in shown
    _before, _, after = shown.partition("The case is still open")
    assert f'needed on <time datetime="{at(2):%Y-%m-%d}' in after
    assert f'now expected <time datetime="{at(9):%Y-%m-%d}' in after


def test_until_the_mirror_has_read_the_change_nothing_is_said_about_the_end(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed(ordered, 2)
    request = asked(ordered, 9)
    monkeypatch.setattr(outbox.refresh, "after", lambda _key: None)
    shown = page(delivered(request))
    assert "The case is judged again by the new data." in shown
    assert "every 1s" in shown
    assert "still open" not in shown and "Case resolved" not in shown


def test_a_message_says_nothing_about_the_end_of_the_case(ordered: Ordered) -> None:
    request = delivered(asked(ordered, action=MessageVendor, message="When will it leave?"))
    shown = page(request)
    assert "holds exactly this." in shown
    assert "still open" not in shown and "Case resolved" not in shown and "judged again" not in shown


def told(case: Case) -> list[tuple[str, str, str]]:
    """Who, what and why, oldest first."""
    from apps.exceptions.timeline import timeline

    return [(one.who, one.what, one.why) for one in reversed(timeline(case)) if one.kind == "request"]


def test_each_move_of_a_request_is_an_entry_of_its_own_with_who_and_why(ordered: Ordered) -> None:
    request = asked(ordered, 30)
    assert request.state == RequestState.WAITING
    asking, case = request.requested_by.shown_name, Case.objects.get()
    first = told(case)
    assert first == [(asking, "asked for approval of “Agree a new date”", "Furnace down")]
    request = delivered(request)
    manager = request.approvals.get().by.shown_name
    assert told(case) == [
        *first,
        (manager, "approved “Agree a new date”", "The line can wait"),
        ("", "Odoo was read back: “Agree a new date” stands there exactly as planned", ""),
    ]


def test_a_rejection_names_who_and_why_and_what_needs_nobody_says_so(ordered: Ordered) -> None:
    request = asked(ordered, 30)
    manager = plant_manager(ordered.company)
    requests.reject(request, by=manager, reason="Ask for Friday")
    assert told(Case.objects.get())[-1] == (manager.shown_name, "rejected “Agree a new date”", "Ask for Friday")
    small = asked(ordered, action=MessageVendor, message="When will it leave?")
    what = "sent “Write to the vendor” to Odoo; no approval was needed"
    assert told(Case.objects.get())[-1] == (small.requested_by.shown_name, what, "Furnace down")


def test_a_warning_of_the_plan_gives_way_to_what_came_of_it(ordered: Ordered) -> None:
    needed(ordered, 2)
    request = asked(ordered, 9)
    warning = "With this date the need is still missed."
    assert warning in page(request)
    assert warning not in page(delivered(request))
