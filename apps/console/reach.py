"""Which connections a person has to do with: a connection has no company of its own."""

from __future__ import annotations

from django.db.models import QuerySet

from controltower.lib.keys import split_key
from controltower.lib.scope import Scope
from odoo_sync.models import Connection


def connections_within(scope: Scope) -> QuerySet[Connection]:
    """Connections that hold a company of the scope, by number; all of them for the whole group."""
    connections = Connection.objects.filter(retired_at=None).order_by("id")
    if scope.is_group:
        return connections
    return connections.filter(pk__in={split_key(one.company)[0] for one in scope.slices if one.company is not None})
