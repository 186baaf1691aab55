"""Trouble on demand: slowness, lost answers, broken connections and the error pages of proxies."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"
    TIMEOUT_BEFORE = "timeout_before_commit"
    TIMEOUT_AFTER = "timeout_after_commit"
    RESET = "reset_mid_body"
    TRUNCATED = "truncated_body"
    HTML_429 = "429"
    HTML_500 = "500"
    HTML_502 = "502"
    HTML_503 = "503"


@dataclass
class Fault:
    """One kind of trouble for the calls it matches.

    ``seconds`` is how long an answer is late, or how long the connection hangs before it is dropped; ``after``
    lets so many matching calls pass first; ``times`` is how often it strikes, -1 for ever; ``match`` compares
    with ``path``, ``service``, ``model``, ``method`` and ``login`` of a call. ``retry_after`` goes into the header
    of a 429 or 503.
    """

    kind: Kind
    seconds: float = 0.0
    after: int = 0
    times: int = 1
    match: Mapping[str, str] | None = None
    retry_after: int | None = None
    number: int = 0

    def fits(self, call: Mapping[str, str]) -> bool:
        return all(call.get(key) == value for key, value in (self.match or {}).items())


class Faults:
    """The faults in force. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._last = 0

    def add(
        self,
        kind: str,
        *,
        seconds: float = 0.0,
        after: int = 0,
        times: int = 1,
        match: Mapping[str, str] | None = None,
        retry_after: int | None = None,
    ) -> int:
        """Arrange trouble; the number it returns removes it again. Raises ValueError for an unknown kind."""
        fault = Fault(Kind(kind), seconds, after, times, dict(match or {}), retry_after)
        with self._lock:
            self._last += 1
            fault.number = self._last
            self._faults.append(fault)
        return fault.number

    def remove(self, number: int) -> None:
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.number != number]

    def clear(self) -> None:
        with self._lock:
            self._faults = []

    def __iter__(self) -> Any:
        with self._lock:
            return iter([asdict(fault) for fault in self._faults])

    def strike(self, call: Mapping[str, str]) -> list[Fault]:
        """The faults this call meets; each is counted down."""
        met = []
        with self._lock:
            for fault in self._faults:
                if not fault.fits(call):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                elif fault.times != 0:
                    fault.times -= 1 if fault.times > 0 else 0
                    met.append(fault)
            self._faults = [fault for fault in self._faults if fault.times != 0]
        return met
