"""What a worker is reading right now, and for how long an Odoo has been owing it an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from controltower.lib.locks import held_for
from odoo_sync.mirror.base import Lane
from odoo_sync.models import Connection

AWAITED = timedelta(seconds=5)
"""How long a worker may leave the database alone before it counts as waiting for Odoo: else it is back soon."""


@dataclass(frozen=True)
class Reading:
    """``silent`` is how long the slowest work on this Odoo has been without an answer; zero where it gets on."""

    silent: timedelta

    @property
    def is_waiting(self) -> bool:
        return self.silent > AWAITED


def readings(connections: Iterable[Connection]) -> dict[int, Reading]:
    """By number, those of the connections that a worker is busy with now.

    A worker holds a lock while it reads, and lets the database rest while it waits for Odoo: PostgreSQL knows both
    without anything being written down, and forgets them together with the worker.
    """
    names = {name: one.pk for one in connections for name in locks_of(one.pk)}
    found: dict[int, Reading] = {}
    for name, resting in held_for(names).items():
        number = names[name]
        found[number] = max(found.get(number, Reading(timedelta())), Reading(resting), key=lambda one: one.silent)
    return found


def locks_of(number: int) -> Iterator[str]:
    """The names under which work on one connection is kept from overlapping itself."""
    yield from (poll_lock(number, lane) for lane in Lane)
    yield load_lock(number)
    yield sweep_lock(number)


def poll_lock(number: int, lane: str) -> str:
    return f"odoo_sync.poll {number} {lane}"


def load_lock(number: int) -> str:
    return f"odoo_sync.load {number}"


def sweep_lock(number: int) -> str:
    return f"odoo_sync.sweep {number}"
