"""The settings in a real browser: accessible everywhere, limits by keyboard, and a connection from first to last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.exceptions.limits import Place
from apps.exceptions.models import LimitOverride
from apps.exceptions.overrides import set_limits
from apps.notifications.escalation import Contact
from apps.notifications.models import Occasion
from apps.notifications.paths import set_path
from controltower.lib.scope import Slice
from demo.odoo.server import StandIn
from odoo_sync.models import Connection
from tests.boards import Group, fill
from tests.browser.conftest import Sit
from tests.people import person

pytestmark = pytest.mark.browser
KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def admin(group: Group) -> User:
    user, manager = person(Role.ADMINISTRATOR), person(Role.PLANT_MANAGER, Role.CONTROLLER, username="max")
    reason = "Trucks come on Mondays only, and the yard is closed on Fridays, on holidays and while stock is taken"
    place = Place(group.companies[0].pk, group.plants[0].pk)
    set_limits("purchase.late_line", place, {"overdue_days": 3, "slipped_days": 4}, reason=reason, by=user)
    contacts = [Contact(manager, timedelta(minutes=15)), Contact(user, timedelta(hours=2))]
    set_path(Occasion.CASE, "quality", Slice(None), contacts[:1], version=0, by=user)
    manager.grants.filter(role=Role.PLANT_MANAGER).update(company_id=group.companies[0].pk)
    return user


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_a_path_whose_people_may_approve_no_more_is_marked_and_accessible(
    admin: User, sit: Sit, width: int, scheme: str
):
    lead, manager = person(Role.BUYER, username="bea"), person(Role.PLANT_MANAGER, Role.BUYER, username="moritz")
    contacts = [Contact(lead, timedelta(minutes=15)), Contact(manager, timedelta(hours=2))]
    path = set_path(Occasion.APPROVAL, "", Slice(None), contacts, version=0, by=admin)
    manager.grants.filter(role=Role.PLANT_MANAGER).delete()
    desk = sit(admin, width=width, scheme=scheme)
    for page in ("/settings/escalation/", f"/settings/escalation/{path.pk}/"):
        desk.go(page)
        desk.page.get_by_text("Nobody on this path may approve any more").wait_for()
        desk.check_accessibility()
        desk.check_no_sideways_scrolling()


def test_a_rule_without_such_a_place_is_accessible(admin: User, sit: Sit):
    desk = sit(admin, width=360, scheme="dark")
    desk.expected += ["422"]
    desk.go("/settings/limits/purchase.changes/?place=7")
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()


def test_limits_are_looked_at_beforehand_and_set_without_a_mouse(admin: User, sit: Sit, group: Group):
    fill(group, 6)
    page = sit(admin).go("/settings/limits/purchase.late_line/")
    page.get_by_label("Late from, working days").focus()
    page.keyboard.type("5")
    page.get_by_role("button", name="What would change?").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice[role=status]")).to_contain_text("nothing was set")
    expect(page.get_by_label("Late from, working days")).to_have_value("5")
    page.get_by_label("Why").fill("Measured in May")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("judged again")
    expect(page.locator("main")).to_contain_text("Set by")
    assert LimitOverride.objects.get(company=None).values == {"overdue_days": 5}


def test_an_odoo_is_connected_from_first_to_last(admin: User, sit: Sit, group: Group):
    with StandIn() as odoo:
        odoo.world.add_key("admin", KEY)
        desk = sit(admin, width=360)
        desk.expected += ["422"]
        page = desk.go("/settings/connections/")
        page.get_by_role("link", name="Connect an Odoo").click()
        page.get_by_label("Address of Odoo").fill("http://127.0.0.1:1")
        page.get_by_role("button", name="Look and go on").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing listens at 127.0.0.1:1")
        desk.check_accessibility()
        page.get_by_label("Address of Odoo").fill(odoo.url)
        page.get_by_role("button", name="Look and go on").click()
        page.get_by_label("Database").select_option(odoo.database)
        page.get_by_role("button", name="Look and go on").click()
        page.get_by_label("Login of the bot user").fill("admin")
        page.get_by_label("API key").fill(KEY)
        page.get_by_role("button", name="Look and go on").click()
        expect(page.get_by_role("heading", name="models can be read")).to_be_visible()
        desk.check_accessibility()
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("main")).to_contain_text("My Company")
        page.get_by_label("Name").fill("The new one")
        page.get_by_role("button", name="Connect and load").click()
        expect(page.get_by_role("heading", name="The new one")).to_be_visible()
        desk.check_accessibility()
        assert KEY not in page.content()
        assert Connection.objects.filter(name="The new one", database=odoo.database).exists()
