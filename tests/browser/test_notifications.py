"""The bell, the list of messages and what a person is told, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.accounts.roles import Role
from apps.notifications import inbox
from apps.notifications.messages import tell
from apps.notifications.models import Mail
from tests.boards import Group, fill
from tests.browser.conftest import Meanwhile, Sit
from tests.people import person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/", "/me/", "/notifications/"])
def test_the_bell_counts_on_every_page_while_it_is_open(sit: Sit, group: Group, meanwhile: Meanwhile, path: str):
    user = person(Role.BUYER)
    (case,) = fill(group, 1)
    meanwhile(tell, user, "case.assigned", about=case, text="An older one.")
    page = sit(user).go(path)
    bell = page.locator("#bell")
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    expect(page.locator("html")).to_have_attribute("data-live", "live")
    meanwhile(tell, user, "case.assigned", about=case, text="Yours now: a new one.")
    expect(bell).to_have_accessible_name("Notifications, 2 unread")
    expect(page.locator("#toasts")).to_contain_text("Yours now: a new one.")
    expect(page.locator("#toasts")).not_to_contain_text("An older one.")
    meanwhile(inbox.mark_read, inbox.told(user), by=user)
    expect(bell).to_have_accessible_name("Notifications, 0 unread")
    expect(bell.locator(".count")).to_be_hidden()


def test_reading_on_one_screen_is_seen_on_the_other(sit: Sit, group: Group, meanwhile: Meanwhile):
    user = person(Role.BUYER)
    (case,) = fill(group, 1)
    meanwhile(tell, user, "case.assigned", about=case, text="Please look.", url=f"/cases/{case.pk}/")
    desk, phone = sit(user).go("/notifications/"), sit(user, width=360).go("/notifications/")
    desk.get_by_role("button", name="Open").click()
    expect(desk).to_have_url(f"{desk.url.split('/cases')[0]}/cases/{case.pk}/")
    expect(phone.locator("#bell")).to_have_accessible_name("Notifications, 0 unread")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark"), (360, "light"), (1440, "dark")])
def test_the_pages_are_accessible_and_fit(sit: Sit, group: Group, meanwhile: Meanwhile, width: int, scheme: str):
    user = person(Role.ADMINISTRATOR, Role.CONTROLLER)
    for number, case in enumerate(fill(group, 4)):
        kind = ("case.assigned", "request.waiting", "request.refused", "case.woken")[number]
        meanwhile(tell, user, kind, about=case, text=f"Something about {case.summary}", url=f"/cases/{case.pk}/")
    meanwhile(inbox.mark_read, inbox.told(user).filter(kind="case.woken"), by=user)
    refused = "The mail server refuses it: 550 5.1.1 <somebody.with.a.long.name@aurora.example> No such person here"
    meanwhile(Mail.objects.create, user=user, state="failed", ended_at=case.opened_at, message=refused)
    desk = sit(user, width=width, scheme=scheme)
    for path in ("", "?state=read&topic=approval", "preferences/", "mail/"):
        desk.go(f"/notifications/{path}")
        desk.check_accessibility()
        desk.check_no_sideways_scrolling()


def test_a_person_switches_mail_off_and_sets_quiet_hours_by_keyboard(sit: Sit, group: Group):
    user = person(Role.BUYER)
    desk = sit(user)
    desk.expect_complaint("422")
    page = desk.go("/notifications/preferences/")
    box = page.get_by_label("A case is given to me: By e-mail")
    box.focus()
    page.keyboard.press("Space")
    page.get_by_label("No mail from").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Give both times, or neither.")
    page.get_by_label("until").fill("06:30")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    expect(box).not_to_be_checked()
    expect(page.get_by_label("No mail from")).to_have_value("22:00")


def test_a_look_that_the_page_takes_by_itself_fails_silently_and_one_that_was_asked_for_says_so(sit: Sit, group: Group):
    desk = sit(person(Role.BUYER))
    desk.expect_complaint("503")
    desk.expect_complaint("Response Status Error")
    page = desk.go("/")
    page.route("**/freshness/", lambda route: route.fulfill(status=503, body="not now"))
    page.evaluate("htmx.ajax('GET', '/freshness/', {source: '#freshness', target: '#freshness'})")
    page.wait_for_timeout(500)
    expect(page.locator("#toasts .toast")).to_have_count(0)
    page.evaluate("htmx.ajax('GET', '/freshness/', {source: '#bell', target: '#status'})")
    expect(page.locator("#toasts")).to_contain_text("Nothing was lost; try again.")
