"""Worlds that are built once in a process: each test gets a stand-in and a mirror of its own, laid out from a copy.

Attaching and loading an Odoo takes a second, and hundreds of tests begin with the same one. What they get is what the
first of them got, row by row: every table of ours as it was, and the stand-in's records as it keeps them between runs.
"""

from __future__ import annotations

import dataclasses
import io
import tempfile
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from demo.odoo import state
from demo.odoo.server import StandIn
from odoo_sync.models import Connection, Cursor

Thing = TypeVar("Thing")
FOREIGN = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables that a test's end leaves filled."""


@dataclasses.dataclass(frozen=True)
class Kept:
    """One world: the stand-in's records, the rows of each table that has some, and what the building returned."""

    records: str
    rows: dict[str, tuple[str, str]]
    thing: Any


_kept: dict[Hashable, Kept] = {}
UNTOUCHED = 1
"""Where the commits of a stand-in's records stand that nobody has changed since they were laid out."""


@contextmanager
def laid_out(
    key: Hashable,
    build: Callable[[StandIn], Thing],
    moved: Callable[[Thing, StandIn, Connection], Thing],
    *,
    on: Callable[[], StandIn] = StandIn,
) -> Iterator[Thing]:
    """What ``build`` makes on a stand-in of its own, in an empty database; ``on`` makes that stand-in.

    ``moved`` says what it is on another stand-in and connection. The day belongs to the key: worlds are built around
    today.
    """
    place = (key, datetime.now(UTC).date())
    assert not Connection.objects.exists(), "a world is laid out in an empty database"
    known = _kept.get(place)
    if known is None:
        assert not _rows(), "what was there before would be kept as well"
        with on() as odoo:
            thing = build(odoo)
            _kept[place] = Kept(_records(odoo), _rows(), thing)
            yield thing
        return
    with StandIn(world=_world(known.records)) as odoo:
        _fill(known.rows)
        Cursor.objects.update(as_of=timezone.now())
        Connection.objects.update(url=odoo.url)
        yield moved(known.thing, odoo, Connection.objects.get())


@dataclasses.dataclass(frozen=True)
class Fresh:
    """An Odoo in which nobody has done anything yet, and when it was installed."""

    at: datetime
    records: str

    def odoo(self, now: Callable[[], datetime]) -> StandIn:
        """A stand-in of this Odoo, with a clock of its own."""
        return StandIn(now=now, world=_world(self.records, now))


def fresh() -> Fresh:
    """The one of today. A clock that begins when it was installed finds everything as it was then."""
    return _installed(datetime.now(UTC).date())


@cache
def _installed(day: date) -> Fresh:
    at = datetime.now(UTC).replace(microsecond=250_000)
    odoo = StandIn(now=lambda: at)
    odoo.world.add_key("admin", "an-api-key-of-admin")
    return Fresh(at, _records(odoo))


def loaded(odoo: StandIn, load: Callable[[], Connection]) -> Connection:
    """What ``load`` makes of a fresh Odoo in an empty database; where either is not, it is called."""
    if odoo.world.store.position != UNTOUCHED or Connection.objects.exists():
        return load()
    known = _kept.get(fresh())
    if known is None:
        if _rows():
            return load()
        connection = load()
        _kept[fresh()] = Kept("", _rows(), None)
        return connection
    _fill(known.rows)
    Connection.objects.update(url=odoo.url)
    return Connection.objects.get()


def copied(key: Hashable, build: Callable[[], Thing]) -> Thing:
    """What ``build`` makes in an empty database without an Odoo: the same rows, and a copy of what it returned."""
    place = (key, datetime.now(UTC).date())
    known = _kept.get(place)
    if known is None:
        assert not _rows(), "what was there before would be kept as well"
        thing = build()
        _kept[place] = Kept("", _rows(), deepcopy(thing))
        return thing
    _fill(known.rows)
    return deepcopy(known.thing)


def on_another(thing: Thing, odoo: StandIn, connection: Connection) -> Thing:
    """A dataclass that names both as ``odoo`` and ``connection``."""
    return dataclasses.replace(thing, odoo=odoo, connection=connection)  # type: ignore[type-var]


def _records(odoo: StandIn) -> str:
    with tempfile.TemporaryDirectory() as folder:
        state.save(odoo.world, Path(folder) / "world")
        return (Path(folder) / "world").read_text()


def _world(records: str, now: Callable[[], datetime] | None = None) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world"
        path.write_text(records)
        return state.load(path, now)


def _rows() -> dict[str, tuple[str, str]]:
    """The columns and the rows, as COPY writes them, of every table that has some."""
    found = {}
    with database.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        for table in [name for (name,) in cursor.fetchall() if name not in FOREIGN]:
            text = io.StringIO()
            columns = _columns(cursor, table)
            cursor.copy_expert(f'COPY "{table}" ({columns}) TO STDOUT', text)
            if text.getvalue():
                found[table] = (columns, text.getvalue())
    return found


def _columns(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT string_agg(format('%%I', column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return str(cursor.fetchone()[0])


@transaction.atomic
def _fill(rows: dict[str, tuple[str, str]]) -> None:
    """All at once: what the rows refer to is looked at when the last is there."""
    with database.cursor() as cursor:
        for table, (columns, text) in rows.items():
            cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', io.StringIO(text))
