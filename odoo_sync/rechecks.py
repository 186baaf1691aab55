"""Looks at Odoo that a person asked for, carried out by a worker: all ids compared, or one record read anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from controltower.lib.keys import row_key
from odoo_sync import quarantine
from odoo_sync.client import Client
from odoo_sync.connections import check_identity
from odoo_sync.extract import POISON
from odoo_sync.mirror.base import mirrors
from odoo_sync.models import Connection, Quarantine, Recheck
from odoo_sync.reconcile import sweep_each
from odoo_sync.sync import Reread, resync

LOST_AFTER = timedelta(minutes=10)
BOOKKEEPING = {"id", "written_at", "read_began_at", "read_ended_at"}
Kind, Outcome = Recheck.Kind, Recheck.Outcome


def under_way(connection: Connection, kind: str, mirror: str = "", odoo_id: int | None = None) -> Recheck | None:
    """The open look at the same thing; one that has not moved for ten minutes is ended as lost and not counted."""
    same = Recheck.objects.filter(connection=connection, kind=kind, mirror=mirror, odoo_id=odoo_id, ended_at=None)
    found = same.first()
    if found is not None and timezone.now() - found.alive_at > LOST_AFTER:
        end(found, Outcome.LOST)
        return None
    return found


def taken_up(key: int) -> Recheck | None:
    """The look that a worker is about to carry out; None when it has ended meanwhile."""
    if not Recheck.objects.filter(pk=key, ended_at=None).update(alive_at=timezone.now()):
        return None
    return Recheck.objects.get(pk=key)


def carry_out(one: Recheck, connection: Connection, client: Client) -> None:
    """Look, and write down what was found. Raises OdooError when this Odoo cannot be asked at all."""
    now = timezone.now()
    Recheck.objects.filter(pk=one.pk).update(started_at=now, alive_at=now, done=0)
    check_identity(connection, client)
    if one.kind == Kind.SWEEP:
        compare_all(one, connection, client)
    else:
        read_one(one, connection, client)


def compare_all(one: Recheck, connection: Connection, client: Client) -> None:
    """Compare the ids of every loaded mirror, counting as it goes."""
    found: dict[str, Any] = {"found": 0, "gone": 0, "suspects": 0, "frozen": [], "unread": []}
    total = connection.cursors.exclude(loaded_at=None).filter(mirror__in=[mirror.key for mirror in mirrors]).count()
    Recheck.objects.filter(pk=one.pk).update(total=total)
    for mirror, result in sweep_each(connection, client):
        if result is None:
            found["unread"].append(mirror.key)
        else:
            found["found"] += len(result.found)
            found["gone"] += len(result.gone)
            found["suspects"] += result.suspects
            found["frozen"] += [mirror.key] if result.frozen else []
        Recheck.objects.filter(pk=one.pk).update(done=F("done") + 1, alive_at=timezone.now())
    end(one, Outcome.COMPARED, **found)


def read_one(one: Recheck, connection: Connection, client: Client) -> None:
    """Read one record anew, and say what that changed. A record outside the mirror's domain counts as not shown."""
    mirror, odoo_id = mirrors[one.mirror], one.odoo_id or 0
    known = mirror.objects.filter(pk=row_key(connection.pk, odoo_id)).exists()
    try:
        shown = client.search(mirror.source.model, [*mirror.source.domain, ("id", "=", odoo_id)])
        if not shown:
            end(one, Outcome.ABSENT, known=known)
            return
        tries = attempts(connection, one)
        read = resync(connection, mirror, [odoo_id], client)[odoo_id]
    except POISON as error:
        end(one, Outcome.FAILED, reason=str(error))
        return
    if attempts(connection, one) > tries:
        end(one, Outcome.HELD)
        return
    quarantine.release(connection, mirror, {odoo_id})
    changed = differing(read)
    end(one, Outcome.CHANGED if changed and known else Outcome.SAME if known else Outcome.NEW, fields=changed)


def attempts(connection: Connection, one: Recheck) -> int:
    """How often storing this record has failed until now; 0 when it is not in quarantine."""
    held = Quarantine.objects.filter(
        connection=connection, mirror=one.mirror, odoo_id=one.odoo_id or 0, released_at=None
    )
    return held.values_list("attempts", flat=True).first() or 0


def differing(read: Reread) -> list[str]:
    """Our names of the fields whose value is another now."""
    before, after = read.before or {}, read.after or {}
    return sorted(name for name in after if name not in BOOKKEEPING and before.get(name) != after[name])


def fail(one: Recheck, reason: str) -> None:
    """End a look that could not be carried out; nothing happens to one that has ended."""
    end(one, Outcome.FAILED, reason=reason)


def end(one: Recheck, outcome: str, **details: Any) -> None:
    now = timezone.now()
    Recheck.objects.filter(pk=one.pk, ended_at=None).update(
        ended_at=now, alive_at=now, outcome=outcome, details=details
    )
