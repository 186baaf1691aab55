"""A group with something on every page, and with what each address of the routing table is opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

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
from tests.everyone import World
from tests.house.routes import ROUTES
from tests.people import person

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


def address_of(name: str, world: World) -> str:
    """Where the route of this name shows something of this group."""
    return ROUTES[name].address(name, **NAMED.get(name, lambda _: {})(world)) + ASKED.get(name, lambda _: "")(world)
