"""The console and the people pages in a real browser: accessible everywhere, and the switches by hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.record import record
from apps.audit.seal import seal
from apps.notifications.messages import tell
from odoo_sync import rechecks
from odoo_sync.models import Connection, Quarantine, Recheck
from tests.boards import Group
from tests.browser.conftest import Sit
from tests.people import PASSWORD, person

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(group: Group) -> User:
    user = person(Role.ADMINISTRATOR)
    record(user, "grant.given", user, role="buyer", where="Aurora Lyon", login="paula")
    tell(user, "case.assigned", about=user, text="A case is yours.", url="/me/")
    Quarantine.objects.create(connection=group.connection, mirror="res.partner", odoo_id=7, reason="date out of range")
    seal()
    return user


def test_a_wrong_and_then_the_right_password(sit: Sit, group: Group):
    user = person(Role.ADMINISTRATOR)
    page = sit(None).go("/sync/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sync", level=1)).to_be_visible()


def test_the_kill_switch_asks_first_and_then_stops_writing(admin: User, sit: Sit, group: Group):
    page = sit(admin).go("/sync/")
    page.get_by_role("link", name="Stop all writing").click()
    expect(page.locator("main")).to_contain_text("Nothing more is sent to this Odoo.")
    assert Connection.objects.get(pk=group.connection.pk).writes_enabled
    page.get_by_role("button", name="Stop all writing").click()
    expect(page.locator("#connections")).to_contain_text("writing stopped")
    assert not Connection.objects.get(pk=group.connection.pk).writes_enabled


def test_a_record_is_read_again_by_hand_and_its_outcome_appears_by_itself(admin: User, sit: Sit, group: Group):
    page = sit(admin).go("/sync/")
    page.get_by_role("link", name="Read a record again").click()
    page.get_by_label("Model").select_option("purchase.order")
    page.get_by_label("Id or number").fill("42")
    page.get_by_role("button", name="Read it again").click()
    looks = page.locator(".looks")
    expect(looks).to_contain_text("purchase.order,42")
    expect(looks).to_contain_text("waiting for a worker")
    rechecks.end(Recheck.objects.get(), Recheck.Outcome.CHANGED, fields=["state"])
    expect(looks).to_contain_text("Changed: state.", timeout=20_000)


def test_the_sync_page_keeps_itself_current(admin: User, sit: Sit, group: Group):
    page = sit(admin).go("/sync/")
    expect(page.locator("#connections")).to_contain_text("res.partner,7")
    Quarantine.objects.all().delete()
    expect(page.locator("#connections")).not_to_contain_text("res.partner,7", timeout=20_000)


def test_the_trail_is_filtered_by_a_click_on_a_verb(admin: User, sit: Sit):
    page = sit(admin).go("/audit/")
    page.get_by_text("Details: granted buyer").click()
    page.get_by_role("link", name="grant.given").click()
    expect(page.get_by_label("Verb")).to_have_value("grant.given")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_page_says_since_when_the_tower_has_not_answered_it(sit: Sit, group: Group):
    """Hanging, failing or out of reach: whoever looks at an open page learns that it is old."""
    ask = "htmx.ajax('GET', '/freshness/', {source: '#freshness', target: '#freshness', swap: 'outerHTML'})"
    pulse = f"{ask}.catch(() => {{}})"
    desk = sit(person(Role.BUYER))
    page = desk.go("/me/")
    silence, dot = page.locator("#silence"), page.locator("#freshness")
    expect(dot).to_contain_text("Live", use_inner_text=True)
    for part in ("503", "ERR_FAILED", "htmx:sendError", "htmx:afterRequest"):
        desk.expect_complaint(part)
    for answer in (lambda route: route.fulfill(status=503, body="not now"), lambda route: route.abort()):
        expect(silence).to_be_hidden()
        page.route("**/freshness/", answer)
        page.evaluate(pulse)
        expect(silence).to_contain_text("No answer from the tower since")
        assert re.search(r"since \d\d:\d\d:\d\d\.", silence.inner_text())
        expect(dot).to_contain_text("Offline, trying again", use_inner_text=True)
        expect(dot).not_to_contain_text("Live", use_inner_text=True)
        desk.check_accessibility()
        page.unroute("**/freshness/")
        page.evaluate(pulse)
    expect(silence).to_be_hidden()
    expect(dot).to_contain_text("Live", use_inner_text=True)
