"""What other approval limits would ask for, told before they are set."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from apps.accounts.roles import Role
from apps.actions.models import Request
from apps.exceptions.actions.purchase_limits import RULE, limits_for
from apps.exceptions.approval_preview import Approvals, approvals_if
from apps.exceptions.limits import Place, ruling_of, supposing
from apps.exceptions.models import LimitOverride
from tests import people
from tests.mirrored import Group, change

pytestmark = pytest.mark.django_db
PAGE = "/settings/limits/purchase.changes/"


@pytest.fixture
def group() -> Group:
    return Group()


def asked(group: Group, total: int, *, days_ago: int = 1, state: str = "verified", **values: Any) -> Request:
    """A message about an order of this total, which limits alone decide about."""
    order = group.purchase(timezone.now()).order
    change(order, amount_untaxed=Decimal(total), currency=group.euro)
    return Request.objects.create(
        action="purchase.message_vendor",
        subject_model="purchase.order",
        subject_id=order.pk,
        connection=group.connection,
        answer={"subject": "x", "text": "y"},
        plan="{}",
        plan_hash="",
        effect="x",
        requested_by=people.buyer(group.plant),
        requested_at=timezone.now() - timedelta(days=days_ago),
        state=state,
        **{"company": group.plant, "plant": group.warehouse, **values},
    )


def test_requests_of_the_last_weeks_are_counted_by_other_limits(group: Group) -> None:
    by = people.administrator()
    for total in (100, 5_000, 300_000):
        asked(group, total)
    asked(group, 5_000, days_ago=31)
    assert approvals_if(RULE, Place(), {}, by=by) == Approvals(looked_at=3)
    lower, higher = {"message_amount": "1000 EUR"}, {"message_amount": "1000000 EUR"}
    assert approvals_if(RULE, Place(), lower, by=by) == Approvals(more=1, looked_at=3)
    assert approvals_if(RULE, Place(), higher, by=by) == Approvals(fewer=1, looked_at=3)
    assert approvals_if(RULE, Place(group.sister.pk), lower, by=by) == Approvals()
    assert approvals_if(RULE, Place(), lower, by=by, seconds=-1) == Approvals(whole=False)
    assert not LimitOverride.objects.exists()


def test_what_waits_is_told_apart_and_what_is_gone_is_no_answer(group: Group) -> None:
    asked(group, 300_000, state="waiting")
    gone = asked(group, 300_000)
    gone_order = type(group.purchase().order).objects.get(pk=gone.subject_id)
    change(gone_order, gone_at=timezone.now())
    told = approvals_if(RULE, Place(), {"message_amount": "1000000 EUR"}, by=people.administrator())
    assert told == Approvals(fewer=1, waiting_fewer=1, unknown=1, looked_at=2)


def test_supposed_limits_hold_for_the_look_alone(group: Group) -> None:
    order = group.purchase().order
    before = limits_for(order)
    with supposing(RULE, ruling_of(RULE).as_if(RULE.key, Place(), {"days": "9"})):
        assert limits_for(order).days == 9
    assert limits_for(order) == before


def test_the_page_tells_it_and_sets_nothing(client: Client, group: Group) -> None:
    asked(group, 5_000)
    client.force_login(people.administrator())
    page = client.post(PAGE, {"do": "preview", "seen": "", "message_amount": "1000 EUR"}).content.decode()
    assert "1 request of the last 30 days would have needed approval that did not" in page
    assert "nothing was set" in page and not LimitOverride.objects.exists()
    page = client.post(PAGE, {"do": "preview", "seen": ""}).content.decode()
    assert "No request of the last 30 days would have been treated otherwise" in page


def test_it_is_told_only_to_those_who_may_set_them_there(group: Group) -> None:
    local = people.person(Role.ADMINISTRATOR, company=group.plant)
    assert approvals_if(RULE, Place(group.plant.pk), {}, by=local).whole
    for place in (Place(), Place(group.sister.pk)):
        with pytest.raises(PermissionDenied):
            approvals_if(RULE, place, {}, by=local)
