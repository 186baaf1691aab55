"""What an administrator of the mirror may ask for: a sweep of all ids, or one record to be read again."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.audit.record import record
from apps.console.errors import RefusedError
from odoo_sync import rechecks, tasks
from odoo_sync.health import may_run
from odoo_sync.models import Connection, Recheck

Kind = Recheck.Kind
ASKED = gettext_lazy("Asked for. What came of it is below, under Rechecks.")


def sweep(connection: Connection, *, by: User) -> Recheck:
    """Have all ids compared with Odoo's, in the background. Raises RefusedError."""
    if not connection.cursors.exclude(loaded_at=None).exists():
        raise RefusedError(_("Nothing has been read from %s yet: there is nothing to compare.") % connection.name)
    return _ask(connection, by, "sync.sweep_asked", Kind.SWEEP)


def read_again(connection: Connection, mirror: str, odoo_id: int, *, by: User) -> Recheck:
    """Have one record read anew, in the background. Raises RefusedError."""
    if not connection.cursors.filter(mirror=mirror).exclude(loaded_at=None).exists():
        raise RefusedError(_("%(model)s is not mirrored from %(name)s.") % {"model": mirror, "name": connection.name})
    return _ask(connection, by, "sync.record_asked", Kind.RECORD, mirror=mirror, odoo_id=odoo_id)


@transaction.atomic
def _ask(connection: Connection, by: User, verb: str, kind: str, **what: Any) -> Recheck:
    """Under the lock of the connection, so that of two clicks at once one starts it and the other is told."""
    require(by, Permission.MANAGE_SYNC, within=connection)
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    _refuse_if_unreadable(held)
    if other := rechecks.under_way(held, kind, **what):
        raise RefusedError(_("It is already under way: %s asked for it.") % other.asked_by_name)
    asked = Recheck.objects.create(
        connection=held, kind=kind, asked_by=by.pk, asked_by_name=by.shown_name[:256], **what
    )
    record(by, verb, held, name=held.name, **what)
    transaction.on_commit(partial(tasks.recheck.delay, asked.pk), robust=True)
    return asked


def _refuse_if_unreadable(connection: Connection) -> None:
    if connection.retired_at is not None:
        raise RefusedError(_("%s was retired: another database took its place.") % connection.name)
    if connection.paused_at is not None:
        raise RefusedError(_("The sync of %s is paused. Resume it first.") % connection.name)
    if not may_run(connection):
        raise RefusedError(
            _("%(name)s cannot be read now: %(why)s It is tried again by itself; ask again when it answers.")
            % {"name": connection.name, "why": connection.problem}
        )
