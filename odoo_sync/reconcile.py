"""What Odoo no longer has leaves no trace there; only comparing all ids tells. Absent twice is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from controltower.lib.keys import row_key, split_key
from odoo_sync import quarantine
from odoo_sync.announcing import announce, keep
from odoo_sync.client import Client
from odoo_sync.connections import layout_for
from odoo_sync.errors import NotAllowedError, SchemaError
from odoo_sync.extract import Reader
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.models import Connection, Cursor, Suspect
from odoo_sync.reading import lost_companies
from odoo_sync.sync import Pass, note_run, take

LEAST_FREEZE = 50
FREEZE_SHARE = 0.02
PATIENCE = timedelta(seconds=5)


@dataclass
class Sweep:
    """What a comparison of ids found."""

    gone: list[int] = field(default_factory=list)
    suspects: int = 0
    found: list[int] = field(default_factory=list)
    frozen: str = ""


def sweep_each(connection: Connection, client: Client) -> Iterator[tuple[type[Mirror], Sweep | None]]:
    """Sweep every loaded mirror, one after the other; None for one that cannot be read, which then says why."""
    unavailable = connection.capabilities.get("unavailable", {})
    for cursor in connection.cursors.exclude(loaded_at=None).order_by("mirror"):
        if cursor.mirror not in mirrors or cursor.mirror in unavailable:
            continue
        mirror = mirrors[cursor.mirror]
        try:
            yield mirror, sweep(connection, mirror, client, cursor)
        except (NotAllowedError, SchemaError) as error:
            connection.cursors.filter(pk=cursor.pk).update(problem=str(error))
            yield mirror, None


def sweep(connection: Connection, mirror: type[Mirror], client: Client, cursor: Cursor) -> Sweep:
    """Compare the ids of one mirror with Odoo's. Rows absent for the second time are marked gone; rows that Odoo has
    and the mirror lacks are read; when too much is absent at once nothing is marked and a person must look."""
    began_at = timezone.now()
    done = Pass(mirror, began_at)
    reader = Reader(client, layout_for(connection, mirror))
    there = {row_key(connection.pk, odoo_id) for odoo_id in client.search(reader.model, reader.domain())}
    here = set(mirror.objects.of(connection.pk).values_list("id", flat=True))
    absent = still_here_before(connection, mirror, here - there, began_at)
    held = quarantine.held_ids(connection, mirror)
    unknown = [split_key(key)[1] for key in sorted(there - here)]
    fetch = [odoo_id for odoo_id in unknown if odoo_id <= cursor.loaded_id or cursor.loaded_at] + sorted(held)
    result = Sweep(frozen=frozen_reason(len(absent), len(here)))
    if fetch:
        take(connection, reader, sorted(set(fetch)), done, None, unsettled_from=began_at)
        result.found = done.changed
    with transaction.atomic():
        settle_quarantine(connection, mirror, reader, held, done, there)
        if not result.frozen:
            result.gone, result.suspects = bury(connection, mirror, absent, client, reader)
        Suspect.objects.filter(connection=connection, mirror=mirror.key).exclude(row__in=absent).delete()
        cursor.swept_at, cursor.frozen_reason = began_at, result.frozen
        cursor.rows = len(here) - len(result.gone) + done.stored.added
        cursor.save(update_fields=["swept_at", "frozen_reason", "rows"])
        if result.gone or result.found or result.frozen:
            note_run(connection, done, "sweep", gone=len(result.gone), error=result.frozen)
        done.kept += keep(connection, mirror, result.gone)
    announce(connection, mirror, [*result.gone, *result.found], kept=done.kept)
    return result


def still_here_before(connection: Connection, mirror: type[Mirror], keys: Iterable[int], moment: datetime) -> set[int]:
    """Rows that were read before the comparison began; a row that arrived meanwhile proves nothing.

    Nor does one of a company that the bot user no longer sees: it is hidden, not gone.
    """
    rows = mirror.everything.filter(id__in=list(keys), read_ended_at__lt=moment)
    found, lost = set(rows.values_list("id", flat=True)), list(lost_companies(connection))
    if not lost or mirror.company_path is None:
        return found
    return found - set(rows.filter(**{f"{mirror.company_path}__in": lost}).values_list("id", flat=True))


def frozen_reason(absent: int, all_rows: int) -> str:
    """Why nothing is marked gone: more is absent at once than a day's work explains. Empty when it is believable."""
    if absent <= max(LEAST_FREEZE, FREEZE_SHARE * all_rows):
        return ""
    return (
        f"{absent} of {all_rows} records are not shown by Odoo any more. Nothing was marked as gone. "
        "Check the companies and rights of the bot user, and whether a backup was restored."
    )


def bury(
    connection: Connection, mirror: type[Mirror], absent: set[int], client: Client, reader: Reader
) -> tuple[list[int], int]:
    """Mark rows gone that are absent for the second time, after asking for them by id; note the others as suspects."""
    former = Suspect.objects.filter(connection=connection, mirror=mirror.key, row__in=absent)
    ripe = set(former.filter(since__lt=timezone.now() - PATIENCE).values_list("row", flat=True))
    asked = [split_key(key)[1] for key in sorted(ripe)]
    shown = (
        {row_key(connection.pk, odoo_id) for odoo_id in client.search(reader.model, [("id", "in", asked)])}
        if asked
        else set()
    )
    gone = sorted(ripe - shown)
    mirror.everything.filter(id__in=gone, gone_at=None).update(gone_at=timezone.now())
    Suspect.objects.filter(connection=connection, mirror=mirror.key, row__in=gone).delete()
    now = timezone.now()
    fresh = [Suspect(connection=connection, mirror=mirror.key, row=key, since=now) for key in sorted(absent - ripe)]
    Suspect.objects.bulk_create(fresh, ignore_conflicts=True)
    return gone, len(fresh)


def settle_quarantine(
    connection: Connection, mirror: type[Mirror], reader: Reader, held: set[int], done: Pass, there: set[int]
) -> None:
    """Release rows that could be stored this time, or that Odoo no longer has; note one more attempt for the rest."""
    for odoo_id, reason in reader.poison.items():
        quarantine.hold(connection, mirror, odoo_id, reason)
    failed = set(done.stored.held) | set(reader.poison)
    vanished = {odoo_id for odoo_id in held if row_key(connection.pk, odoo_id) not in there}
    quarantine.release(connection, mirror, (held - failed) | vanished)
