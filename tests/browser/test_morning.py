"""A morning in the group: six people at the screens they use, four kinds of trouble, one audit trail that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections
from playwright.sync_api import expect

from apps.actions.models import Request, RequestState
from apps.exceptions.models import Case
from demo.odoo.server import StandIn
from tests.browser.conftest import Desk, Meanwhile, Sit
from tests.browser.morning import Morning, ask, begin, deliver_all, open_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 240
LATE, HELD, DOWN, MISSING = (
    "purchase.late_line", "quality.stock_on_hold", "assets.live_downtime", "intercompany.missing_counterpart",
)  # fmt: skip


@pytest.fixture
def morning() -> Iterator[Morning]:
    """Built in a thread of its own: Playwright's loop in the test's thread forbids what publishes."""
    with StandIn() as odoo, ThreadPoolExecutor(1) as pool:
        yield pool.submit(begin, odoo).result(PATIENCE)
        pool.submit(connections.close_all).result(PATIENCE)


def test_six_people_put_four_kinds_of_trouble_right(morning: Morning, sit: Sit, meanwhile: Meanwhile) -> None:
    planner_takes_up_a_late_purchase(morning, sit(morning.people["planner"]))
    quality_lead_answers_an_inspection(morning, sit(morning.people["quality_lead"], width=820, height=1180))
    maintenance_lead_asks_for_a_repair(morning, sit(morning.people["maintenance_lead"], width=360, height=780))
    controller_has_a_bill_drafted(morning, sit(morning.people["controller"], scheme="dark"))
    manager_agrees(sit(morning.people["plant_manager"], width=360, height=780, scheme="dark"))
    second_controller_agrees(sit(morning.people["second_controller"], width=820, height=1180))
    assert meanwhile(deliver_all) == {RequestState.VERIFIED}
    auditor_reads_what_happened(sit(morning.people["auditor"]))


def planner_takes_up_a_late_purchase(morning: Morning, desk: Desk) -> None:
    """Sees what is late, with the chain behind it, and takes it up by keyboard."""
    case = morning.case(LATE)
    page = open_case(desk, case)
    expect(page.locator(".chain li").first).to_be_visible()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#case-page")).to_have_attribute("data-state", "acknowledged")


def quality_lead_answers_an_inspection(morning: Morning, desk: Desk) -> None:
    """Measured again and good: another must agree, since it releases goods."""
    page = open_case(desk, morning.case(HELD))
    page.get_by_role("link", name="Record the answers").click()
    dialog = page.get_by_role("dialog")
    desk.check_accessibility()
    for field in dialog.locator("input[type=number]").all():
        field.fill("10")
    for choice in dialog.locator("select").all():
        choice.select_option(index=1)
    dialog.get_by_label("Who measured it").fill("The laboratory, calliper 7")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Ask for approval").click()
    expect(dialog).to_contain_text("waiting for approval")
    desk.check_accessibility()


def maintenance_lead_asks_for_a_repair(morning: Morning, desk: Desk) -> None:
    """On the telephone beside the machine; the money grows before the eyes while its calendar has it work."""
    case = morning.case(DOWN)
    page = open_case(desk, case)
    grows = case.running is not None and Decimal(case.running["per_hour"]) > 0
    expect(page.locator(".risk header b [data-running]")).to_have_count(1 if grows else 0)
    dialog = ask(desk, page, "Request a repair")
    expect(dialog).to_contain_text("on its way")


def controller_has_a_bill_drafted(morning: Morning, desk: Desk) -> None:
    """What one company invoiced and the other has not booked."""
    ask(desk, open_case(desk, morning.case(MISSING, "no bill is booked")), "Draft the missing bill")


def manager_agrees(desk: Desk) -> None:
    """Decides on the telephone what waits for a plant manager."""
    page = desk.go("/approvals/")
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()
    page.get_by_role("button", name="Approve").first.click()
    expect(page.locator("main")).to_contain_text("on its way")
    desk.check_accessibility()


def second_controller_agrees(desk: Desk) -> None:
    page = desk.go("/approvals/")
    desk.check_accessibility()
    while Request.objects.filter(state=RequestState.WAITING).exists():
        page.get_by_role("button", name="Approve").first.click()
        expect(page.locator("main")).to_contain_text("on its way")
        page = desk.go("/approvals/")


def auditor_reads_what_happened(desk: Desk) -> None:
    """Every request with who asked and who agreed, and the case that was taken up."""
    page = desk.go("/audit/")
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()
    trail = page.locator("main")
    for request in Request.objects.all():
        expect(trail).to_contain_text(request.requested_by.shown_name)
    expect(trail).to_contain_text("acknowledged")
    assert Case.objects.filter(state="acknowledged").count() == 1
