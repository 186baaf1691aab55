"""What must be read on a phone and at a desk: nothing focusable is hidden, no date is cut, columns stand still."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.roles import Role
from apps.actions import requests
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from tests.boards import Group, fill
from tests.browser.conftest import Meanwhile, Sit
from tests.integration.orders import Ordered, at, mirrored, standing_in
from tests.people import buyer, person, plant_manager

pytestmark = pytest.mark.browser
SIZES = """() => [...document.querySelectorAll('.topbar :is(a, button, summary, input)')]
  .filter((one) => one.checkVisibility()).map((one) => {
    const box = one.getBoundingClientRect();
    return [one.getAttribute('aria-label') || one.textContent.trim(), box.width, box.height]; })"""
DATES = """() => [...document.querySelectorAll('.diff :is(del, ins) time')].map((one) => {
  const wrap = one.closest('.table-wrap').getBoundingClientRect(), box = one.getBoundingClientRect();
  return [one.getClientRects().length, box.left >= wrap.left && box.right <= Math.min(wrap.right, innerWidth)]; })"""


@pytest.mark.parametrize("width", [1440, 360])
def test_whatever_the_top_bar_lets_one_reach_can_be_seen_and_hit(group: Group, sit: Sit, width: int):
    fill(group, 30)
    page = sit(person(Role.PLANT_MANAGER), width=width, height=780).go()
    small = [one for one in page.evaluate(SIZES) if min(one[1:]) < 24]
    assert not small
    chooser = page.locator(".topbar .scope")
    if width == 1440:
        expect(chooser).to_be_visible()
        return
    expect(chooser).to_be_hidden()
    page.get_by_text("Filters", exact=True).click()
    for heading in ("Company", "Plant"):
        expect(page.locator("#facets").get_by_role("heading", name=heading, exact=True)).to_be_visible()


def whole_dates(page: Page) -> None:
    seen = page.evaluate(DATES)
    assert seen
    assert all(lines == 1 and inside for lines, inside in seen), seen


@pytest.mark.parametrize("width", [1440, 360])
def test_a_preview_shows_every_date_in_one_piece(sit: Sit, meanwhile: Meanwhile, width: int):
    with standing_in() as odoo:
        ordered: Ordered = meanwhile(mirrored, odoo, days=-3)
        desk = sit(buyer(ordered.company), width=width, height=780)
        page = desk.go(f"/actions/purchase.agree_new_date/{ordered.order.pk}/")
        page.get_by_label("New arrival date").fill(at(20).date().isoformat())
        page.get_by_label("Why the date moves").fill("The furnace is down")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("table")).to_contain_text("expected arrival")
        whole_dates(page)
        desk.check_no_sideways_scrolling()
        desk.check_accessibility()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_what_is_approved_is_seen_before_it_is_approved(sit: Sit, meanwhile: Meanwhile, width: int, scheme: str):
    with standing_in() as odoo:
        ordered: Ordered = meanwhile(mirrored, odoo, days=-3)
        answer = {"new_date": at(20).date(), "reason": "The furnace is down"}
        meanwhile(requests.propose, AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))
        desk = sit(plant_manager(ordered.company), width=width, height=780, scheme=scheme)
        page = desk.go("/approvals/")
        expect(page.get_by_role("row").filter(has_text="expected arrival").first).to_be_visible()
        whole_dates(page)
        place = page.locator(".asked .facts dd").filter(has_text=ordered.company.name)
        assert place.inner_text().count(ordered.company.name) == 1
        desk.check_no_sideways_scrolling()
        desk.check_accessibility()


def test_the_columns_of_the_board_stand_still_whatever_a_row_is_worth(group: Group, sit: Sit):
    for number, money in enumerate((0, 900, 44_720, 566_580), 1):
        group.case(number, money=Decimal(money))
    page = sit(person(Role.PLANT_MANAGER)).go()
    expect(page.locator("#rows > .case")).to_have_count(4)
    lefts = page.evaluate(
        "[...document.querySelectorAll('.case .todo')].map((one) => one.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1, lefts
    expect(page.locator(".list > .keys")).to_be_in_viewport()


def test_beside_a_case_a_row_still_says_how_many_order_lines_wait(group: Group, sit: Sit):
    cases = fill(group, 12)
    page = sit(person(Role.PLANT_MANAGER)).go(f"/?case={cases[0].pk}")
    expect(page.locator("#panel h1")).to_be_visible()
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.case .sub')].map((sub) => {
          const text = sub.querySelector('[data-detail]').firstChild, end = text.data.indexOf('lines') + 5;
          const range = document.createRange();
          range.setStart(text, 0); range.setEnd(text, end);
          return range.getBoundingClientRect().right <= sub.getBoundingClientRect().right; })"""
    )
    assert shown and all(shown)
