"""Looking at once for certain records that may be gone: the sweep of all ids comes round in minutes only."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from controltower.lib.keys import row_key, split_key
from odoo_sync.announcing import announce, keep
from odoo_sync.client import Client
from odoo_sync.connections import cursor_of, layout_for
from odoo_sync.errors import NotAllowedError, SchemaError
from odoo_sync.extract import Reader
from odoo_sync.mirror.base import Many2one, Mirror, mirrors
from odoo_sync.models import Connection, Cursor, Suspect
from odoo_sync.reconcile import LEAST_FREEZE, bury, still_here_before
from odoo_sync.sync import Pass, note_run

MOST_LINKED = 200
"""Beyond so many rows that link to a missing one, they are left to the sweep."""


def look_for(connection: Connection, wanted: Mapping[type[Mirror], Iterable[int]], client: Client) -> bool:
    """Ask for these Odoo ids, and for the rows that link to what is missing: lines go with their order.

    As in a sweep, absent once is a suspicion, and only absent twice, some seconds apart, is gone. True while there is
    a suspicion, so that it is worth looking again after ``reconcile.PATIENCE``. Raises OdooError.
    """
    suspected = False
    seen: dict[type[Mirror], set[int]] = defaultdict(set)
    waiting = deque((mirror, {row_key(connection.pk, one) for one in ids}) for mirror, ids in wanted.items())
    while waiting:
        mirror, keys = waiting.popleft()
        absent, suspects = compare(connection, mirror, keys - seen[mirror], client)
        seen[mirror] |= keys
        suspected = suspected or suspects > 0
        waiting.extend(linked(mirror, absent))
    return suspected


def compare(connection: Connection, mirror: type[Mirror], keys: set[int], client: Client) -> tuple[set[int], int]:
    """Compare these rows with Odoo: which of them are absent, and how many of those for the first time.

    Nothing is concluded while the mirror is frozen, or when more is absent than a day's work explains.
    """
    done, cursor = Pass(mirror, timezone.now()), cursor_of(connection, mirror)
    here = set(mirror.objects.filter(id__in=keys).values_list("id", flat=True))
    if not here or cursor.frozen_reason:
        return set(), 0
    reader = Reader(client, layout_for(connection, mirror))
    ids = [split_key(key)[1] for key in sorted(here)]
    try:
        there = {row_key(connection.pk, one) for one in client.search(reader.model, reader.domain(("id", "in", ids)))}
    except (NotAllowedError, SchemaError):
        return set(), 0
    absent = still_here_before(connection, mirror, here - there, done.began_at)
    if len(absent) > LEAST_FREEZE:
        return set(), 0
    with transaction.atomic():
        gone, suspects = bury(connection, mirror, absent, client, reader)
        Suspect.objects.filter(connection=connection, mirror=mirror.key, row__in=here & there).delete()
        if gone:
            Cursor.objects.filter(pk=cursor.pk).update(rows=F("rows") - len(gone))
            note_run(connection, done, "sweep", gone=len(gone))
            done.kept += keep(connection, mirror, gone)
    announce(connection, mirror, gone, kept=done.kept)
    return absent, suspects


def linked(mirror: type[Mirror], keys: set[int]) -> Iterator[tuple[type[Mirror], set[int]]]:
    """The rows of every mirror that link to one of these."""
    if not keys:
        return
    for other in mirrors:
        for field in other._meta.fields:
            if isinstance(field, Many2one) and field.related_model is mirror:
                rows = other.objects.filter(**{f"{field.attname}__in": keys}).values_list("id", flat=True)
                found = set(rows[: MOST_LINKED + 1])
                if 0 < len(found) <= MOST_LINKED:
                    yield other, found
