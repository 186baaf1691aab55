"""One case in a browser: two people on it, words that are never lost, a page that follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from apps.accounts.roles import Role
from apps.exceptions import cases
from tests.boards import Group
from tests.browser.conftest import Meanwhile, Sit
from tests.people import person

pytestmark = pytest.mark.browser


def test_a_note_is_kept_when_somebody_was_faster(group: Group, sit: Sit, meanwhile: Meanwhile):
    user, rival = person(Role.PLANNER), person(Role.BUYER)
    case = group.case(1)
    desk = sit(user)
    desk.page.route_web_socket("**/live/", lambda route: None)
    desk.expect_complaint("409")
    page = desk.go(f"/cases/{case.pk}/")
    page.get_by_text("Close", exact=True).click()
    page.get_by_role("textbox", name="Why").fill("The vendor delivers by hand today")
    meanwhile(cases.acknowledge, case, by=rival, version=case.version)
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_role("alert")).to_contain_text("has changed meanwhile")
    expect(page.locator(".tags")).to_contain_text("Acknowledged")
    expect(page.get_by_role("textbox", name="Why")).to_have_value("The vendor delivers by hand today")
    page.get_by_role("button", name="Close the case").click()
    expect(page.locator(".tags")).to_contain_text("Closed")
    expect(page.locator(".time")).to_contain_text("The vendor delivers by hand today")


def test_an_open_page_follows_the_case(group: Group, sit: Sit, meanwhile: Meanwhile):
    rival = person(Role.BUYER)
    case = group.case(1)
    page = sit(person(Role.PLANNER)).go(f"/cases/{case.pk}/")
    page.wait_for_selector("html[data-live=live]")
    meanwhile(cases.acknowledge, case, by=rival, version=case.version)
    expect(page.locator(".tags")).to_contain_text("Acknowledged")


def test_what_is_being_written_is_not_taken_away(group: Group, sit: Sit, meanwhile: Meanwhile):
    rival = person(Role.BUYER)
    case = group.case(1)
    page = sit(person(Role.PLANNER)).go(f"/cases/{case.pk}/")
    page.wait_for_selector("html[data-live=live]")
    page.get_by_label("Note").fill("Half a sentence")
    meanwhile(cases.acknowledge, case, by=rival, version=case.version)
    expect(page.get_by_text("This case has changed while you were writing.")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("Half a sentence")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".time")).to_contain_text("Half a sentence")
    expect(page.locator(".tags")).to_contain_text("Acknowledged")


def test_the_score_opens_into_its_terms(group: Group, sit: Sit):
    case = group.case(1)
    page = sit(person(Role.PLANNER)).go(f"/cases/{case.pk}/")
    page.get_by_text("How the score of").click()
    expect(page.locator(".score-terms tfoot")).to_contain_text(str(case.score))


def test_someone_who_may_only_look_is_offered_no_verb(group: Group, sit: Sit):
    case = group.case(1)
    page = sit(person(Role.EXECUTIVE)).go(f"/cases/{case.pk}/")
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    expect(page.get_by_label("Note")).to_have_count(0)


def test_whoever_is_signed_out_is_asked_to_sign_in_again(group: Group, sit: Sit):
    case = group.case(1)
    desk = sit(person(Role.PLANNER))
    page = desk.go(f"/cases/{case.pk}/")
    desk.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Acknowledge").click()
    page.wait_for_url("**/sign-in/**")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_another_companys_case_does_not_exist(group: Group, sit: Sit):
    case = group.case(1)
    foreign = next(one for one in group.companies if one.pk != case.company_id)
    desk = sit(person(Role.PLANNER, company=foreign))
    desk.expect_complaint("404")
    page = desk.go(f"/cases/{case.pk}/")
    expect(page.locator("h1")).to_have_text("There is nothing here")
