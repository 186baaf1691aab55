"""Links that Odoo lets be written from either side, where it stamps only the side that was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from django.db.models import Q

from controltower.lib.keys import row_key, split_key
from odoo_sync.client import Client
from odoo_sync.connections import layout_for
from odoo_sync.layout import odoo_name
from odoo_sync.mirror.base import Many2many, Mirror, mirrors
from odoo_sync.models import Connection


def outdated(
    connection: Connection, mirror: type[Mirror], ids: Sequence[int], client: Client
) -> Iterator[tuple[type[Mirror], list[int]]]:
    """Per mirror that links to these rows: the Odoo ids whose links to them are no longer as mirrored.

    One call for each far side that has been loaded. Rows that are not mirrored yet come by their own stamp.
    """
    for key, name in mirror.source.far_sides:
        there = mirrors[key]
        field = cast("Many2many", there._meta.get_field(name))
        loaded = connection.cursors.filter(mirror=key).exclude(loaded_at=None).exists()
        if loaded and name not in layout_for(connection, there).missing:
            asked = odoo_name(there, field)
            rows = client.search_read(there.source.model, [*there.source.domain, (asked, "in", list(ids))], [asked])
            told = {row_key(connection.pk, row["id"]): keys_of(connection, row[asked]) for row in rows}
            yield there, differing(there, name, keys_of(connection, ids), told)


def differing(there: type[Mirror], name: str, targets: set[int], told: dict[int, set[int]]) -> list[int]:
    """Odoo ids of mirrored rows that link to other targets than we were told."""
    known = there.objects.filter(Q(pk__in=told) | Q(**{f"{name}__overlap": sorted(targets)}))
    return [
        split_key(key)[1]
        for key, links in known.values_list("pk", name)
        if targets & set(links) != targets & told.get(key, set())
    ]


def keys_of(connection: Connection, ids: Iterable[int]) -> set[int]:
    return {row_key(connection.pk, odoo_id) for odoo_id in ids}
