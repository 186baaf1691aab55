"""Versioned rows with snapshot isolation, held in memory.

Each version of a row carries the stamp of the transaction that wrote it (its *start*, as PostgreSQL's
``now()`` gives it) and the commit position at which it became visible. A reader sees what was committed when
its transaction began, plus its own changes; a second writer of a row waits for the first and then loses.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from demo.odoo.errors import ConcurrencyError, DeadlockError, LockTimeoutError

if TYPE_CHECKING:
    from demo.odoo.journal import Journal

Row = dict[str, Any]
LOCK_TIMEOUT = 30.0
"""Seconds a writer waits for another writer of the same row."""


@dataclass(slots=True)
class Version:
    """One state of one row; ``values`` is None where the row was deleted."""

    values: Row | None
    position: int
    stamp: str
    previous: Version | None = None


class Table:
    """All versions of the rows of one model, with an index per indexed field and one over ``write_date``."""

    def __init__(self, indexed: dict[str, bool]) -> None:
        self.rows: dict[int, Version] = {}
        self.indexed = indexed
        self.indexes: dict[str, dict[int, set[int]]] = {name: {} for name in indexed}
        self.stamps: list[tuple[str, int]] = []
        self.last_id = 0
        self.changed_at = 0
        self.notes: dict[Any, Any] = {}
        self._ids: list[int] = []

    def keys_of(self, field: str, values: Row | None) -> tuple[int, ...]:
        """The index entries a row makes: one for a many2one, several for a many2many."""
        value = values.get(field) if values else None
        if not value:
            return ()
        return value if self.indexed[field] else (value,)

    def is_worth_looking_up(self, field: str, keys: set[int]) -> bool:
        """Whether the index narrows a search for these keys to a part of the table."""
        index = self.indexes.get(field)
        if index is None or len(keys) > 1000:
            return False
        return sum(len(index.get(key, ())) for key in keys) * 4 <= len(self.rows)

    def push(self, row_id: int, version: Version) -> None:
        """Add the newest version of a row and index it. Only a commit does this."""
        version.previous = self.rows.get(row_id)
        self.changed_at, self.notes = version.position, {}
        for field, index in self.indexes.items():
            for key in self.keys_of(field, version.values):
                index.setdefault(key, set()).add(row_id)
        if version.values is not None:
            written = version.values.get("write_date")
            if written:
                self._note_stamp(written, row_id)
        if row_id not in self.rows:
            if self._ids and row_id < self._ids[-1]:
                insort(self._ids, row_id)
            else:
                self._ids.append(row_id)
        self.rows[row_id] = version

    def ids_from(self, first: int) -> list[int]:
        """All ids from a number on, ascending; those of deleted rows may be among them."""
        return self._ids[bisect_left(self._ids, first) :]

    def _note_stamp(self, written: str, row_id: int) -> None:
        entry = (written, row_id)
        if not self.stamps or entry > self.stamps[-1]:
            self.stamps.append(entry)
        else:
            insort(self.stamps, entry)
        if len(self.stamps) > 4096 and len(self.stamps) > 4 * len(self.rows):
            self.stamps = sorted(
                (version.values["write_date"], key)
                for key, version in self.rows.items()
                if version.values and version.values.get("write_date")
            )

    def since(self, stamp: str) -> set[int]:
        """Ids whose ``write_date`` may be at or after a stamp; a superset of the truth."""
        return {row_id for _stamp, row_id in self.stamps[bisect_left(self.stamps, (stamp, 0)) :]}

    def trim(self, row_id: int, horizon: int) -> None:
        """Forget the versions no snapshot can reach any more."""
        version = self.rows.get(row_id)
        if version is None:
            return
        kept = [version]
        while version.position > horizon and version.previous is not None:
            version = version.previous
            kept.append(version)
        dropped, version.previous = version.previous, None
        while dropped is not None:
            for field, index in self.indexes.items():
                alive = {key for one in kept for key in self.keys_of(field, one.values)}
                for key in self.keys_of(field, dropped.values):
                    if key not in alive:
                        index.get(key, set()).discard(row_id)
            dropped = dropped.previous
        if kept == [version] and version.values is None:
            del self.rows[row_id]
            del self._ids[bisect_left(self._ids, row_id)]


def stamp_of(moment: datetime) -> str:
    """A moment as PostgreSQL stores it: UTC with six digits of fraction, comparable as text."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(" ", "microseconds")


class Store:
    """The tables of one database, its clock and the transactions that are open."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.tables: dict[str, Table] = {}
        self.counters: dict[int, int] = {}
        self.position = 0
        self.ended = False
        self.journal: Journal | None = None
        self.open: set[Transaction] = set()
        self.locks: dict[tuple[str, int], Transaction] = {}
        self.changed = threading.Condition()
        self._old: deque[tuple[int, str, int]] = deque()

    def begin(self, *, readonly: bool = False) -> Transaction:
        with self.changed:
            transaction = Transaction(self, stamp_of(self.clock()), self.position, readonly=readonly)
            self.open.add(transaction)
        return transaction

    def next_id(self, model: str) -> int:
        """A fresh id; like a PostgreSQL sequence it is not given back by a rollback."""
        with self.changed:
            table = self.tables[model]
            table.last_id += 1
            return table.last_id

    def horizon(self) -> int:
        """The oldest commit position an open transaction can still read."""
        return min((one.snapshot for one in self.open), default=self.position)

    def oldest_stamp(self) -> str:
        """Start of the oldest open transaction, or now: everything stamped earlier has been committed."""
        return min((one.stamp for one in self.open if not one.readonly), default=stamp_of(self.clock()))

    def publish(self, transaction: Transaction) -> None:
        """Make a transaction's changes visible at the next commit position. Raises ConcurrencyError after the end."""
        with self.changed:
            if self.ended:
                raise ConcurrencyError("terminating connection due to administrator command\n")
            position = self.position + 1
            if self.journal is not None:
                self.journal.write(position, transaction.stamp, transaction.changes)
            for model, rows in transaction.changes.items():
                table = self.tables[model]
                for row_id, values in rows.items():
                    if values is None and row_id not in table.rows:
                        continue
                    table.push(row_id, Version(values, position, transaction.stamp))
                    self._old.append((position, model, row_id))
            self.position = position

    def end(self) -> None:
        """Take no more commits: what is written down now is everything."""
        with self.changed:
            self.ended = True

    def close(self, transaction: Transaction) -> None:
        """Give back the locks of a transaction and forget what only it could see."""
        with self.changed:
            self.open.discard(transaction)
            for key in transaction.locked:
                self.locks.pop(key, None)
            horizon = self.horizon()
            while self._old and self._old[0][0] <= horizon:
                _position, model, row_id = self._old.popleft()
                self.tables[model].trim(row_id, horizon)
            self.changed.notify_all()


class Transaction:
    """A snapshot plus the changes made on top of it."""

    def __init__(self, store: Store, stamp: str, snapshot: int, *, readonly: bool = False) -> None:
        self.store = store
        self.stamp = stamp
        self.snapshot = snapshot
        self.readonly = readonly
        self.changes: dict[str, dict[int, Row | None]] = {}
        self.locked: list[tuple[str, int]] = []
        self.waits_for: Transaction | None = None
        self.ended = False

    def get(self, model: str, row_id: int) -> Row | None:
        """The row as this transaction sees it, or None. Never change what is returned: ``edit`` it."""
        mine = self.changes.get(model)
        if mine is not None and row_id in mine:
            return mine[row_id]
        version = self.store.tables[model].rows.get(row_id)
        while version is not None and version.position > self.snapshot:
            version = version.previous
        return version.values if version is not None else None

    def edit(self, model: str, row_id: int) -> Row:
        """A private copy of the row to change in place; takes the row's lock."""
        mine = self.changes.setdefault(model, {})
        row = mine.get(row_id)
        if row is None:
            self._lock(model, row_id)
            row = dict(self.get(model, row_id) or {})
            mine[row_id] = row
        return row

    def add(self, model: str, row_id: int, row: Row) -> None:
        self.changes.setdefault(model, {})[row_id] = row

    def delete(self, model: str, row_id: int) -> None:
        self._lock(model, row_id)
        self.changes.setdefault(model, {})[row_id] = None

    def scan(self, model: str) -> list[tuple[int, Row]]:
        """Every row this transaction sees, with its id; ascending where nothing was changed."""
        snapshot, mine = self.snapshot, self.changes.get(model) or {}
        found: list[tuple[int, Row]] = []
        add = found.append
        for row_id, head in tuple(self.store.tables[model].rows.items()):
            version: Version | None = head
            while version is not None and version.position > snapshot:
                version = version.previous
            if version is not None and version.values is not None and row_id not in mine:
                add((row_id, version.values))
        found.extend((row_id, values) for row_id, values in mine.items() if values is not None)
        return found

    def find(self, model: str, field: str, key: int) -> list[int]:
        """Ids of the rows whose indexed field holds a key, in ascending order."""
        table, mine, snapshot = self.store.tables[model], self.changes.get(model) or {}, self.snapshot
        several, rows, found = table.indexed[field], table.rows, []
        for row_id in tuple(table.indexes[field].get(key, ())):
            if row_id in mine:
                continue
            version = rows.get(row_id)
            while version is not None and version.position > snapshot:
                version = version.previous
            value = version.values.get(field) if version is not None and version.values else None
            if (key in value) if several and value else value == key:
                found.append(row_id)
        if several:
            found += [row_id for row_id, row in mine.items() if row and key in (row.get(field) or ())]
        else:
            found += [row_id for row_id, row in mine.items() if row and row.get(field) == key]
        found.sort()
        return found

    def notes(self, model: str) -> dict[Any, Any]:
        """What has been worked out from a table, for whoever sees it the same; emptied by the next commit to it.

        A transaction that has changed the table, or began before its last change, gets a blank page.
        """
        table = self.store.tables[model]
        return {} if model in self.changes or self.snapshot < table.changed_at else table.notes

    def since(self, model: str, stamp: str) -> set[int]:
        """Ids that may have been written at or after a stamp."""
        found = self.store.tables[model].since(stamp)
        found.update(self.changes.get(model, ()))
        return found

    def savepoint(self) -> dict[str, dict[int, Row | None]]:
        return {
            model: {row_id: None if row is None else dict(row) for row_id, row in rows.items()}
            for model, rows in self.changes.items()
        }

    def rollback_to(self, savepoint: dict[str, dict[int, Row | None]]) -> None:
        self.changes = savepoint

    def commit(self) -> None:
        if not self.ended:
            if self.changes and not self.readonly:
                self.store.publish(self)
            self._end()

    def rollback(self) -> None:
        if not self.ended:
            self._end()

    def _end(self) -> None:
        self.ended = True
        self.store.close(self)

    def _lock(self, model: str, row_id: int) -> None:
        key = (model, row_id)
        changed = self.store.changed
        with changed:
            while (holder := self.store.locks.get(key)) is not None and holder is not self:
                self.waits_for = holder
                if self._is_in_a_circle():
                    self.waits_for = None
                    raise DeadlockError("deadlock detected\n")
                if not changed.wait(LOCK_TIMEOUT):
                    self.waits_for = None
                    raise LockTimeoutError("canceling statement due to lock timeout\n")
            self.waits_for = None
            if self.ended:
                raise ConcurrencyError(
                    "current transaction is aborted, commands ignored until end of transaction block\n"
                )
            if key not in self.store.locks:
                self.store.locks[key] = self
                self.locked.append(key)
            newest = self.store.tables[model].rows.get(row_id)
            if newest is not None and newest.position > self.snapshot:
                raise ConcurrencyError("could not serialize access due to concurrent update\n")

    def _is_in_a_circle(self) -> bool:
        seen, one = {self}, self.waits_for
        while one is not None:
            if one in seen:
                return True
            seen.add(one)
            one = one.waits_for
        return False
