"""A fresh, migrated PostgreSQL database for one measure, dropped afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import setup_databases, teardown_databases


@contextmanager
def fresh_database() -> Iterator[None]:
    """Django's own test database machinery: the same server, an empty database beside the real one."""
    before = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(before, verbosity=0)
