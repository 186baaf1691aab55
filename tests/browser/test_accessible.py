"""Every page of the frame, the board and a case: accessible, in light and dark, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.accounts.roles import Role
from tests.boards import Group, fill
from tests.browser.conftest import Sit
from tests.people import person

pytestmark = pytest.mark.browser
SCREENS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_board_is_accessible(group: Group, sit: Sit, width: int, scheme: str):
    fill(group, 12)
    desk = sit(person(Role.PLANT_MANAGER), width=width, scheme=scheme)
    page = desk.go("/?q=sort:money")
    expect(page.locator("#rows > .case")).to_have_count(12)
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_case_is_accessible(group: Group, sit: Sit, width: int, scheme: str):
    case = group.case(1, regressions=1, cannot_judge="The receipt has not been mirrored yet.")
    desk = sit(person(Role.PLANT_MANAGER), width=width, scheme=scheme)
    page = desk.go(f"/cases/{case.pk}/")
    page.get_by_text("How the score of").click()
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()


def test_a_case_beside_the_list_is_accessible(group: Group, sit: Sit):
    fill(group, 12)
    desk = sit(person(Role.PLANT_MANAGER), scheme="dark")
    page = desk.go()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h1")).to_be_visible()
    desk.check_accessibility()


def test_the_dialogs_are_accessible(group: Group, sit: Sit):
    fill(group, 3)
    desk = sit(person(Role.PLANT_MANAGER))
    page = desk.go()
    for key, words in (("a", "Who takes it"), ("s", "Rest for"), ("?", "Keys")):
        page.keyboard.press("j")
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_contain_text(words)
        desk.check_accessibility()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/?q=severity:hihg", "/cases/1/", "/sign-in/"])
def test_empty_refused_and_missing_pages_are_accessible(group: Group, sit: Sit, path: str):
    desk = sit(None if "sign-in" in path else person(Role.PLANNER))
    desk.expect_complaint("404")
    desk.go(path)
    desk.check_accessibility()


def test_the_theme_is_remembered(group: Group, sit: Sit):
    user = person(Role.PLANNER)
    page = sit(user).go()
    page.get_by_label("theme, preferences, sign out").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    user.refresh_from_db()
    assert user.theme == "dark"


def test_who_sees_no_cases_is_told_so_and_not_that_all_is_well(group: Group, sit: Sit):
    group.case(1)
    desk = sit(person(Role.ADMINISTRATOR))
    page = desk.go()
    expect(page.get_by_text("your roles show no cases")).to_be_visible()
    expect(page.get_by_role("link", name="Make a sign-in for everybody")).to_be_visible()
    expect(page.get_by_text("Nothing is going wrong")).to_have_count(0)
    desk.check_accessibility()
