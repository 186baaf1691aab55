"""A morning in the group: six people at the screens they use, four kinds of trouble, one audit trail that tells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connections
from playwright.sync_api import expect

from apps.actions.models import Request, RequestState
from apps.audit.models import Entry
from apps.exceptions.actions.record_answers import RecordAnswers
from apps.exceptions.actions.request_repair import RequestRepair
from apps.exceptions.models import Case
from apps.intercompany.actions.draft_bill import DraftBill
from demo.odoo.server import StandIn
from tests.browser.conftest import Desk, Meanwhile, Sit
from tests.browser.morning import Morning, ask, begin, deliver_all, open_case

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 240
GROWS = """(first) => {
  const shown = document.querySelector(".risk header b [data-running]").textContent;
  return Number(shown.replace(/[^0-9.]/g, "")) > first;
}"""
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
    assert {one.action for one in Request.objects.all()} == set(EFFECTS)
    for request in Request.objects.all():
        EFFECTS[request.action](morning, request)
    auditor_reads_what_happened(sit(morning.people["auditor"]))


def money(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.]", "", text))


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
    """On the telephone beside the machine, which is needed day and night: the money grows before the eyes."""
    page = open_case(desk, morning.case(DOWN))
    running = page.locator(".risk header b [data-running]")
    first = money(running.inner_text())
    page.wait_for_function(GROWS, arg=float(first))
    assert money(running.inner_text()) > first > 0
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


def inspection_passed(morning: Morning, request: Request) -> None:
    assert morning.found(request.subject_id, "qc.inspection", "state") == "success"


def repair_is_asked_for(morning: Morning, request: Request) -> None:
    """A request in Odoo, waiting for a team, with the way back to the case in its words."""
    row = morning.made(request, "maintenance.request", "description", "maintenance_team_id", "stage_id")
    assert f"/cases/{request.about_key}/" in row["description"]
    assert row["maintenance_team_id"] and row["stage_id"]


def bill_is_drafted(morning: Morning, request: Request) -> None:
    """A draft in the books of the buyer, naming the seller's invoice, over the same amount."""
    row = morning.made(request, "account.move", "move_type", "state", "ref", "amount_total")
    number, total = (morning.found(request.subject_id, "account.move", name) for name in ("name", "amount_total"))
    assert row == {"id": row["id"], "move_type": "in_invoice", "state": "draft", "ref": number, "amount_total": total}


EFFECTS: dict[str, Callable[[Morning, Request], None]] = {
    RecordAnswers.key: inspection_passed,
    RequestRepair.key: repair_is_asked_for,
    DraftBill.key: bill_is_drafted,
}


def auditor_reads_what_happened(desk: Desk) -> None:
    """What was taken up; and of every request, in the trail and on its case, who asked, who agreed and what it did."""
    page = desk.go("/audit/")
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()
    expect(page.locator("main")).to_contain_text("acknowledged")
    assert Case.objects.filter(state="acknowledged").count() == 1
    for request in Request.objects.all():
        names = [one.shown_name for one in (request.requested_by, *(found.by for found in request.approvals.all()))]
        assert len(names) == (2 if request.approver_role else 1)
        thing = Entry.objects.filter(object_key=str(request.pk)).values_list("object_type", flat=True)[0]
        told = (
            (f"/audit/?object={thing}:{request.pk}", "main", "request.verified"),
            (f"/cases/{request.about_key}/", ".history", "Odoo was read back"),
        )
        for address, where, effect in told:
            text = desk.go(address).locator(where)
            for one in (*names, effect):
                expect(text).to_contain_text(one)
