"""The demo's group with a board full of trouble, and the people who come to work in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from apps.accounts.models import User
from apps.actions import outbox
from apps.actions.models import Request
from apps.console.cast import CAST, cast_grants, places
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from controltower.lib.keys import split_key
from demo.odoo.server import StandIn
from demo.world import build
from odoo_sync.connections import attach
from odoo_sync.initial import load_all
from odoo_sync.models import Connection, Cursor
from tests.browser.conftest import Desk
from tests.people import person

SECRET = "a-secret-of-the-bot"


@dataclass(frozen=True)
class Morning:
    """A group whose Odoo was read a moment ago, with one person per part of the demo."""

    odoo: StandIn
    connection: Connection
    people: dict[str, User]

    def found(self, row: int, model: str, field: str) -> Any:
        """What Odoo says now of the record behind a row of the mirror."""
        return self.odoo.call(model, "read", [split_key(row)[1]], [field])[0][field]

    def case(self, detector: str, summary: str = "") -> Case:
        """The gravest open case of a kind, in the company of the first plant where there is one."""
        slices = [(one.company_id, one.plant_id) for one in self.people["planner"].grants.all()]
        cases = Case.objects.filter(detector=detector, ended_at=None, summary__contains=summary)
        cases = cases.order_by("-score", "id")
        return cases.filter(company_id__in=[company for company, _ in slices]).first() or cases[0]

    def made(self, request: Request, model: str, *fields: str) -> dict[str, Any]:
        """What Odoo says now of the one record that a request has made."""
        [step] = request.deliveries.filter(step__model=model, evidence__has_key="made")
        row: dict[str, Any] = self.odoo.call(model, "read", [step.evidence["made"]], list(fields))[0]
        return row


def begin(odoo: StandIn) -> Morning:
    """Build the world, read it, judge it, and let everyone in."""
    build(odoo, seed=1, bot_secret=SECRET)
    work_day_and_night(odoo)
    connection = attach(name="Demo", url=odoo.url, database=odoo.database, login="tower-bot", secret=SECRET)
    load_all(connection)
    look(connection)
    known = places(connection.pk)
    people = {}
    for part in CAST:
        user = person(username=part.login)
        cast_grants(user, part.role, known[part.place])
        people[part.key] = user
    return Morning(odoo, connection, people)


def work_day_and_night(odoo: StandIn) -> None:
    """Give every machine that stands still a calendar without an end: its money runs whenever this is tried."""
    always = [[0, 0, {"name": "Shift", "dayofweek": str(day), "hour_from": 0, "hour_to": 24}] for day in range(7)]
    calendar = odoo.call("resource.calendar", "create", {"name": "Day and night", "attendance_ids": [[5], *always]})
    stops = odoo.call("mrp.workcenter.productivity", "search_read", [["date_end", "=", False]], ["workcenter_id"])
    centres = sorted({row["workcenter_id"][0] for row in stops})
    odoo.call("mrp.workcenter", "write", centres, {"resource_calendar_id": calendar})


def look(connection: Connection) -> None:
    """What the worker does every few seconds: the data is fresh, and judged."""
    Cursor.objects.filter(connection=connection).update(as_of=timezone.now())
    sweep()


def deliver_all() -> set[str]:
    """Let the outbox do what waits; the states in which the requests end."""
    for request in Request.objects.all():
        outbox.deliver(request.pk)
    return set(Request.objects.values_list("state", flat=True))


def open_case(desk: Desk, case: Case) -> Page:
    """Find a case on the board by its domain, and open it as one does on this screen."""
    page = desk.go(f"/?q=domain:{case.domain}")
    page.wait_for_selector("html[data-live=live]")
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()
    page = desk.go(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(case.summary)
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()
    return page


def ask(desk: Desk, page: Page, title: str, **values: str) -> Locator:
    """Ask for an action from the page of a case: values by label, preview, request. The dialog at the end."""
    page.get_by_role("link", name=title).click()
    dialog = page.get_by_role("dialog")
    desk.check_accessibility()
    for label, value in values.items():
        dialog.get_by_label(label.replace("_", " ")).fill(value)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("Nothing is sent before")).to_have_count(0)
    desk.check_accessibility()
    desk.check_no_sideways_scrolling()
    dialog.get_by_role("button", name="Ask for approval").or_(dialog.get_by_role("button", name="Send to Odoo")).click()
    expect(dialog.get_by_role("button", name="Preview")).to_have_count(0)
    desk.check_accessibility()
    return dialog
