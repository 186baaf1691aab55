"""Machines in a real browser: a case whose money grows, and the page that ties equipment to work centres."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.roles import Role
from apps.exceptions.models import Case, EquipmentLink
from tests.browser.conftest import Sit
from tests.floor import Floor, judge
from tests.mirrored import Group
from tests.people import person

pytestmark = pytest.mark.browser
SCREENS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]


@pytest.fixture
def floor() -> Floor:
    group = Group()
    group.fresh(timezone.now())
    return Floor(group)


def running(floor: Floor) -> Case:
    """A case of a line that costs 3,600 euros an hour, one each second, and stands still since half an hour."""
    now = timezone.now()
    evening = now + timedelta(minutes=30)
    sold = floor.group.sale(evening, price=1000)
    made = floor.group.make(now, evening, feeds=[sold.move])
    line = floor.centre("Robot line", cost_per_hour=3600)
    floor.work(made.order, work_centre=line, start_at=now)
    stop = floor.stop(centre=line, start_at=now - timedelta(minutes=30))
    case = judge(stop, now=now)
    assert case is not None
    return case


def amount(text: Any) -> float:
    return float(re.sub(r"[^\d.]", "", text))


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_case_of_a_stop_is_accessible_and_its_money_grows(floor: Floor, sit: Sit, width: int, scheme: str):
    case = running(floor)
    desk = sit(person(Role.MAINTENANCE_LEAD), width=width, scheme=scheme)
    page = desk.go(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Robot line is down: Equipment Failure")
    money, idle = page.locator("section.risk b data[data-running]"), page.locator("section.risk .nowrap data")
    before, stood = amount(money.text_content()), amount(idle.text_content())
    page.wait_for_timeout(2500)
    grown = amount(money.text_content()) - before
    assert 1 <= grown <= 60
    assert abs(amount(idle.text_content()) - stood - grown) <= 2, "the idle part grows as the whole does"
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()


def test_the_board_counts_along_without_hearing_anything(floor: Floor, sit: Sit):
    case = running(floor)
    page = sit(person(Role.MAINTENANCE_LEAD)).go("/")
    money = page.locator(f"#case-{case.pk} data[data-running]")
    before = amount(money.text_content())
    page.wait_for_timeout(2500)
    assert amount(money.text_content()) > before
    case.refresh_from_db()
    assert case.version == 1


@pytest.mark.parametrize("hours", [-5, 5])
def test_money_counts_by_the_servers_clock_whatever_the_device_says(floor: Floor, sit: Sit, hours: int):
    case = running(floor)
    desk = sit(person(Role.MAINTENANCE_LEAD))
    desk.page.add_init_script(f"const real = Date.now; Date.now = () => real() + {hours * 3_600_000};")
    page = desk.go(f"/cases/{case.pk}/")
    money = page.locator("section.risk b data[data-running]")
    page.wait_for_timeout(1500)
    assert 0 < amount(money.text_content()) - float(case.money) < 120
    before = amount(money.text_content())
    page.wait_for_timeout(1500)
    assert amount(money.text_content()) > before


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_page_of_machines_is_accessible(floor: Floor, sit: Sit, width: int, scheme: str):
    lead = person(Role.MAINTENANCE_LEAD)
    floor.machine("Paint line", serial_number="PL-1", location="Hall 2")
    floor.machine("Forklift", serial_number="FL-1")
    oven = floor.machine("Oven", serial_number="OV-1")
    EquipmentLink.objects.create(equipment=oven, work_centre=floor.line, basis="hand", set_by=lead)
    desk = sit(lead, width=width, scheme=scheme)
    page = desk.go("/settings/machines/")
    page.get_by_text("Choose: Forklift").click()
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()


def test_a_proposal_is_confirmed_and_undone_by_hand(floor: Floor, sit: Sit):
    machine = floor.machine("Paint line")
    page = sit(person(Role.MAINTENANCE_LEAD), width=360).go("/settings/machines/")
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(page.get_by_role("status").filter(has_text="stands at Paint line now.")).to_be_visible()
    assert EquipmentLink.objects.get(equipment=machine).basis == "name"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="waits for a word again.")).to_be_visible()
    assert not EquipmentLink.objects.exists()
