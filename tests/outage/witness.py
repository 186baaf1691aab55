"""An open board that never gives up: connects again, asks for what it missed, and applies cards as a browser does."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

Known = Mapping[str, Mapping[str, Any]]
"""Cases as the database has them: version and state by the case's key (tests.outage.inside.cases)."""


class Witness:
    """Versions and states by case, the last number of each channel, and what arrived twice without being asked for.

    A page that has missed something asks for everything after a number. What it asks for may be on its way already and
    comes again then, and applying a card twice changes nothing; so each number may come once by itself, and once more
    for every time that the same connection asked for it. More than that is a fault of the server.
    """

    def __init__(self, url: str, cookie: str) -> None:
        self.url, self.cookie = url, cookie
        self.numbers: dict[str, int] = {}
        self.versions: dict[int, int] = {}
        self.states: dict[int, str] = {}
        self.doubled: list[tuple[str, int]] = []
        self.connections = self.reloads = 0
        self.unread: int | None = None
        self._rendered: Known = {}
        self._seen: Counter[tuple[str, int]] = Counter()
        self._asked: list[dict[str, int]] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Witness:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._end.set()
        self._thread.join(30)

    def begin(self, rendered: Known) -> None:
        """The rows of the page as it was first rendered: read after the numbers of the greeting, as the board does."""
        self._rendered = rendered

    def behind(self, now: Known) -> list[str]:
        """Cases that this page shows otherwise than a fresh one would, or not at all because their card never came."""
        return [key for key, one in now.items() if self._shown(key, one) != (one["version"], one["state"])]

    def _shown(self, key: str, now: Mapping[str, Any]) -> tuple[int, str] | None:
        case = int(key)
        if case in self.versions:
            return self.versions[case], self.states[case]
        first = self._rendered.get(key)
        return (first["version"], now["state"]) if first else None

    def _live(self) -> None:
        while not self._end.is_set():
            with suppress(OSError, InvalidHandshake, ConnectionClosed, TimeoutError, EOFError):
                self._connected()
            self._end.wait(0.5)

    def _connected(self) -> None:
        address = self.url.replace("http", "ws", 1) + "/live/"
        headers = {"Cookie": f"sessionid={self.cookie}"}
        with connect(address, additional_headers=headers, origin=self.url, max_size=None, open_timeout=20) as socket:  # type: ignore[arg-type]
            self._seen.clear()
            self._asked.clear()
            while not self._end.is_set():
                try:
                    message = json.loads(socket.recv(timeout=0.5))
                except TimeoutError:
                    continue
                for answer in self.hear(message):
                    socket.send(json.dumps(answer))

    def hear(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """Take one message of the server; what is to be said to it."""
        kind = message["type"]
        if "bell" in message:
            self.unread = message["bell"].get("unread")
        if kind == "hello":
            self.connections += 1
            if self.connections > 1:
                return [self._ask(self.numbers)]
            self.numbers = dict(message["channels"])
        elif kind == "card":
            return self._take(message)
        elif kind == "mark":
            return [{"type": "ack", "mark": message["mark"]}]
        elif kind == "caught_up":
            for key, last in message["channels"].items():
                self.numbers[key] = max(last, self.numbers.get(key, 0))
        elif kind == "reload":
            self.reloads += 1
        return []

    def _take(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        channel, number, case = card["channel"], card["number"], card["case"]
        self._seen[channel, number] += 1
        asked = sum(number > numbers.get(channel, 0) for numbers in self._asked)
        if self._seen[channel, number] > 1 + asked:
            self.doubled.append((channel, number))
        last = self.numbers.get(channel, 0)
        self.numbers[channel] = max(last, number)
        if card["version"] >= self.versions.get(case, 0):
            self.versions[case], self.states[case] = card["version"], card["facets"]["state"]
        return [self._ask({**self.numbers, channel: last})] if number > last + 1 else []

    def _ask(self, channels: Mapping[str, int]) -> dict[str, Any]:
        self._asked.append(dict(channels))
        return {"type": "catch_up", "channels": dict(channels)}
