"""A stand-in Odoo on a real socket, a clock that moves both sides, and a connection to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.actions import requests
from apps.actions.definition import Action, Plan
from demo.odoo.server import StandIn
from odoo_sync.client import Client
from odoo_sync.connections import attach, cursor_of, open_client
from odoo_sync.initial import load_all
from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection
from odoo_sync.reconcile import Sweep, sweep
from odoo_sync.sync import Pass, poll_all
from tests.integration.kept import fresh, loaded


class Clock:
    """One time for the tower and the stand-in; it stands still until a test moves it.

    It begins when the stand-in was installed, a while ago at most: what was loaded then is as if loaded now.
    """

    def __init__(self) -> None:
        self.time = fresh().at

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> datetime:
        self.time += timedelta(**by)
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(timezone, "now", one.now)
    return one


@pytest.fixture
def odoo(clock: Clock) -> Iterator[StandIn]:
    with fresh().odoo(clock.now) as server:
        yield server


@dataclass
class Linked:
    """A stand-in that has been attached and loaded."""

    odoo: StandIn
    clock: Clock
    connection: Connection
    client: Client

    def poll(self, *mirrors: type[Mirror]) -> list[Pass]:
        return poll_all(self.connection, list(mirrors), self.client)

    def sweep(self, mirror: type[Mirror]) -> Sweep:
        return sweep(self.connection, mirror, self.client, cursor_of(self.connection, mirror))

    def rows(self, mirror: type[Mirror]) -> Any:
        return mirror.objects.of(self.connection.pk)

    def row(self, mirror: type[Mirror], odoo_id: int) -> Any:
        return mirror.everything.get(pk=self.connection.pk << 40 | odoo_id)

    def partner(self, name: str = "Nordstahl", **values: Any) -> int:
        return self.odoo.call("res.partner", "create", {"name": name, **values})


def attached(odoo: StandIn, **more: Any) -> Connection:
    known = {"name": "Aurora", "url": odoo.url, "database": odoo.database, "login": "admin"}
    return attach(**{**known, "secret": "an-api-key-of-admin", **more})


def attached_and_loaded(odoo: StandIn) -> Connection:
    connection = attached(odoo)
    load_all(connection)
    return connection


@pytest.fixture
def linked(odoo: StandIn, clock: Clock, transactional: None) -> Iterator[Linked]:
    connection = loaded(odoo, lambda: attached_and_loaded(odoo))
    clock.move(seconds=10)
    client = open_client(connection)
    yield Linked(odoo, clock, connection, client)
    client.close()


@pytest.fixture(autouse=True)
def _no_plan_needs_a_right_that_its_action_does_not_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wizard looks for the rights that actions name: a plan that calls another model would surprise people."""
    made = requests.preview

    def looked_at(action: Action[Any], *args: Any, **named: Any) -> Plan:
        plan = made(action, *args, **named)
        for step in (*plan.steps, *(plan.undo or ())):
            right = {"load": "create", "create": "create", "write": "write"}.get(step.method)
            named_rights = action.writes.get(step.model, ())
            assert named_rights and right in (None, *named_rights), (action.key, step.model, step.method)
        return plan

    monkeypatch.setattr(requests, "preview", looked_at)


@pytest.fixture
def transactional(db: None) -> None:
    """The database of a test, rolled back at its end."""


@pytest.fixture
def attach_to() -> Callable[..., Connection]:
    return attached
