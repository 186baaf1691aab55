"""The database after a test that commits: the rows that are there are taken away, and nothing else is done.

Django truncates every table with all its indexes and announces a migration, whereupon the permissions of every model
are made anew: ten times the work, hundreds of times in a run.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

MADE = ("auth_permission", "django_content_type")
"""Filled by migrating and left alone by tests."""
PATIENCE = "60s"
"""How long the end of a test waits for a transaction that somebody left open."""

_truncate = TransactionTestCase._fixture_teardown
_as_made: list[str] = []


def install() -> None:
    """From now on tests that commit end this way."""
    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]


def remember() -> None:
    """What migrating has made, in the order of ``MADE``."""
    with connection.cursor() as cursor:
        _as_made[:] = _digests(cursor)


def empty(case: TransactionTestCase) -> None:
    """Take away every row. As Django does it where constraints may not be set aside, or a test touched ``MADE``.

    Raises OperationalError when a transaction that is still open keeps a table for longer than ``PATIENCE``.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN ACCESS EXCLUSIVE MODE")
        if done := _is_superuser(cursor) and _digests(cursor) == _as_made:
            _delete(cursor)
    if not done:
        _truncate(case)
        remember()


def _is_superuser(cursor: CursorWrapper) -> bool:
    cursor.execute("SHOW is_superuser")
    return bool(cursor.fetchone()[0] == "on")


def _digests(cursor: CursorWrapper) -> list[str]:
    parts = (f"(SELECT md5(string_agg(one::text, ' ' ORDER BY id)) FROM {table} one)" for table in MADE)
    cursor.execute(f"SELECT {', '.join(parts)}")
    return [str(one) for one in cursor.fetchone()]


@cache
def _tables() -> tuple[str, ...]:
    """As they stand in SQL."""
    known = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return tuple(connection.ops.quote_name(name) for name in sorted(known) if name not in MADE)


def _delete(cursor: CursorWrapper) -> None:
    """In any order and from the audit trail too: no trigger fires in this transaction."""
    cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in _tables()))
    if filled := [name for (name,) in cursor.fetchall()]:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("".join(f"DELETE FROM {name};" for name in filled))
