"""Following Odoo's changes: extract, load, advance the cursor, announce. One writer per connection and mirror."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from controltower.lib.keys import row_key, split_key
from controltower.lib.locks import lock_number
from odoo_sync import quarantine
from odoo_sync.announcing import announce, keep
from odoo_sync.client import Client, Row
from odoo_sync.connections import layout_for, tell_of_reading
from odoo_sync.errors import HiddenFieldError, NotAllowedError, SchemaError
from odoo_sync.extract import Reader
from odoo_sync.far_sides import outdated
from odoo_sync.load import Page, Stored, store
from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection, Cursor, Run
from odoo_sync.reading import relearn, renew_companies
from odoo_sync.settling import SLOW_WINDOW, Known, horizon, must_read, server_now
from odoo_sync.values import read_moment

MOST_STAMPS = 20_000
RESCAN_EVERY = timedelta(hours=1)


@dataclass
class Pass:
    """What one pass over one mirror did; ``far`` are the passes over links to its rows that were written from here.

    ``kept`` are the notes of what is still to be told of it.
    """

    mirror: type[Mirror]
    began_at: datetime
    read: int = 0
    stored: Stored = field(default_factory=Stored)
    far: list[Pass] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)

    @property
    def changed(self) -> list[int]:
        return self.stored.changed


@contextmanager
def locked(connection: Connection, mirrors: Sequence[type[Mirror]]) -> Iterator[list[type[Mirror]]]:
    """Those of the mirrors that nobody else is syncing, held until the end, across transactions."""
    numbers = [lock_number(f"odoo_sync {connection.pk} {mirror.key}") for mirror in mirrors]
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(n) FROM unnest(%s::bigint[]) AS n", [numbers])
        taken = [answer[0] for answer in cursor.fetchall()]
    held = [number for number, got in zip(numbers, taken, strict=True) if got]
    try:
        yield [mirror for mirror, got in zip(mirrors, taken, strict=True) if got]
    finally:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(n) FROM unnest(%s::bigint[]) AS n", [held])


def poll(connection: Connection, mirror: type[Mirror], client: Client, cursor: Cursor) -> Pass:
    """Bring in what has changed since the cursor. The cursor is advanced, and saved unless the pass found nothing.

    The horizon comes from the answer that brought the stamps, less the time it took: Odoo's clock before the
    question. Stamps are compared with ``>=`` on a floored second, which is right on every version of Odoo.
    """
    done = Pass(mirror, timezone.now())
    began = monotonic()
    reader = Reader(client, layout_for(connection, mirror))
    rescan = due_for_rescan(cursor, done.began_at)
    since = cursor.watermark or done.began_at - SLOW_WINDOW
    stamps = reader.stamps(min(since, done.began_at - SLOW_WINDOW) if rescan else since, MOST_STAMPS)
    now = server_now(client.transport.date, monotonic() - began, done.began_at)
    due = select_due(connection, mirror, stamps, now, now - done.began_at)
    cursor.watermark = max(since, horizon(now))
    cursor.as_of = done.began_at
    if rescan:
        cursor.rescanned_at = done.began_at
    if due:
        done.far = list(take_far(connection, mirror, due, client, now - SLOW_WINDOW))
        take(connection, reader, due, done, cursor, unsettled_from=now - SLOW_WINDOW)
    return done


def take_far(
    connection: Connection, mirror: type[Mirror], ids: Sequence[int], client: Client, unsettled_from: datetime
) -> Iterator[Pass]:
    """Read the rows whose links to these are outdated: before these themselves, so that a broken pass is repeated."""
    for there, linked in outdated(connection, mirror, ids, client):
        if linked:
            done, reader = Pass(there, timezone.now()), Reader(client, layout_for(connection, there))
            take(connection, reader, linked, done, None, unsettled_from=unsettled_from)
            hold_poison(connection, there, reader)
            yield done


def due_for_rescan(cursor: Cursor, now: datetime) -> bool:
    """Whether the long window is to be looked at: once an hour, for transactions that outlast the fast one."""
    return cursor.rescanned_at is None or now - cursor.rescanned_at >= RESCAN_EVERY


def select_due(
    connection: Connection, mirror: type[Mirror], stamps: Sequence[Row], now: datetime, ahead: timedelta
) -> list[int]:
    """The Odoo ids among these stamps whose rows have to be read."""
    if not stamps:
        return []
    keys = [row_key(connection.pk, row["id"]) for row in stamps]
    columns = ("id", *Known._fields)
    known = {key: Known(*rest) for key, *rest in mirror.everything.filter(id__in=keys).values_list(*columns)}
    return [
        row["id"]
        for key, row in zip(keys, stamps, strict=True)
        if must_read(read_moment(row["write_date"]), known.get(key), now, ahead)
    ]


def take(
    connection: Connection,
    reader: Reader,
    ids: Sequence[int],
    done: Pass,
    cursor: Cursor | None,
    *,
    unsettled_from: datetime | None,
) -> None:
    """Read these rows and store them; the cursor is saved in the transaction of the last page."""
    pages = list_ahead(reader.rows(ids))
    for page, last in pages:
        with transaction.atomic():
            stored = store(connection, reader.layout, page, unsettled_from=unsettled_from)
            done.read += len(page.rows)
            done.stored.add(stored)
            done.kept += keep(connection, reader.layout.mirror, stored.changed)
            if last and not stored.again and cursor is not None:
                close(connection, reader, done, cursor)
    if done.stored.again:
        again, done.stored.again = done.stored.again, []
        take(connection, reader, again, done, cursor, unsettled_from=unsettled_from)


def list_ahead(pages: Iterable[Page]) -> Iterator[tuple[Page, bool]]:
    """Each page, and whether it is the last; one empty page when there is none."""
    former: Page | None = None
    for page in pages:
        if former is not None:
            yield former, False
        former = page
    now = timezone.now()
    yield former or Page([], now, now), True


def close(connection: Connection, reader: Reader, done: Pass, cursor: Cursor) -> None:
    """End a pass inside the transaction of its last page: quarantine, cursor, run."""
    mirror = reader.layout.mirror
    hold_poison(connection, mirror, reader)
    held = quarantine.held_ids(connection, mirror) - set(done.stored.held) - set(reader.poison)
    if held:
        stored_now = {split_key(key)[1] for key in done.changed}
        quarantine.release(connection, mirror, held & stored_now)
    cursor.rows += done.stored.added
    cursor.problem = ""
    cursor.save()
    if done.changed or reader.poison or done.stored.held:
        note_run(connection, done, "delta")


def hold_poison(connection: Connection, mirror: type[Mirror], reader: Reader) -> None:
    """Quarantine what could not be read even alone."""
    for odoo_id, reason in reader.poison.items():
        quarantine.hold(connection, mirror, odoo_id, reason)


def note_run(connection: Connection, done: Pass, kind: str, *, gone: int = 0, error: str = "") -> None:
    """One row per pass that did something."""
    Run.objects.create(
        connection=connection,
        mirror=done.mirror.key,
        kind=kind,
        started_at=done.began_at,
        ended_at=timezone.now(),
        rows_read=done.read,
        rows_changed=len(done.changed),
        rows_gone=gone,
        error=error,
    )


def poll_all(connection: Connection, mirrors: Sequence[type[Mirror]], client: Client) -> list[Pass]:
    """Poll several loaded mirrors, parents before children, and announce together what changed.

    A mirror that may not be read, or no longer exists as known, gets a problem of its own, and whoever judges by it
    is told, as when it can be read again; any other failure ends the cycle and is raised after what did change has been
    announced.
    """
    done: list[Pass] = []
    quiet: list[Cursor] = []
    turned = False
    cursors = {cursor.mirror: cursor for cursor in connection.cursors.exclude(loaded_at=None)}
    try:
        with locked(connection, [mirror for mirror in mirrors if mirror.key in cursors]) as ours:
            for mirror in ours:
                had = bool(cursors[mirror.key].problem)
                outcome = attempt(connection, mirror, client, cursors[mirror.key])
                turned = turned or had == (outcome is not None)
                if outcome is not None:
                    done += [*outcome.far, outcome]
                    if not outcome.read:
                        quiet.append(cursors[mirror.key])
    finally:
        rest(quiet)
        for outcome in done:
            announce(connection, outcome.mirror, outcome.changed, kept=outcome.kept)
        if turned:
            tell_of_reading(connection)
    return done


def attempt(connection: Connection, mirror: type[Mirror], client: Client, cursor: Cursor) -> Pass | None:
    """Poll one mirror; after a refused field, once more with what this Odoo has now. None when it cannot be read."""
    try:
        try:
            return poll(connection, mirror, client, cursor)
        except (SchemaError, HiddenFieldError):
            if not relearn(connection, mirror, client) or mirror.key in connection.capabilities["unavailable"]:
                raise
            return poll(connection, mirror, client, cursor)
        except NotAllowedError:
            if not renew_companies(connection, client):
                raise
            return poll(connection, mirror, client, cursor)
    except (NotAllowedError, SchemaError) as error:
        connection.cursors.filter(pk=cursor.pk).update(problem=str(error))
        if isinstance(error, NotAllowedError):
            relearn(connection, mirror, client)
        return None


def rest(cursors: Sequence[Cursor]) -> None:
    """Save the cursors of passes that found nothing, in one statement."""
    for cursor in cursors:
        cursor.problem = ""
    if cursors:
        Cursor.objects.bulk_update(cursors, ["watermark", "as_of", "rescanned_at", "problem"])


@dataclass(frozen=True)
class Reread:
    """One row before and after a targeted read, as Python values by our field names; None where there was no row."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None


def resync(connection: Connection, mirror: type[Mirror], odoo_ids: Iterable[int], client: Client) -> dict[int, Reread]:
    """Read certain rows anew, now; used after a write-back. The cursor stays where it is."""
    ids = sorted(set(odoo_ids))
    keys = [row_key(connection.pk, odoo_id) for odoo_id in ids]
    before: dict[int, Any] = {row["id"]: row for row in mirror.everything.filter(id__in=keys).values()}
    done = Pass(mirror, timezone.now())
    reader = Reader(client, layout_for(connection, mirror))
    take(connection, reader, ids, done, None, unsettled_from=done.began_at - SLOW_WINDOW)
    hold_poison(connection, mirror, reader)
    after: dict[int, Any] = {row["id"]: row for row in mirror.everything.filter(id__in=keys).values()}
    transaction.on_commit(lambda: announce(connection, mirror, done.changed, kept=done.kept))
    return {odoo_id: Reread(before.get(key), after.get(key)) for odoo_id, key in zip(ids, keys, strict=True)}
