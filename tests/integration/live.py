"""Both ends of the live stream, for tests: cases that change, and a page that keeps cards as a browser would."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from websockets.sync.client import ClientConnection, connect

from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.exceptions import stream
from apps.exceptions.models import Case
from controltower.lib.keys import row_key
from odoo_sync.mirror.company import Company
from odoo_sync.models import Connection
from tests.servers import Tower

Group = tuple[Connection, int, int]


def two_companies() -> Group:
    """A connection with two companies, Lyon and Detroit."""
    one = Connection.objects.create(
        name="Aurora", url="http://odoo.example", database="aurora", login="bot", secret=b""
    )
    lyon, detroit = row_key(one.id, 1), row_key(one.id, 2)
    Company.objects.create(id=lyon, name="Lyon")
    Company.objects.create(id=detroit, name="Detroit")
    return one, lyon, detroit


def person(name: str, *companies: int | None) -> User:
    """A buyer of these companies."""
    user = User.objects.create(username=name)
    user.set_unusable_password()
    user.save()
    for company in companies:
        Grant.objects.create(user=user, role=Role.BUYER, company_id=company)
    return user


def case_in(group: Group, company: int | None, key: str) -> Case:
    return Case.objects.create(
        detector="purchase.late_line",
        subject_type="purchase.order.line",
        subject_key=key,
        connection=group[0],
        company_id=company,
        domain="procure",
        severity="high",
        score=Decimal(70),
        summary=f"Late line {key}",
        currency="EUR",
    )


def change(case_id: int, *, pause: float = 0.0) -> None:
    """One committed change of a case, its transaction held open for a while."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        case.version += 1
        case.summary = f"{case.summary.split(' · ')[0]} · {case.version}"
        case.save(update_fields=["version", "summary"])
        stream.announce(case)
        time.sleep(pause)


def session_cookie(user: User) -> str:
    """A signed-in session of this person, as the cookie's value."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def open_socket(held: ExitStack, tower: Tower, cookie: str | None, *, origin: str | None = None) -> ClientConnection:
    """A socket that ``held`` closes."""
    headers = {"Cookie": f"sessionid={cookie}"} if cookie else {}
    address = tower.url.replace("http", "ws") + "/live/"
    return held.enter_context(
        connect(address, additional_headers=headers, origin=origin or tower.url, max_size=None)  # type: ignore[arg-type]
    )


class Page:
    """An open board: the newest version of each card, and the last number of each channel."""

    def __init__(self, tower: Tower, cookie: str) -> None:
        self.tower, self.cookie = tower, cookie
        self.versions: dict[int, int] = {}
        self.states: dict[int, str] = {}
        self.numbers: dict[str, int] = {}
        self.received: list[dict[str, Any]] = []
        self.reloads = 0
        self.socket: ClientConnection | None = None
        self._held = ExitStack()

    def open(self) -> dict[str, Any]:
        """Connect and ask for whatever was missed; returns the greeting."""
        self.socket = open_socket(self._held, self.tower, self.cookie)
        greeting = json.loads(self.socket.recv(timeout=20))
        if self.numbers:
            self.socket.send(json.dumps({"type": "catch_up", "channels": self.numbers}))
        else:
            self.numbers = dict(greeting["channels"])
        return greeting

    def close(self) -> None:
        self._held.close()
        self.socket = None

    def read(self, seconds: float) -> list[dict[str, Any]]:
        """Everything that arrives until it has been quiet for this long."""
        assert self.socket is not None
        heard = []
        while True:
            try:
                message = json.loads(self.socket.recv(timeout=seconds))
            except TimeoutError:
                return heard
            heard.append(message)
            self.take(message)

    def take(self, message: dict[str, Any]) -> None:
        self.received.append(message)
        if message["type"] == "card":
            if message["version"] >= self.versions.get(message["case"], 0):
                self.versions[message["case"]] = message["version"]
                self.states[message["case"]] = message["facets"]["state"]
            channel = message["channel"]
            self.numbers[channel] = max(self.numbers.get(channel, 0), message["number"])
        elif message["type"] == "mark":
            assert self.socket is not None
            self.socket.send(json.dumps({"type": "ack", "mark": message["mark"]}))
        elif message["type"] == "caught_up":
            self.numbers.update({key: max(last, self.numbers.get(key, 0)) for key, last in message["channels"].items()})
        elif message["type"] == "reload":
            self.reloads += 1
