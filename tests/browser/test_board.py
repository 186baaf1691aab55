"""The board in a browser: looking, filtering, triage by keyboard, and a list that stays live."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from apps.accounts.roles import Role
from apps.exceptions import cases
from apps.exceptions.models import Case
from apps.exceptions.stream import announce
from tests.boards import Group, fill
from tests.browser.conftest import Meanwhile, Sit
from tests.people import person

pytestmark = pytest.mark.browser


def wait_until_live(page: Page) -> None:
    page.wait_for_selector("html[data-live=live]")


def test_a_case_opens_beside_the_list_and_stays_in_the_address(group: Group, sit: Sit):
    fill(group, 12)
    desk = sit(person(Role.PLANNER))
    page = desk.go()
    first = page.locator("#rows > .case").first
    headline = first.locator("h2 a").inner_text()
    first.locator("h2 a").click()
    expect(page.locator("#panel h1")).to_have_text(headline)
    expect(first).to_have_attribute("aria-current", "true")
    assert "case=" in page.url
    page.reload()
    expect(page.locator("#panel h1")).to_have_text(headline)


def test_on_a_narrow_screen_a_case_is_a_page(group: Group, sit: Sit):
    case = group.case(1)
    page = sit(person(Role.PLANNER), width=360, height=780).go()
    page.locator("#rows h2 a").first.click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    expect(page.locator("h1")).to_have_text(case.summary)


def test_a_new_case_appears_in_its_place_without_a_reload(group: Group, sit: Sit, meanwhile: Meanwhile):
    fill(group, 6)
    page = sit(person(Role.PLANNER)).go()
    wait_until_live(page)
    meanwhile(announce, group.case(90, score="99.00", severity="critical", summary="Everything stands still"))
    top = page.locator("#rows > .case").first
    expect(top.locator("h2 a")).to_have_text("Everything stands still")
    expect(page.locator("#status")).to_contain_text("1 new")
    expect(page.locator("#list-title")).to_have_text("7 cases")


def test_moves_wait_while_a_row_is_in_hand(group: Group, sit: Sit, meanwhile: Meanwhile):
    fill(group, 6)
    page = sit(person(Role.PLANNER)).go()
    wait_until_live(page)
    before = page.locator("#rows > .case h2 a").all_inner_texts()
    page.locator("#rows > .case").nth(2).hover()
    meanwhile(announce, group.case(90, score="99.00", severity="critical", summary="Everything stands still"))
    expect(page.locator("#news")).to_be_visible()
    assert page.locator("#rows > .case h2 a").all_inner_texts() == before
    page.mouse.move(5, 5)
    expect(page.locator("#rows > .case h2 a").first).to_have_text("Everything stands still")
    expect(page.locator("#news")).to_be_hidden()


def test_a_resolved_case_leaves_and_one_that_does_not_fit_never_comes(group: Group, sit: Sit, meanwhile: Meanwhile):
    user = person(Role.PLANNER)
    gone = group.case(1, severity="high", domain="procure")
    kept = group.case(2, severity="high", domain="procure")
    page = sit(user).go("/?q=domain:procure")
    wait_until_live(page)
    expect(page.locator("#rows > .case")).to_have_count(2)
    meanwhile(announce, group.case(3, domain="quality"))
    meanwhile(cases.close, gone, reason="Taken by hand", by=user, version=gone.version)
    expect(page.locator("#rows > .case")).to_have_count(1)
    expect(page.locator("#rows h2 a")).to_have_text(kept.summary)
    expect(page.locator("#status")).to_contain_text("1 resolved")


def test_what_was_missed_while_away_is_there_afterwards(group: Group, sit: Sit, meanwhile: Meanwhile):
    user = person(Role.PLANNER)
    fill(group, 3)
    desk = sit(user)
    sockets = []
    desk.page.route_web_socket("**/live/", lambda route: sockets.append((route, route.connect_to_server())))
    page = desk.go()
    wait_until_live(page)
    route, _server = sockets[-1]
    route.close(code=4000, reason="cut by the test")
    case = group.case(90, score="99.00", summary="Came while nobody listened")
    meanwhile(announce, case)
    meanwhile(cases.acknowledge, case, by=user, version=case.version)
    wait_until_live(page)
    row = page.locator(f"#case-{case.pk}")
    expect(row.locator("h2 a")).to_have_text("Came while nobody listened")
    expect(row).to_have_attribute("data-state", "acknowledged")


def test_thirty_cases_are_triaged_without_a_mouse(group: Group, sit: Sit):
    user = person(Role.PLANNER)
    fill(group, 30)
    Case.objects.update(owner=None, state="open")
    page = sit(user).go()
    wait_until_live(page)
    for _ in range(30):
        page.keyboard.press("j")
        page.keyboard.press("e")
    expect(page.locator('#rows > .case[data-state="acknowledged"]')).to_have_count(30, timeout=60_000)
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.keyboard.press("s")
    expect(page.locator("#dialog h2")).to_contain_text("2 cases")
    page.get_by_label("4 hours").press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#rows > .case:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#rows > .case")).to_have_count(28)
    assert Case.objects.filter(state="snoozed", snoozed_until__gt=timezone.now() + timedelta(hours=3)).count() == 2
    assert Case.objects.filter(owner=user).count() == 30


def test_a_mark_that_is_made_while_another_case_is_acknowledged_stays(group: Group, sit: Sit):
    fill(group, 3)
    Case.objects.update(owner=None, state="open")
    page = sit(person(Role.PLANNER)).go()
    wait_until_live(page)
    under_way: list[Route] = []
    page.route("**/cases/bulk/", lambda route: under_way.append(route))
    for key in ("j", "e", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#rows .mark input:checked")).to_have_count(1)
    while not under_way:
        page.wait_for_timeout(50)
    under_way[0].continue_()
    expect(page.locator('#rows > .case[data-state="acknowledged"]')).to_have_count(1)
    expect(page.locator("#toasts")).to_contain_text("Acknowledged")
    expect(page.locator("#rows .mark input:checked")).to_have_count(1)


def test_focus_is_seen_and_keys_are_explained(group: Group, sit: Sit):
    fill(group, 4)
    page = sit(person(Role.PLANNER)).go()
    page.keyboard.press("j")
    expect(page.locator("#rows > .case").first).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Acknowledge")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("j")
    expect(page.locator("#search")).to_have_value("j")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).not_to_be_focused()


def test_marks_are_acted_on_with_a_result_for_each_row(group: Group, sit: Sit, meanwhile: Meanwhile):
    user, rival = person(Role.PLANNER), person(Role.BUYER)
    fine, taken = group.case(1, score="90.00"), group.case(2, score="80.00")
    desk = sit(user)
    page = desk.go()
    page.route_web_socket("**/live/", lambda route: None)
    page.reload()
    meanwhile(cases.assign, taken, to=rival, by=rival, version=taken.version)
    for row in page.locator("#rows .mark input").all():
        row.check()
    expect(page.locator("#marked")).to_have_text("2")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".outcomes")).to_contain_text(taken.summary)
    expect(page.locator(".outcomes")).to_contain_text("has changed meanwhile")
    expect(page.locator(f"#case-{fine.pk}")).to_have_attribute("data-state", "acknowledged")
    taken.refresh_from_db()
    assert (taken.state, taken.owner) == ("open", rival)


def test_a_filter_is_a_link_and_back_goes_back(group: Group, sit: Sit):
    group.case(1, severity="critical", score="91.00")
    group.case(2, severity="low", score="10.00")
    page = sit(person(Role.PLANNER)).go()
    page.locator("#facets").get_by_role("link", name="Critical").click()
    page.wait_for_url("**q=severity**critical*")
    expect(page.locator("#rows > .case")).to_have_count(1)
    expect(page.locator("#search")).to_have_value("severity:critical")
    page.go_back()
    expect(page.locator("#rows > .case")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h1")).to_be_visible()


def test_what_makes_no_sense_is_said_and_kept(group: Group, sit: Sit):
    group.case(1)
    page = sit(person(Role.PLANNER)).go()
    page.locator("#search").fill("severity:hihg bearing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Use critical, high, medium, low")
    expect(page.locator("#search")).to_have_value("severity:hihg bearing")
