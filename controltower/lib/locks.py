"""Named PostgreSQL advisory locks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import blake2b

from django.db import connection

HELD = """
SELECT (lock.classid::bigint << 32) | lock.objid::bigint,
       CASE WHEN holder.state = 'active' THEN interval '0' ELSE clock_timestamp() - holder.state_change END
FROM pg_locks AS lock JOIN pg_stat_activity AS holder USING (pid)
WHERE lock.locktype = 'advisory' AND lock.objsubid = 1 AND lock.granted
  AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def lock_number(name: str) -> int:
    """A name as the signed 64-bit number that PostgreSQL wants."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def lock_in_transaction(name: str) -> None:
    """Wait for the lock; it is released when the surrounding transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(name)])


def try_lock_in_transaction(name: str) -> bool:
    """Take the lock if it is free; it is released when the surrounding transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(name)])
        return bool(cursor.fetchone()[0])


@contextmanager
def session_lock(name: str) -> Iterator[bool]:
    """Hold the lock across transactions; yields False when somebody else has it. Lost with the session."""
    number = lock_number(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def held_for(names: Iterable[str]) -> dict[str, timedelta]:
    """Those of the locks that somebody holds, and for how long the holder's session has been resting.

    From PostgreSQL's pg_locks, where a lock of 64 bits stands as two halves with objsubid 1, and pg_stat_activity,
    which tells any session of the same user.
    """
    wanted = {lock_number(name): name for name in names}
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return {wanted[number]: resting or timedelta() for number, resting in cursor.fetchall() if number in wanted}
