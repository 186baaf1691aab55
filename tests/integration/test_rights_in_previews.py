"""A right that Odoo took away is told before somebody asks for approval of what would be refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.actions.rights import keep_refusals
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from odoo_sync.write_checks import Refusal
from tests.integration.orders import Ordered, at
from tests.integration.outbox import ordered as ordered
from tests.people import buyer

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = "Odoo would refuse this as things stand"


def previewed(client: Client, ordered: Ordered) -> Any:
    address = reverse("actions:propose", args=[AgreeNewDate.key, ordered.order.pk])
    typed = {"new_date": f"{at(12):%Y-%m-%d}", "reason": "Furnace down", "step": "preview"}
    return client.post(address, typed).content.decode()


def test_the_preview_says_which_right_lacks(client: Client, ordered: Ordered) -> None:
    client.force_login(buyer(ordered.company))
    page = previewed(client, ordered)
    assert "Send to Odoo" in page and REFUSED not in page
    keep_refusals(ordered.connection, [Refusal("purchase.order.line", "write", ("Purchase/User",))])
    page = previewed(client, ordered)
    assert REFUSED in page
    assert "may not change purchase.order.line. Odoo gives it to: Purchase/User." in page


def test_a_right_that_the_plan_does_not_need_is_no_warning(client: Client, ordered: Ordered) -> None:
    client.force_login(buyer(ordered.company))
    keep_refusals(ordered.connection, [Refusal("mrp.production", "write", ("Manufacturing/User",))])
    page = previewed(client, ordered)
    assert "Send to Odoo" in page and REFUSED not in page
