"""When nothing may be sent to an Odoo database, and why."""

from __future__ import annotations

from django.utils.translation import gettext as _

from odoo_sync.models import Connection


def standstill(connection: Connection) -> str:
    """Why nothing is sent to this database now, for the requester; empty when the way is free. Reads it anew."""
    now = Connection.objects.filter(pk=connection.pk).only("name", "writes_enabled", "retired_at").first()
    if now is None or now.retired_at is not None:
        return _("%s is no longer connected; nothing is sent.") % connection.name
    if not now.writes_enabled:
        return _("Writing to %s is switched off; this waits until an administrator switches it on.") % now.name
    return ""
