"""One page of Odoo's rows into its mirror: what can be stored is stored, the rest is quarantined with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db import connection as database

from controltower.lib.keys import KeyRangeError, row_key, split_key
from odoo_sync import quarantine
from odoo_sync.layout import Layout, Row, page_text
from odoo_sync.models import Connection
from odoo_sync.statements import statements_of
from odoo_sync.values import ConversionError

WORTH_A_LOOK = 200


@dataclass(frozen=True)
class Page:
    """Rows as Odoo gave them, with the interval (our clock) in which they were read."""

    rows: list[Row]
    began_at: datetime
    ended_at: datetime
    text: str | None = field(default=None, repr=False)


@dataclass
class Stored:
    """What a page did to its mirror. ``again`` are Odoo ids whose read overlapped another; they must be read anew."""

    changed: list[int] = field(default_factory=list)
    added: int = 0
    again: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def add(self, other: Stored) -> None:
        self.changed += other.changed
        self.added += other.added
        self.again += other.again
        self.held += other.held


def store(connection: Connection, layout: Layout, page: Page, *, unsettled_from: datetime | None = None) -> Stored:
    """Store a page; a page that fails is halved until the faulty rows stand alone, and those are quarantined.

    Rows written at or after ``unsettled_from`` get their time of reading noted even when nothing changed. Must run in
    a transaction, so that the caller can move its cursor with the rows.
    """
    rows = list({row["id"]: row for row in page.rows}.values())
    if not rows:
        return Stored()
    try:
        text = page.text if page.text is not None and len(rows) == len(page.rows) else convert(connection, layout, rows)
        new = copy_new(connection, layout, rows, text, page) if len(rows) >= WORTH_A_LOOK else None
        if new is not None:
            return new
        with transaction.atomic():
            return copy_in(connection, layout, rows, text, page, unsettled_from)
    except (ConversionError, KeyRangeError, DataError, IntegrityError) as error:
        if len(rows) == 1:
            quarantine.hold(connection, layout.mirror, rows[0]["id"], reason_of(error))
            return Stored(held=[rows[0]["id"]])
    done = Stored()
    middle = len(rows) // 2
    for half in (rows[:middle], rows[middle:]):
        done.add(store(connection, layout, Page(half, page.began_at, page.ended_at), unsettled_from=unsettled_from))
    return done


def convert(connection: Connection, layout: Layout, rows: Sequence[Row]) -> str:
    """A page as COPY text. Raises ConversionError or KeyRangeError."""
    row_key(connection.pk, max(row["id"] for row in rows))
    return page_text(layout, rows, connection.pk)


def copy_new(connection: Connection, layout: Layout, rows: Sequence[Row], text: str, page: Page) -> Stored | None:
    """COPY a page straight into its table if that holds no key between its first and its last; else None.

    A row that another process puts there in the same instant is a unique violation, and the page takes the long way.
    """
    statements, base = statements_of(layout), row_key(connection.pk, 1) - 1
    keys = [base + row["id"] for row in rows]
    stretch = {"first": min(keys), "last": max(keys)}
    interval = f"\t{page.began_at.isoformat()}\t{page.ended_at.isoformat()}\n"
    with database.cursor() as cursor:
        cursor.execute(statements.occupied, stretch)
        if cursor.fetchone()[0]:
            return None
        try:
            with transaction.atomic():
                with database.wrap_database_errors:
                    cursor.copy_expert(statements.copy_new, StringIO(text.replace("\n", interval)))
                if statements.first_promises:
                    cursor.execute(statements.first_promises, stretch)
        except IntegrityError:
            return None
    return Stored(changed=keys, added=len(keys))


def copy_in(
    connection: Connection,
    layout: Layout,
    rows: Sequence[Row],
    text: str,
    page: Page,
    unsettled_from: datetime | None,
) -> Stored:
    """COPY and upsert in one go."""
    statements = statements_of(layout)
    base = row_key(connection.pk, 1) - 1
    values: dict[str, Any] = {
        "keys": [base + row["id"] for row in rows],
        "began": page.began_at,
        "ended": page.ended_at,
        "unsettled": unsettled_from,
    }
    stored = Stored()
    with database.cursor() as cursor:
        cursor.execute(statements.create)
        cursor.execute(statements.clear)
        with database.wrap_database_errors:
            cursor.copy_expert(statements.copy, StringIO(text))
        cursor.execute(statements.upsert, values)
        for key, added, again in cursor.fetchall():
            if again:
                stored.again.append(split_key(key)[1])
            else:
                stored.changed.append(key)
                stored.added += added
        if unsettled_from is not None and len(stored.changed) < len(rows):
            cursor.execute(statements.touch, values)
    return stored


def reason_of(error: Exception) -> str:
    """Why a row cannot be stored, on one line and without PostgreSQL's context."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
