"""Limits held against what the connected Odoos have: no currency and no place that is nowhere."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.exceptions.actions.purchase_limits import RULE as CHANGES
from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.models import LimitOverride
from odoo_sync.mirror.currency import Currency
from odoo_sync.mirror.stock import Location
from tests import people
from tests.mirrored import Group

pytestmark = pytest.mark.django_db
APPROVALS = f"/settings/limits/{CHANGES.key}/"
HOLD = f"/settings/limits/{StockOnHold.key}/"


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def admin(client: Client) -> User:
    user = people.person(Role.ADMINISTRATOR, username="ada")
    client.force_login(user)
    return user


def send(client: Client, address: str, do: str = "set", **values: str) -> Any:
    return client.post(address, {"do": do, "seen": "", "reason": "measured", **values}, follow=True)


@pytest.mark.parametrize("do", ["set", "preview"])
def test_an_amount_in_a_currency_that_nobody_uses_is_refused(
    client: Client, admin: User, group: Group, do: str
) -> None:
    group.add(Currency, name="CHF")
    answer = send(client, APPROVALS, do, amount="10000 XYZ")
    assert answer.status_code == 422
    assert "No connected Odoo uses the currency XYZ. There are: " in answer.content.decode()
    assert "CHF" in answer.content.decode()
    assert not LimitOverride.objects.exists()
    assert send(client, APPROVALS, amount="10000 CHF").status_code == 200
    assert LimitOverride.objects.get().values == {"amount": "10000 CHF"}


def test_the_group_currency_will_do_before_any_odoo_is_connected(client: Client, admin: User) -> None:
    assert send(client, APPROVALS, amount="9000 EUR").status_code == 200
    assert send(client, APPROVALS, amount="9000 USD").status_code in {409, 422}
    assert LimitOverride.objects.get().values == {"amount": "9000 EUR"}


def test_a_place_that_is_nowhere_is_set_with_a_word(client: Client, admin: User, group: Group) -> None:
    group.add(Location, name="Sperrlager", usage="internal")
    for do in ("preview", "set"):
        told = send(client, HOLD, do, quarantine="sperrlager, Quarantäne 7").content.decode()
        assert "a place called “Quarantäne 7” here" in told
        assert "There are: " in told and "Sperrlager" in told
        assert "called “sperrlager”" not in told
    assert LimitOverride.objects.get().values == {"quarantine": "sperrlager, Quarantäne 7"}


def test_the_command_line_holds_them_against_the_same(admin: User, group: Group) -> None:
    with pytest.raises(CommandError, match="uses the currency XYZ"):
        call_command("set_limit", CHANGES.key, "amount=5 XYZ", by="ada", reason="measured")
    heard = StringIO()
    call_command("set_limit", StockOnHold.key, "quarantine=Nowhere", by="ada", reason="measured", stderr=heard)
    assert "a place called “Nowhere” here" in heard.getvalue()
