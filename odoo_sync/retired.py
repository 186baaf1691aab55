"""What belongs to an Odoo that is no longer connected: it keeps its keys, and holds nothing any more."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from controltower.lib.keys import ID_BITS, split_key
from odoo_sync.models import Connection


def of_a_retired_odoo(column: str) -> Exists:
    """Whether the mirror key in a column belongs to a connection that was disconnected; false where it is null."""
    retired = Connection.objects.exclude(retired_at=None)
    return Exists(retired.filter(pk=OuterRef(column).bitrightshift(ID_BITS)))


def retired_among(keys: frozenset[int]) -> frozenset[int]:
    """Those of these mirror keys whose connection was disconnected."""
    numbers = {split_key(key)[0] for key in keys}
    gone = set(Connection.objects.filter(pk__in=numbers).exclude(retired_at=None).values_list("pk", flat=True))
    return frozenset(key for key in keys if split_key(key)[0] in gone)
