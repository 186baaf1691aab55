"""The whole way of two people: a late purchase, a new date, a colleague's word, Odoo changed, the case gone."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.actions import outbox
from apps.actions.models import Request, RequestState
from apps.exceptions.definition import detectors
from apps.exceptions.evaluate import evaluate
from apps.exceptions.models import Case
from odoo_sync.models import Cursor
from tests.browser.conftest import Meanwhile, Sit
from tests.integration.orders import Ordered, at, mirrored, standing_in, text
from tests.people import buyer, plant_manager

pytestmark = pytest.mark.browser


def judge(ordered: Ordered) -> None:
    """What the worker does after each poll: the data is fresh, the lines are looked at again."""
    Cursor.objects.update(as_of=timezone.now())
    evaluate(detectors["purchase.late_line"], [str(line.pk) for line in ordered.lines])


def ask_for_a_new_date(page: Page) -> None:
    page.get_by_role("link", name="Agree a new date").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New arrival date").fill(at(20).date().isoformat())
    dialog.get_by_label("Confirmed by").fill("Ms Weber")
    dialog.get_by_label("Why the date moves").fill("The furnace is down")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("table").first).to_be_visible()


def test_from_a_late_purchase_to_a_resolved_case(sit: Sit, meanwhile: Meanwhile):
    with standing_in() as odoo:
        ordered = meanwhile(mirrored, odoo, days=-3)
        meanwhile(judge, ordered)
        case = Case.objects.get(subject_key=str(ordered.lines[0].pk))

        desk = sit(buyer(ordered.company))
        page = desk.go(f"/?case={case.pk}")
        page.wait_for_selector("html[data-live=live]")
        expect(page.locator("#panel h1")).to_have_text(case.summary)
        ask_for_a_new_date(page)
        desk.check_accessibility()
        page.get_by_role("button", name="Ask for approval").click()
        expect(page.get_by_role("dialog")).to_contain_text("waiting for approval")
        desk.check_accessibility()

        other = sit(plant_manager(ordered.company), width=360, height=780)
        inbox = other.go("/approvals/")
        other.check_accessibility()
        other.check_no_sideways_scrolling()
        inbox.get_by_role("button", name="Approve").first.click()
        expect(inbox.locator("main")).to_contain_text("on its way")

        request = Request.objects.get()
        meanwhile(outbox.deliver, request.pk)
        request.refresh_from_db()
        assert request.state == RequestState.VERIFIED
        assert set(ordered.dates().values()) == {text(at(20))}

        page.keyboard.press("Escape")
        meanwhile(judge, ordered)
        expect(page.locator(f"#case-{case.pk}")).to_have_count(0)
        expect(page.locator("#panel")).to_contain_text("Resolved")
