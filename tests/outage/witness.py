"""An open board that never gives up: connects again, asks for what it missed, and applies cards as a browser does."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import suppress
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect


class Witness:
    """Versions and states by case, the last number of each channel, and what arrived twice without being asked for."""

    def __init__(self, url: str, cookie: str) -> None:
        self.url, self.cookie = url, cookie
        self.numbers: dict[str, int] = {}
        self.versions: dict[int, int] = {}
        self.states: dict[int, str] = {}
        self.doubled: list[Any] = []
        self.connections = self.reloads = 0
        self.unread: int | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self) -> Witness:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._end.set()
        self._thread.join(30)

    def _live(self) -> None:
        while not self._end.is_set():
            with suppress(OSError, InvalidHandshake, ConnectionClosed, TimeoutError, EOFError):
                self._connected()
            self._end.wait(0.5)

    def _connected(self) -> None:
        address = self.url.replace("http", "ws", 1) + "/live/"
        headers = {"Cookie": f"sessionid={self.cookie}"}
        with connect(address, additional_headers=headers, origin=self.url, max_size=None, open_timeout=20) as socket:  # type: ignore[arg-type]
            self.connections += 1
            seen: Counter[tuple[str, int]] = Counter()
            while not self._end.is_set():
                try:
                    message = json.loads(socket.recv(timeout=0.5))
                except TimeoutError:
                    continue
                for answer in self._hear(message, seen):
                    socket.send(json.dumps(answer))

    def _hear(self, message: dict[str, Any], seen: Counter[tuple[str, int]]) -> list[dict[str, Any]]:
        kind = message["type"]
        if "bell" in message:
            self.unread = message["bell"].get("unread")
        if kind == "hello":
            if self.connections > 1:
                return [self._ask(self.numbers, seen)]
            self.numbers = dict(message["channels"])
        elif kind == "card":
            return self._take(message, seen)
        elif kind == "mark":
            return [{"type": "ack", "mark": message["mark"]}]
        elif kind == "caught_up":
            for key, last in message["channels"].items():
                self.numbers[key] = max(last, self.numbers.get(key, 0))
        elif kind == "reload":
            self.reloads += 1
        return []

    def _take(self, card: dict[str, Any], seen: Counter[tuple[str, int]]) -> list[dict[str, Any]]:
        channel, number, case = card["channel"], card["number"], card["case"]
        seen[channel, number] += 1
        if seen[channel, number] > 1:
            self.doubled.append((channel, number))
        last = self.numbers.get(channel, 0)
        self.numbers[channel] = max(last, number)
        if card["version"] >= self.versions.get(case, 0):
            self.versions[case], self.states[case] = card["version"], card["facets"]["state"]
        return [self._ask({**self.numbers, channel: last}, seen)] if number > last + 1 else []

    def _ask(self, channels: dict[str, int], seen: Counter[tuple[str, int]]) -> dict[str, Any]:
        """Ask for what was missed. What is asked for may come again; what comes twice unasked is a fault."""
        seen.clear()
        return {"type": "catch_up", "channels": dict(channels)}
