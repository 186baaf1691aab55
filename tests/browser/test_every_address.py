"""Every address of the routing table that can be read, looked at with axe: at a desk and on a phone, light and dark.

A new route is walked by itself. Where its address names something, ``NAMED`` says what stands for it here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions.definition import Plan
from apps.actions.deliveries import open_queue
from apps.actions.models import DeliveryState, Request, RequestState
from apps.audit.record import record
from apps.audit.seal import seal
from apps.exceptions.definition import detectors
from apps.exceptions.limits import Place
from apps.exceptions.models import Check
from apps.exceptions.overrides import set_limits
from apps.notifications.escalation import Contact
from apps.notifications.messages import tell
from apps.notifications.models import EscalationPath, Occasion
from apps.notifications.paths import set_path
from controltower.lib.scope import Slice
from odoo_sync.models import Quarantine, Recheck
from tests.browser.conftest import Desk, Meanwhile, Sit
from tests.everyone import World
from tests.house.routes import ROUTES, names
from tests.people import person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCHEMES = ("light", "dark")
SIGNED_OUT = ("accounts:sign_in",)
NAMED: dict[str, Callable[[World], dict[str, Any]]] = {
    "accounts:person": lambda world: {"key": world.people[0].user.pk},
    "exceptions:case": lambda world: {"key": world.cases["plant"].pk},
    "actions:propose": lambda world: {"key": "purchase.agree_new_date", "subject": world.order.pk},
    "actions:request": lambda world: {"key": world.requests["plant"].pk},
    "actions:progress": lambda world: {"key": world.requests["plant"].pk},
    "actions:undo": lambda world: {"key": world.requests["company"].pk},
    "console:audit_export": lambda world: {"form": "json"},
    "console:settings_rule": lambda world: {"key": "purchase.late_line"},
    "console:settings_path": lambda world: {"key": EscalationPath.objects.get().pk},
    "console:settings_connect": lambda world: {"step": "address"},
    "console:settings_connection": lambda world: {"number": world.group.connection.pk},
    "console:settings_connection_edit": lambda world: {"number": world.group.connection.pk},
    "console:settings_connection_remove": lambda world: {"number": world.group.connection.pk},
    "console:record": lambda world: {"number": world.group.connection.pk},
    "console:switch": lambda world: {"number": world.group.connection.pk, "act": "pause"},
}
ASKED: dict[str, Callable[[World], str]] = {
    "exceptions:bulk": lambda world: "?verb=assign&" + "&".join(f"case={one.pk}:1" for one in world.cases.values()),
}
"""What an address is asked with, where it says nothing without."""


def peopled() -> tuple[World, User]:
    """A group with something on each page, and somebody who may open them all."""
    world, user = World(), person(*Role.values, username="everywhere")
    manager, here = world.people[0].user, world.places["plant"]
    reason = "Trucks come on Mondays only, and the yard is closed on Fridays, on holidays and while stock is taken"
    set_limits("purchase.late_line", Place(*here), {"overdue_days": 3, "slipped_days": 4}, reason=reason, by=user)
    contacts = [Contact(manager, timedelta(minutes=15)), Contact(user, timedelta(hours=2))]
    set_path(Occasion.CASE, "quality", Slice(None), contacts, version=0, by=user)
    record(user, "grant.given", manager, role="buyer", where="Aurora Lyon", login="paula")
    seal()
    tell(user, "case.assigned", about=user, text="A case is yours.", url="/me/")
    connection = world.group.connection
    Quarantine.objects.create(connection=connection, mirror="res.partner", odoo_id=7, reason="date out of range")
    asked = {"connection": connection, "kind": "sweep", "asked_by": user.pk, "asked_by_name": "Ada"}
    Recheck.objects.create(**asked, started_at=timezone.now(), done=3, total=21)
    done(world.requests["company"])
    Check.objects.create(
        detector=next(iter(detectors)).key, subject_type="x", subject_key="y", connection=connection,
        company_id=here[0], plant_id=here[1], due_at=timezone.now(), cannot_judge="Nothing is known of it",
    )  # fmt: skip
    return world, user


def done(request: Request) -> None:
    """Sent and read back, so that it may be undone."""
    open_queue(request, Plan.load(request.plan))
    request.deliveries.update(attempts=1, state=DeliveryState.VERIFIED)
    Request.objects.filter(pk=request.pk).update(state=RequestState.VERIFIED)


def walked(world: World, user: User) -> dict[str, tuple[str, str]]:
    """By name the address of each page, and the text of each that is a part of one.

    What refuses a look, or answers with something else than HTML, is none.
    """
    client, found = Client(), {}
    client.force_login(user)
    for name in names():
        route = ROUTES[name]
        address = route.address(name, **NAMED.get(name, lambda _: {})(world)) + ASKED.get(name, lambda _: "")(world)
        if "get" not in route.methods:
            assert client.get(address).status_code == 405, f"{name} can be looked at: tests/house/routes.py denies it"
            continue
        answer = (Client() if name in SIGNED_OUT else client).get(address)
        assert answer.status_code == 200, f"{name} gives {answer.status_code}: say in NAMED what it is opened with"
        if answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            found[name] = address, "" if text.lower().startswith("<!doctype html>") else text
    return found


def open_in(desk: Desk, address: str, part: str) -> None:
    """The page at this address; a part of a page inside another page."""
    desk.go("/me/password/" if part else address)
    if part:
        desk.page.evaluate("(part) => document.querySelector('main').insertAdjacentHTML('beforeend', part)", part)


def complaints(desk: Desk) -> list[str]:
    desk.settle()
    found = Axe().run(desk.page, options={"preload": False, "resultTypes": ["violations"]})
    wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    told = [found.generate_report()] if found.violations_count else []
    return told + ([f"{wide} px wider than the screen"] if wide > 0 else [])


@pytest.mark.parametrize("width", [1440, 360])
def test_every_address_is_accessible(sit: Sit, meanwhile: Meanwhile, width: int) -> None:
    world, user = meanwhile(peopled)
    pages = meanwhile(walked, world, user)
    wrong = []
    desks = {True: sit(user, width=width), False: sit(None, width=width)}
    for name, (address, part) in pages.items():
        desk = desks[name not in SIGNED_OUT]
        open_in(desk, address, part)
        for scheme in SCHEMES:
            desk.page.emulate_media(color_scheme=scheme)
            wrong += [f"{name} ({scheme}): {one}" for one in complaints(desk)]
    assert len(pages) > 30
    assert not wrong, "\n\n".join(wrong)
