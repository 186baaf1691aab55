"""What the bot user may do and see, looked at before an Odoo is connected and whenever it is asked again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.actions.rights import barred_by
from apps.console.tasks import look_at_rights_of
from demo.odoo.server import StandIn
from odoo_sync import connections as attaching
from odoo_sync.models import Connection
from odoo_sync.transport import Address
from odoo_sync.write_checks import Refusal, check_writes
from tests.integration.wizard import NEW, go, limited_user, text_of, walk
from tests.integration.wizard import admin as admin
from tests.integration.wizard import bot as bot

pytestmark = pytest.mark.django_db


def test_actions_that_odoo_would_refuse_are_named_with_the_groups_that_may(
    client: Client, admin: User, odoo: StandIn, bot: str
) -> None:
    walk(client, odoo, until="rights")
    assert "would be refused by Odoo" not in text_of(client.get(f"{NEW}rights/"))
    limited_user(odoo)
    go(client, "sign-in", login="buyer", key="key-of-the-buyer")
    page = text_of(client.get(f"{NEW}rights/"))
    assert "guided actions would be refused by Odoo" in page
    barred = page[page.index('id="barred"') :]
    told = "The bot user may not change mrp.workcenter.productivity. Odoo gives it to: Manufacturing/"
    assert "Close the stop" in barred and told in barred
    assert "Write to the vendor" not in barred and "Request a repair" not in barred
    assert go(client, "rights").status_code == 302


def test_looking_again_says_which_actions_would_be_refused_now(
    client: Client, admin: User, odoo: StandIn, attach_to: Any
) -> None:
    limited_user(odoo)
    connection = attach_to(odoo, login="buyer", secret="key-of-the-buyer")
    address = f"/settings/connections/{connection.pk}/"
    assert 'id="barred"' not in text_of(client.get(address))
    client.post(address)
    page = text_of(client.get(address))
    assert "Cannot be judged without it: " in page
    barred = page[page.index('id="barred"') :]
    assert "Close the stop with a reason" in barred and "may not change mrp.workcenter.productivity" in barred
    assert "What Odoo would refuse" in text_of(client.get("/sync/"))
    attaching.probe_again(Connection.objects.get())
    assert 'id="barred"' in text_of(client.get(address))
    limited = odoo.call("res.users", "search", [["login", "=", "buyer"]])
    groups = odoo.call("res.users", "read", odoo.call("res.users", "search", [["login", "=", "admin"]]), ["groups_id"])
    odoo.call("res.users", "write", limited, {"groups_id": [[6, 0, groups[0]["groups_id"]]]})
    look_at_rights_of(connection.pk)
    assert 'id="barred"' not in text_of(client.get(address))


def test_looking_at_rights_to_write_changes_nothing_in_odoo(
    client: Client, admin: User, odoo: StandIn, bot: str
) -> None:
    walk(client, odoo, until="rights")
    before = odoo.call("maintenance.request", "search_count", [])
    text_of(client.get(f"{NEW}rights/"))
    assert odoo.call("maintenance.request", "search_count", []) == before


def test_an_action_whose_module_is_not_installed_is_no_missing_right() -> None:
    assert barred_by([Refusal("qc.inspection", "write", is_absent=True)]) == []
    told = barred_by([Refusal("qc.inspection.line", "write", ("Quality control/User",))])
    assert [one.reasons for one in told] == [
        ["The bot user may not change qc.inspection.line. Odoo gives it to: Quality control/User."]
    ]


def test_an_odoo_before_18_is_asked_for_rights_in_its_own_way(odoo: StandIn, bot: str, monkeypatch: Any) -> None:
    from demo.odoo.describing import Describing

    monkeypatch.delattr(Describing, "check_access")
    limited_user(odoo)
    address = Address(odoo.url, odoo.database, "buyer", "key-of-the-buyer")
    assert [one.model for one in check_writes(address, [("sale.order", "write"), ("purchase.order", "write")])] == [
        "sale.order"
    ]


def test_the_companies_that_a_key_sees_are_looked_at(
    client: Client, admin: User, odoo: StandIn, bot: str, attach_to: Any
) -> None:
    walk(client, odoo)
    assert "sees one company alone" in text_of(client.get(f"{NEW}save/"))
    lyon = odoo.call("res.company", "create", {"name": "Lyon"})
    user = odoo.call("res.users", "search", [["login", "=", "admin"]])
    odoo.call("res.users", "write", user, {"company_ids": [[6, 0, [1, lyon]]]})
    attach_to(odoo)
    walk(client, odoo)
    page = text_of(client.get(f"{NEW}save/"))
    assert "sees one company alone" not in page and "were not given" not in page and "no longer seen" not in page
    odoo.call("res.users", "write", user, {"company_ids": [[6, 0, [1]]]})
    walk(client, odoo)
    page = text_of(client.get(f"{NEW}save/"))
    assert "sees one company alone" in page and "no longer seen with this key: Lyon" in page


def test_a_model_that_an_action_only_reads_may_be_missing() -> None:
    """Goods can be set aside without production orders; without inspections it never comes up."""
    missing = Refusal("mrp.production", "read", is_absent=True)
    assert barred_by([missing]) == []
    refused = Refusal("stock.picking", "create", ("Inventory/User",))
    told = [one.title for one in barred_by([missing, refused])]
    assert told == ["Set the goods aside"]
    assert barred_by([Refusal("qc.inspection", "read", is_absent=True), refused]) == []
