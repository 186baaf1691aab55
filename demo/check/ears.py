"""A person's open page: hears the live socket in the background and keeps what it heard."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from demo.check.pages import Person


class Ears:
    """One websocket, read by a thread of its own."""

    def __init__(self, person: Person) -> None:
        self.heard: list[tuple[float, dict[str, Any]]] = []
        self._news = threading.Condition()
        self._held = ExitStack()
        address = person.address.replace("http", "ws", 1) + "/live/"
        headers = {"Cookie": person.cookies}
        self._socket = self._held.enter_context(
            connect(address, origin=person.address, additional_headers=headers, max_size=None)  # type: ignore[arg-type]
        )
        self.greeting = json.loads(self._socket.recv(timeout=30))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for text in self._socket:
                message = json.loads(text)
                if message["type"] == "mark":
                    self._socket.send(json.dumps({"type": "ack", "mark": message["mark"]}))
                with self._news:
                    self.heard.append((time.monotonic(), message))
                    self._news.notify_all()
        except ConnectionClosed:
            return

    def cards(self) -> list[dict[str, Any]]:
        with self._news:
            return [message for _at, message in self.heard if message["type"] == "card"]

    def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], *, seconds: float
    ) -> tuple[float, dict[str, Any]] | None:
        """The first card that fits, with its time on the monotonic clock; None when it does not come in time."""
        deadline = time.monotonic() + seconds
        looked = 0
        with self._news:
            while True:
                for at, message in self.heard[looked:]:
                    if message["type"] == "card" and wanted(message):
                        return at, message
                looked = len(self.heard)
                if not self._news.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    return None

    def close(self) -> None:
        self._held.close()
