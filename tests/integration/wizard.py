"""Steps of the tests that connect an Odoo on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Role
from demo.odoo.server import StandIn
from tests import people

NEW = "/settings/connections/new/"
KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def admin(client: Client) -> User:
    user = people.person(Role.ADMINISTRATOR, username="ada")
    client.force_login(user)
    return user


@pytest.fixture
def bot(odoo: StandIn) -> str:
    odoo.world.add_key("admin", KEY)
    return "admin"


def text_of(response: Any) -> str:
    return response.content.decode()


def go(client: Client, step: str, **typed: str) -> Any:
    return client.post(f"{NEW}{step}/", typed)


def walk(client: Client, odoo: StandIn, *, until: str = "save") -> None:
    """Every step before this one, done well."""
    typed = {
        "address": {"url": odoo.url},
        "database": {"database": odoo.database},
        "sign-in": {"login": "admin", "key": KEY},
        "rights": {},
    }
    for step, values in typed.items():
        if step == until:
            return
        assert go(client, step, **values).status_code == 302, step


def limited_user(odoo: StandIn) -> None:
    groups = odoo.call("ir.model.data", "search_read", [["name", "=", "group_purchase_user"]], fields=["res_id"])
    user = {"name": "Buyer", "login": "buyer", "groups_id": [[6, 0, [groups[0]["res_id"]]]]}
    odoo.call("res.users", "create", user)
    odoo.world.add_key("buyer", "key-of-the-buyer")
