"""Background work that pages ask for."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.actions.rights import look_at_rights
from apps.exceptions.tasks import sweep
from odoo_sync import quarantine
from odoo_sync.client import Client
from odoo_sync.connections import bury
from odoo_sync.mirror.base import mirrors
from odoo_sync.models import Connection, Quarantine
from odoo_sync.sync import resync
from odoo_sync.tasks import guarded

MOST_RETRIED = 1000


@shared_task
def retry_quarantined(number: int, mirror: str) -> None:
    """Read the quarantined rows of one mirror anew, and release those that could be stored."""
    if mirror in mirrors:
        guarded(number, lambda connection, client: reread(connection, client, mirror))


@shared_task
def look_at_write_rights() -> None:
    """Ask each Odoo anew what it would refuse to write: a right that was taken away is known before it is needed."""
    for number in Connection.objects.filter(retired_at=None).order_by("pk").values_list("pk", flat=True):
        look_at_rights_of.delay(number)


@shared_task
def look_at_rights_of(number: int) -> None:
    """The same of one Odoo."""
    guarded(number, lambda connection, _client: look_at_rights(connection))


@shared_task
def bury_rows(number: int) -> None:
    """Let the rows of a disconnected Odoo count as gone, and its cases end. Were it lost, the next sweeps do it."""
    connection = Connection.objects.filter(pk=number).exclude(retired_at=None).first()
    if connection is not None and bury(connection):
        sweep.delay(number)


def reread(connection: Connection, client: Client, key: str) -> None:
    """Rows that fail again are held again with a later attempt; all others are well, or gone from Odoo."""
    mirror, began = mirrors[key], timezone.now()
    held = sorted(quarantine.held_ids(connection, mirror))[:MOST_RETRIED]
    resync(connection, mirror, held, client)
    failed = Quarantine.objects.filter(connection=connection, mirror=key, released_at=None, tried_at__gte=began)
    quarantine.release(connection, mirror, set(held) - set(failed.values_list("odoo_id", flat=True)))
