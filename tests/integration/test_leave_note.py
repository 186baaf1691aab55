"""A note in Odoo with the way back to the case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.roles import Role
from apps.actions import outbox, requests
from apps.actions.definition import actions
from apps.actions.models import RequestState
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from apps.exceptions.offers import offers
from tests.integration.orders import Ordered, an_order
from tests.people import buyer, controller, person

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The vendor's furnace is down.\n\nAsk <Ms Weber>."


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ordered]:
    monkeypatch.setattr(outbox, "READ_BACKS", (0.0, 0.1))
    with an_order(days=-3) as ordered:
        yield ordered


def test_the_note_stands_on_the_order_and_leads_back_to_its_case(ordered: Ordered) -> None:
    sweep()
    case = Case.objects.order_by("-id")[0]
    action = actions["note.purchase.order"]()
    request = requests.propose(action, ordered.order, {"note": TEXT}, by=buyer(ordered.company))
    outbox.deliver(request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message"))
    (body,) = (one["body"] for one in ordered.messages() if "furnace" in one["body"])
    assert "Ask &lt;Ms Weber&gt;." in body
    assert f"/cases/{case.pk}/" in body


def test_whoever_may_work_the_case_is_offered_it_and_readers_are_not(ordered: Ordered) -> None:
    sweep()
    case = Case.objects.order_by("-id")[0]
    for somebody in (buyer(ordered.company), controller(ordered.company)):
        assert "note.purchase.order" in [offer.key for offer in offers(case, somebody)]
    reader = person(Role.EXECUTIVE, company=ordered.company)
    assert offers(case, reader) == []
    with pytest.raises(PermissionDenied):
        requests.propose(actions["note.purchase.order"](), ordered.order, {"note": TEXT}, by=reader)
