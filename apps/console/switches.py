"""What an administrator does to a connection: pause, resume, stop and allow writing, sweep, retry, name its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.audit.record import record
from apps.console.rechecks import ASKED, sweep
from apps.console.tasks import retry_quarantined
from odoo_sync.connections import accept_new_identity
from odoo_sync.models import Connection, Quarantine

Deed = Callable[..., Any]


@dataclass(frozen=True)
class Switch:
    """One act with what it means, said before it is done. ``tone`` is that of its button, ``said`` is said after."""

    title: Any
    effect: Any
    deed: Deed
    tone: str = ""
    said: Any = ""


@transaction.atomic
def pause(connection: Connection, *, by: User) -> None:
    """Stop reading this Odoo; what is there stays and grows older."""
    held = _held(connection, by)
    if held.paused_at is None:
        held.paused_at = timezone.now()
        held.save(update_fields=["paused_at"])
        record(by, "connection.paused", held, name=held.name)


@transaction.atomic
def resume(connection: Connection, *, by: User) -> None:
    """Read this Odoo again, at once."""
    held = _held(connection, by)
    if held.paused_at is not None:
        held.paused_at = held.retry_at = None
        held.save(update_fields=["paused_at", "retry_at"])
        record(by, "connection.resumed", held, name=held.name)


@transaction.atomic
def stop_writes(connection: Connection, *, by: User) -> None:
    """The kill switch: nothing more is sent; approved requests wait."""
    held = _held(connection, by)
    if held.writes_enabled:
        held.writes_enabled = False
        held.save(update_fields=["writes_enabled"])
        record(by, "connection.writes_stopped", held, name=held.name)


@transaction.atomic
def stop_all_writes(*, by: User) -> int:
    """The kill switch of every Odoo at once; gives back how many were still written to."""
    require(by, Permission.MANAGE_SYNC, within=None)
    written = Connection.objects.filter(writes_enabled=True, retired_at=None).order_by("pk")
    for connection in written:
        stop_writes(connection, by=by)
    return len(written)


@transaction.atomic
def allow_writes(connection: Connection, *, by: User) -> None:
    """Let approved requests be sent again."""
    held = _held(connection, by)
    if not held.writes_enabled:
        held.writes_enabled = True
        held.save(update_fields=["writes_enabled"])
        record(by, "connection.writes_allowed", held, name=held.name)


@transaction.atomic
def retry(connection: Connection, *, by: User) -> None:
    """Read all quarantined rows anew, in the background."""
    held = _held(connection, by)
    waiting = Quarantine.objects.filter(connection=held, released_at=None)
    for mirror, rows in sorted(Counter(waiting.values_list("mirror", flat=True)).items()):
        record(by, "quarantine.retried", held, mirror=mirror, rows=rows, name=held.name)
        transaction.on_commit(partial(retry_quarantined.delay, held.pk, mirror), robust=True)


def same_data(connection: Connection, *, by: User) -> None:
    """The database that answers now is the former one, moved or restored. Raises OdooError when it cannot be asked."""
    _decide(connection, by, same=True)


def other_data(connection: Connection, *, by: User) -> None:
    """The database that answers now is another one; the former is retired. Raises OdooError when it cannot be asked."""
    _decide(connection, by, same=False)


def _decide(connection: Connection, by: User, *, same: bool) -> None:
    require(by, Permission.MANAGE_SYNC, within=connection)
    with transaction.atomic():
        successor = accept_new_identity(connection, same_data=same)
        record(by, "connection.identity_decided", connection, name=connection.name, same=same, successor=successor.pk)


def _held(connection: Connection, by: User) -> Connection:
    require(by, Permission.MANAGE_SYNC, within=connection)
    return Connection.objects.select_for_update().get(pk=connection.pk)


SWITCHES: dict[str, Switch] = {
    "pause": Switch(
        _("Pause the sync"),
        _("The tower stops reading this Odoo. Cases stay as they are and say how old they are; nothing is lost."),
        pause,
    ),
    "resume": Switch(_("Resume the sync"), _("The tower reads this Odoo again and catches up at once."), resume),
    "stop-writes": Switch(
        _("Stop all writing"),
        _("Nothing more is sent to this Odoo. Approved requests wait; what was sent already is still read back."),
        stop_writes,
        "critical",
    ),
    "allow-writes": Switch(
        _("Allow writing again"), _("Approved requests that waited are sent to this Odoo now."), allow_writes
    ),
    "sweep": Switch(
        _("Run a sweep"),
        _(
            "All ids of every mirrored model are compared with Odoo's, in the background. Rows that are missing here "
            "are read; a row that Odoo does not show for the second time in a row is marked as gone."
        ),
        sweep,
        said=ASKED,
    ),
    "retry": Switch(
        _("Try quarantined rows again"),
        _("Every row that could not be converted is read anew; those that still fail stay here with their reason."),
        retry,
    ),
    "same-data": Switch(
        _("It is the same data"),
        _("The database was moved or restored. Its rows stay, and everything is read again."),
        same_data,
    ),
    "other-data": Switch(
        _("It is another database"),
        _("The former connection is retired and its rows count as gone; the new database gets rows of its own."),
        other_data,
        "critical",
    ),
}
