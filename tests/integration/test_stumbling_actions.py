"""Actions on records that break their facts: words for people, a trace in the log, and never an error page."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions import requests
from apps.actions.definition import CannotPlanError, Plan, actions
from apps.actions.deliveries import open_queue
from apps.actions.errors import CannotUndoError
from apps.actions.models import Request, RequestState
from apps.actions.obstacles import outdated
from apps.actions.offers import remedies_for
from apps.actions.stumble import StumbledError, minding
from apps.exceptions.actions.message_vendor import MessageVendor
from apps.exceptions.models import Case
from odoo_sync.mirror.purchase import PurchaseOrder
from tests.actable import Plants
from tests.people import person

pytestmark = pytest.mark.django_db
WORDS = "cannot be offered here: the tower failed over what is known of the record"
KEY = MessageVendor.key


@pytest.fixture
def plants() -> Plants:
    return Plants()


@pytest.fixture
def anybody(plants: Plants) -> User:
    return person(*Role.values)


@pytest.fixture
def browser(anybody: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(anybody)
    return client


def raising(*_args: Any, **_named: Any) -> Any:
    raise AttributeError("'NoneType' object has no attribute 'zone'")


def order_of(plants: Plants) -> PurchaseOrder:
    return next(one for one in plants.records if isinstance(one, PurchaseOrder))


def address_of(plants: Plants) -> str:
    return f"/actions/{KEY}/{order_of(plants).pk}/"


@contextmanager
def listening() -> Iterator[list[str]]:
    """What the door has logged meanwhile, traces included."""
    told: list[str] = []
    ear = logging.Handler()
    ear.emit = lambda record: told.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    log = logging.getLogger("apps.actions.stumble")
    log.addHandler(ear)
    yield told
    log.removeHandler(ear)


# the door itself


@pytest.mark.stumbles
def test_the_door_tells_people_and_logs_the_trace(plants: Plants) -> None:
    order = order_of(plants)
    with listening() as told, pytest.raises(StumbledError, match=WORDS), minding(MessageVendor(), order.key, order.pk):
        raising()
    assert f"{KEY} failed over purchase.order,{order.pk}" in told[0] and "AttributeError" in told[0]


@pytest.mark.parametrize("error", [CannotPlanError("no"), OperationalError("away")])
def test_what_is_raised_on_purpose_and_an_absent_database_pass_the_door(plants: Plants, error: Exception) -> None:
    with listening() as told, pytest.raises(type(error)) as raised, minding(MessageVendor(), "purchase.order", 7):
        raise error
    assert raised.value is error and not told


# pages


@pytest.mark.stumbles
@pytest.mark.parametrize("part", ["initial", "place"])
def test_a_form_that_cannot_be_made_says_so(
    plants: Plants, browser: Client, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(MessageVendor, part, raising)
    response = browser.get(address_of(plants))
    assert response.status_code == 409 and WORDS in response.content.decode()
    fragment = browser.get(address_of(plants), headers={"HX-Request": "true"})
    assert fragment.status_code == 409 and "<html" not in fragment.content.decode()


@pytest.mark.stumbles
@pytest.mark.parametrize("part", ["plan", "approver"])
@pytest.mark.parametrize("step", ["preview", "send"])
def test_a_preview_that_cannot_be_made_keeps_what_was_typed(
    plants: Plants, browser: Client, monkeypatch: pytest.MonkeyPatch, part: str, step: str
) -> None:
    monkeypatch.setattr(MessageVendor, part, raising)
    response = browser.post(address_of(plants), {"message": "When will it come?", "step": step})
    page = response.content.decode()
    assert response.status_code == 422 and WORDS in page and "When will it come?" in page
    assert not Request.objects.exists()


@pytest.mark.stumbles
def test_an_offer_that_cannot_be_made_says_so_to_those_who_might_ask(
    plants: Plants, anybody: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of(plants)
    monkeypatch.setattr(MessageVendor, "approver", raising)
    (offer,) = remedies_for([KEY], order, anybody)
    assert WORDS in offer.problem and offer.url == ""
    assert remedies_for([KEY], order, person(Role.AUDITOR)) == []
    monkeypatch.setattr(MessageVendor, "place", raising)
    assert remedies_for([KEY], order, anybody) == []


@pytest.mark.stumbles
def test_the_page_of_a_case_shows_what_cannot_be_offered(
    plants: Plants, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = order_of(plants)
    case = Case.objects.create(
        detector="purchase.late_line", subject_type=order.key, subject_key=str(order.pk), connection=plants.connection,
        company=plants.plant, domain="procure", severity="high", score=70, summary="Late", currency="EUR",
    )  # fmt: skip
    assert f'href="{address_of(plants)}' in browser.get(f"/cases/{case.pk}/").content.decode()
    monkeypatch.setattr(MessageVendor, "approver", raising)
    page = browser.get(f"/cases/{case.pk}/").content.decode()
    assert WORDS in page and f'href="{address_of(plants)}' not in page


def test_an_offer_whose_values_make_no_sense_says_why(
    plants: Plants, anybody: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: Any) -> Any:
        raise CannotPlanError("Nothing is still to come.")

    monkeypatch.setattr(MessageVendor, "approver", refused)
    (offer,) = remedies_for([KEY], order_of(plants), anybody)
    assert offer.problem == "Nothing is still to come."


@pytest.mark.stumbles
def test_a_plan_that_cannot_be_made_anew_stands_in_the_way(
    plants: Plants, anybody: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = requests.propose(MessageVendor(), order_of(plants), {"message": "When?"}, by=anybody)
    monkeypatch.setattr(MessageVendor, "planned_anew", True)
    monkeypatch.setattr(MessageVendor, "plan", raising)
    assert WORDS in outdated(request)


@pytest.mark.stumbles
@pytest.mark.parametrize("part", ["way_back", "approver_back"])
def test_a_way_back_that_cannot_be_found_is_told_on_the_page_of_the_request(
    plants: Plants, anybody: User, browser: Client, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    key = "purchase.agree_new_date"
    action, order = actions[key](), order_of(plants)
    request = requests.propose(action, order, {**action.initial(order), "reason": "Late"}, by=anybody)
    Request.objects.filter(pk=request.pk).update(state=RequestState.VERIFIED)
    open_queue(request, Plan.load(request.plan))
    request.deliveries.update(attempts=1)
    monkeypatch.setattr(actions[key], part, raising)
    request.refresh_from_db()
    address = f"/requests/{request.pk}/undo/"
    for response in (browser.get(address), browser.post(address, {"version": request.version})):
        assert response.status_code == 409 and WORDS in response.content.decode()
    with pytest.raises(CannotUndoError, match=WORDS):
        requests.undo(request, by=anybody)
