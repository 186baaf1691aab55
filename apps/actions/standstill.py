"""When nothing may be sent to an Odoo database, and why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.actions.models import Request
from odoo_sync.models import Connection


def standstill(request: Request) -> str:
    """Why nothing of a request is sent now, for the requester; empty when the way is free. Reads it anew."""
    read = Connection.objects.only("name", "writes_enabled", "retired_at", "generation")
    now = read.filter(pk=request.connection_id).first()
    if now is None or now.retired_at is not None:
        return _("%s is no longer connected; nothing is sent.") % request.connection.name
    if now.generation != request.generation:
        return planned_elsewhere(request)
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
