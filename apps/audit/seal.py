"""The sealer: gives committed entries their dense position and chains them by hash."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection, transaction

from apps.audit.chain import GENESIS, link
from apps.audit.models import Entry
from controltower.lib.locks import lock_in_transaction, try_lock_in_transaction

LOCK = "audit.seal"
BATCH = 1000


class Head(NamedTuple):
    """The last sealed position and its hash; position 0 before the first."""

    position: int
    hash: bytes


def head() -> Head:
    """Where the chain ends now."""
    last = Entry.objects.exclude(position=None).order_by("-position").values_list("position", "hash").first()
    return Head(last[0] or 0, bytes(last[1] or b"")) if last else Head(0, GENESIS)


def seal(*, wait: bool = False, batch: int = BATCH) -> int:
    """Chain every committed entry that is not yet sealed; gives back how many.

    One sealer at a time: while another is at work this gives back 0, or waits for it when told to.
    """
    sealed = 0
    while count := _seal_batch(wait, batch):
        sealed += count
        if count < batch:
            break
    return sealed


@transaction.atomic
def _seal_batch(wait: bool, batch: int) -> int:
    if wait:
        lock_in_transaction(LOCK)
    elif not try_lock_in_transaction(LOCK):
        return 0
    entries = list(Entry.objects.filter(position=None).order_by("id")[:batch])
    if not entries:
        return 0
    last, previous = head()
    rows: list[tuple[int, int, bytes, bytes]] = []
    for position, entry in enumerate(entries, last + 1):
        entry.position = position
        digest = link(previous, entry)
        rows.append((entry.pk, position, previous, digest))
        previous = digest
    _write(rows)
    return len(rows)


def _write(rows: list[tuple[int, int, bytes, bytes]]) -> None:
    keys, positions, previous, hashes = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Entry._meta.db_table} AS entry"
            " SET position = seal.position, previous_hash = seal.previous_hash, hash = seal.hash"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[])"
            " AS seal(id, position, previous_hash, hash)"
            " WHERE entry.id = seal.id AND entry.position IS NULL",
            [keys, positions, previous, hashes],
        )
