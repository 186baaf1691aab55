"""What hangs on a connection: counted before it ends, marked when it has ended, and there again when it comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.exceptions.models import EquipmentLink, LimitOverride
from apps.notifications.models import EscalationPath
from controltower.lib.keys import row_key
from odoo_sync.connections import attach, bury, part
from odoo_sync.initial import load_all
from odoo_sync.likeness import Answer, Decision
from odoo_sync.mirror.company import Company
from odoo_sync.models import Connection
from tests import people
from tests.integration.conftest import Linked
from tests.integration.wizard import KEY, go, text_of, walk
from tests.integration.wizard import admin as admin

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "of a company that is no longer connected"
GONE = "Your role is for a company that is not connected any more"
CALM = "Nothing is going wrong"


@pytest.fixture
def company(linked: Linked) -> Company:
    found: Company = linked.rows(Company).get()
    return found


@pytest.fixture
def own_buyer(company: Company) -> User:
    return people.buyer(company)


@pytest.fixture
def all_set(company: Company, admin: User, own_buyer: User) -> None:
    """A limit of each kind, a path and a tie for the one company."""
    for rule in ("purchase.changes", "purchase.late_line"):
        LimitOverride.objects.create(
            rule=rule, company=company, values={"overdue_days": 2}, reason="Ours", set_by=admin
        )
    EscalationPath.objects.create(occasion="case", company=company, set_by=admin)
    equipment = row_key(company.connection_id, 7)
    EquipmentLink.objects.create(equipment_id=equipment, basis="hand", set_by=admin)


def disconnected(linked: Linked) -> None:
    part(linked.connection)
    bury(linked.connection)


def test_disconnecting_names_everything_that_stops_holding(
    client: Client, linked: Linked, all_set: None, admin: User
) -> None:
    number = linked.connection.pk
    for path in (f"/settings/connections/{number}/remove/", f"/sync/{number}/other-data/"):
        page = text_of(client.get(path))
        assert "1 person loses the roles" in page and "1 grant names them" in page, path
        assert "1 escalation path of its places" in page and "1 machine is no longer tied" in page
        assert "1 approval limit set for its places" in page and "1 set of thresholds" in page


def test_an_odoo_on_which_nothing_hangs_threatens_nobody(client: Client, linked: Linked, admin: User) -> None:
    page = text_of(client.get(f"/settings/connections/{linked.connection.pk}/remove/"))
    assert "loses the roles" not in page and "stops holding" not in page


def test_who_has_roles_in_a_disconnected_company_alone_reads_no_all_clear(
    client: Client, linked: Linked, own_buyer: User
) -> None:
    client.force_login(own_buyer)
    assert CALM in text_of(client.get("/"))
    disconnected(linked)
    page = text_of(client.get("/"))
    assert GONE in page and CALM not in page


def test_who_has_another_role_as_well_is_told_of_the_one_that_is_lost(
    client: Client, linked: Linked, own_buyer: User
) -> None:
    other = Connection.objects.create(name="Other", url="http://o.test", database="o", login="l", secret=b"")
    people.grant(own_buyer, Role.BUYER, company=row_key(other.pk, 1))
    disconnected(linked)
    client.force_login(own_buyer)
    page = text_of(client.get("/"))
    assert CALM in page and "One of your roles is for a company that is not connected any more" in page


def test_what_belongs_to_a_disconnected_company_is_marked(
    client: Client, linked: Linked, all_set: None, own_buyer: User, admin: User
) -> None:
    client.force_login(admin)
    rule = "/settings/limits/purchase.late_line/"
    path = f"/settings/escalation/{EscalationPath.objects.get().pk}/"
    pages = ["/people/", f"/people/{own_buyer.pk}/", rule, "/settings/escalation/", path]
    for page in pages:
        assert MARK not in text_of(client.get(page, follow=True)), page
    disconnected(linked)
    for page in pages:
        assert MARK in text_of(client.get(page, follow=True)), page


def test_connected_again_as_the_same_all_of_it_holds_again(
    client: Client, linked: Linked, all_set: None, own_buyer: User, admin: User
) -> None:
    linked.odoo.world.add_key("admin", KEY)
    disconnected(linked)
    client.force_login(admin)
    walk(client, linked.odoo)
    page = text_of(client.get("/settings/connections/new/save/"))
    assert "It looks like Aurora" in page and "connected again: its name, rows, roles and limits hold again" in page
    assert go(client, "save", name="Again").status_code == 422
    assert go(client, "save", name="Again", decision=f"moved:{linked.connection.pk}").status_code == 302
    again = Connection.objects.get()
    assert (again.pk, again.name, again.retired_at) == (linked.connection.pk, "Aurora", None)
    load_all(again)
    assert Grant.objects.get(user=own_buyer).company == linked.rows(Company).get()
    assert MARK not in text_of(client.get("/people/"))
    client.force_login(own_buyer)
    assert CALM in text_of(client.get("/"))


def test_connected_again_as_another_one_the_old_roles_stay_marked(
    client: Client, linked: Linked, own_buyer: User, admin: User
) -> None:
    typed: dict[str, Any] = {"url": linked.odoo.url, "database": linked.odoo.database, "login": "admin", "secret": KEY}
    linked.odoo.world.add_key("admin", KEY)
    disconnected(linked)
    second = attach(name="Again", **typed, decision=Decision(Answer.APART))
    assert second.pk != linked.connection.pk
    client.force_login(admin)
    assert MARK in text_of(client.get("/people/"))
