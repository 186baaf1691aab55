"""A browser's side of the live socket, for tests: it keeps cards as a page would."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from websockets.sync.client import ClientConnection, connect

from apps.accounts.models import User
from tests.servers import Tower


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
