"""Which equipment belongs to which work centre: what Odoo says where it can, else what a person has said here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Q

from apps.exceptions.models import EquipmentLink
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest

IN_SERVICE = Q(active=None) | Q(active=True)


def equipment_of(centres: Iterable[int]) -> dict[int, list[Equipment]]:
    """The equipment in service of each work centre, by name. Two queries.

    Odoo's own link (Enterprise) counts before ours, also where it leads elsewhere; what has gone from Odoo is left out.
    """
    wanted = set(centres)
    said = dict(EquipmentLink.objects.filter(work_centre__in=wanted).values_list("equipment_id", "work_centre_id"))
    rows = Equipment.objects.filter(IN_SERVICE, Q(work_centre__in=wanted) | Q(pk__in=set(said), work_centre=None))
    found: dict[int, list[Equipment]] = {centre: [] for centre in wanted}
    for row in rows.select_related("team", "category").order_by("name", "pk"):
        found[row.work_centre_id or said[row.pk]].append(row)
    return found


def repairs_of(equipment: Mapping[int, Iterable[Equipment]]) -> dict[int, list[MaintenanceRequest]]:
    """The corrective requests under way for the equipment of each work centre, oldest first. One query."""
    centre = {row.pk: key for key, rows in equipment.items() for row in rows}
    rows = MaintenanceRequest.objects.filter(
        Q(stage=None) | Q(stage__is_final=None) | Q(stage__is_final=False),
        Q(is_cancelled=None) | Q(is_cancelled=False),
        equipment__in=centre,
        kind="corrective",
    )
    found: dict[int, list[MaintenanceRequest]] = {}
    for row in rows.select_related("stage").order_by("pk"):
        found.setdefault(centre[row.equipment_id], []).append(row)
    return found
