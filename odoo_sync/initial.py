"""The first read of everything, resumable, with progress that people can watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from django.db import transaction
from django.utils import timezone

from odoo_sync import quarantine
from odoo_sync.announcing import announce
from odoo_sync.client import Client
from odoo_sync.connections import check_identity, cursor_of, layout_for, open_client, readable, tell_of_reading
from odoo_sync.errors import HiddenFieldError, NotAllowedError, SchemaError
from odoo_sync.extract import Reader, ahead
from odoo_sync.layout import Layout
from odoo_sync.load import Page, convert, store
from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection, Cursor
from odoo_sync.reading import relearn
from odoo_sync.settling import horizon, server_now
from odoo_sync.sync import Pass, locked, note_run, poll_all
from odoo_sync.values import ConversionError


@dataclass(frozen=True)
class Progress:
    """How far the load of one mirror is. ``total`` is what Odoo counted at the start; rows come and go meanwhile."""

    mirror: str
    rows: int
    total: int
    seconds: float
    done: bool

    @property
    def rate(self) -> float:
        """Rows a second since this load was started or taken up again."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def remaining_seconds(self) -> float | None:
        """None while no rate is known."""
        return max(self.total - self.rows, 0) / self.rate if self.rate else None


Watch = Callable[[Progress], None]


def load_all(connection: Connection, progress: Watch = lambda step: None) -> bool:
    """Load whatever has not been loaded yet, then catch up with what changed meanwhile, then announce it whole.

    Safe to call again at any time; False when another process is at it.
    """
    client = open_client(connection)
    try:
        check_identity(connection, client)
        mirrors = readable(connection)
        waiting = [mirror for mirror in mirrors if cursor_of(connection, mirror).loaded_at is None]
        with locked(connection, waiting) as ours:
            loaded = [mirror for mirror in ours if try_load(connection, mirror, client, progress)]
        if loaded:
            poll_all(connection, mirrors, client)
        for mirror in loaded:
            announce(connection, mirror, [], whole=True)
        return len(ours) == len(waiting)
    finally:
        client.close()


def try_load(connection: Connection, mirror: type[Mirror], client: Client, progress: Watch) -> bool:
    """Load one mirror; one that may not be read gets a problem of its own and does not stop the others."""
    try:
        try:
            load_mirror(connection, mirror, client, progress)
        except (SchemaError, HiddenFieldError):
            if not relearn(connection, mirror, client) or mirror.key in connection.capabilities["unavailable"]:
                raise
            load_mirror(connection, mirror, client, progress)
    except (NotAllowedError, SchemaError) as error:
        connection.cursors.filter(mirror=mirror.key).update(problem=str(error))
        if isinstance(error, NotAllowedError):
            relearn(connection, mirror, client)
        tell_of_reading(connection)
        return False
    return True


def load_mirror(connection: Connection, mirror: type[Mirror], client: Client, progress: Watch) -> None:
    """Read all rows by ascending id, taking up where an interrupted load stopped.

    The watermark is set from Odoo's clock before the first row is read: rows that change or appear behind the scan
    have a later stamp and come with the first poll.
    """
    cursor = cursor_of(connection, mirror)
    reader = Reader(client, layout_for(connection, mirror))
    if cursor.load_started_at is None:
        begin(cursor, reader)
    done, began = Pass(mirror, timezone.now()), monotonic()
    seen = Progress(mirror.key, 0, cursor.load_total or 0, 0.0, False)

    def prepare(page: Page) -> Page:
        return replace(page, text=prepared(connection, reader.layout, page))

    for page in ahead(reader.after(cursor.loaded_id), prepare):
        with transaction.atomic():
            done.stored.add(store(connection, reader.layout, page))
            done.read += len(page.rows)
            advance(cursor, page)
        seen = replace(seen, rows=done.read, seconds=monotonic() - began)
        progress(seen)
    finish(connection, cursor, reader, done)
    progress(replace(seen, done=True))


def begin(cursor: Cursor, reader: Reader) -> None:
    """Note where a new load starts: the count, and a watermark before it."""
    began_at, began = timezone.now(), monotonic()
    cursor.load_total = reader.client.search_count(reader.model, reader.domain())
    now = server_now(reader.client.transport.date, monotonic() - began, began_at)
    cursor.watermark, cursor.load_started_at, cursor.loaded_id = horizon(now), began_at, 0
    cursor.rescanned_at = began_at
    cursor.save()


def prepared(connection: Connection, layout: Layout, page: Page) -> str | None:
    """A page's COPY text, made by the fetching thread; None where a row needs a closer look."""
    try:
        return convert(connection, layout, page.rows) if page.rows else ""
    except ConversionError:
        return None


def advance(cursor: Cursor, page: Page) -> None:
    """Move the resume point, in the transaction that stores the page."""
    if page.rows:
        cursor.loaded_id = max(row["id"] for row in page.rows)
        Cursor.objects.filter(pk=cursor.pk).update(loaded_id=cursor.loaded_id)


def finish(connection: Connection, cursor: Cursor, reader: Reader, done: Pass) -> None:
    """Close the load: the mirror is complete as of its start, up to the poll that follows."""
    with transaction.atomic():
        for odoo_id, reason in reader.poison.items():
            quarantine.hold(connection, done.mirror, odoo_id, reason)
        cursor.loaded_at, cursor.as_of, cursor.problem = timezone.now(), cursor.load_started_at, ""
        cursor.rows = done.mirror.objects.of(connection.pk).count()
        cursor.save()
        note_run(connection, done, "load")


def loaded_share(connection: Connection) -> tuple[int, int]:
    """Mirrors loaded, and mirrors that can be."""
    return connection.cursors.exclude(loaded_at=None).count(), len(readable(connection))
