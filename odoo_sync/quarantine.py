"""Rows that could not be read or converted: kept with their reason, tried again, never dropped."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection as database
from django.db.models.functions import Now
from django.utils import timezone

from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection, Quarantine

HOLD = """
INSERT INTO odoo_sync_quarantine (connection_id, mirror, odoo_id, reason, attempts) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (connection_id, mirror, odoo_id) WHERE released_at IS NULL
DO UPDATE SET
    attempts = odoo_sync_quarantine.attempts + 1, reason = EXCLUDED.reason, tried_at = statement_timestamp()"""


def hold(connection: Connection, mirror: type[Mirror], odoo_id: int, reason: str) -> None:
    """Put a row into quarantine, or note one more failed attempt."""
    with database.cursor() as cursor:
        cursor.execute(HOLD, [connection.pk, mirror.key, odoo_id, reason[:1000]])


def held_ids(connection: Connection, mirror: type[Mirror]) -> set[int]:
    """Odoo ids of the rows that are in quarantine now."""
    waiting = Quarantine.objects.filter(connection=connection, mirror=mirror.key, released_at=None)
    return set(waiting.values_list("odoo_id", flat=True))


def release(connection: Connection, mirror: type[Mirror], odoo_ids: Iterable[int]) -> int:
    """Note that these rows have been stored, or are gone, after all."""
    waiting = Quarantine.objects.filter(
        connection=connection, mirror=mirror.key, released_at=None, odoo_id__in=list(odoo_ids)
    )
    return waiting.update(released_at=Now(), tried_at=timezone.now())
