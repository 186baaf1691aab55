"""When nothing may be sent to an Odoo database, and why."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.actions.models import Request
from odoo_sync.models import Connection


def standstills(connections: Iterable[int]) -> dict[int, str]:
    """By key of a connection why nothing is sent to it now, for the requester; only those that stand still. Read anew.

    A database that is no longer known stands still as well.
    """
    wanted = set(connections)
    known = Connection.objects.in_bulk(wanted)
    why = {key: _why(known[key]) if key in known else _("This Odoo is not known any more.") for key in wanted}
    return {key: text for key, text in why.items() if text}


def standstill(connection: int) -> str:
    """Why nothing is sent to this one now; empty when the way is free."""
    return standstills([connection]).get(connection, "")


def held_up(request: Request) -> str:
    """Why nothing of a request is sent now; empty when the way is free."""
    return standstill(request.connection_id) or planned_elsewhere(request)


def _why(now: Connection) -> str:
    if now.retired_at is not None:
        return _("%s is no longer connected; nothing is sent.") % now.name
    if not now.writes_enabled:
        return _("Writing to %s is switched off; this waits until an administrator switches it on.") % now.name
    return ""


def planned_elsewhere(request: Request) -> str:
    """Why a request is not sent any more whose connection means something else by now; empty while it is the same."""
    now = Connection.objects.only("name", "generation").get(pk=request.connection_id)
    if now.generation == request.generation:
        return ""
    told = _("It was planned on another database: %s has been pointed elsewhere since. Plan it anew.")
    return told % now.name


def is_taken_back(request: Request) -> bool:
    """Whether its database has been given up for an earlier or other state since: ids may mean other records now."""
    return Connection.objects.filter(pk=request.connection_id, history_since__gt=request.generation).exists()
