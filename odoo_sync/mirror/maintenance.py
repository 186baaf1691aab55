"""Mirrors of maintenance: equipment, its categories, requests, their stages, teams."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, mirrors
from odoo_sync.mirror.company import Company, OdooUser
from odoo_sync.mirror.production import WorkCentre


@mirrors.add
class MaintenanceTeam(Mirror):
    """Who repairs, for one company. Odoo: maintenance.team; one without a company serves the group."""

    key = "maintenance.team"
    source = Source(model="maintenance.team", archived=True)

    name = models.CharField()
    company = Many2one(Company)
    active = models.BooleanField(null=True)


@mirrors.add
class MaintenanceStage(Mirror):
    """Where a request stands. Odoo: maintenance.stage; ``is_final`` ends a request, by repair or otherwise."""

    key = "maintenance.stage"
    source = Source(model="maintenance.stage", renames={"is_final": "done"})
    company_path = None

    name = models.CharField()
    sequence = models.IntegerField(null=True)
    is_final = models.BooleanField(null=True)


@mirrors.add
class EquipmentCategory(Mirror):
    """A kind of equipment. Odoo: maintenance.equipment.category."""

    key = "maintenance.equipment.category"
    source = Source(model="maintenance.equipment.category", renames={"technician": "technician_user_id"})

    name = models.CharField()
    company = Many2one(Company)
    technician = Many2one(OdooUser)


@mirrors.add
class Equipment(Mirror):
    """A machine or tool that is looked after. Odoo: maintenance.equipment.

    ``work_centre`` is what Odoo itself says: a field of Enterprise's mrp_maintenance (unverified), which Community
    lacks; there people say it here (`apps.exceptions.machines`). The bot sees equipment only as an Equipment Manager.
    """

    key = "maintenance.equipment"
    source = Source(
        model="maintenance.equipment",
        renames={
            "serial_number": "serial_no",
            "team": "maintenance_team_id",
            "technician": "technician_user_id",
            "work_centre": "workcenter_id",
        },
        lane=Lane.WARM,
        optional=("work_centre",),
        archived=True,
    )
    plant_path = "company__sole__plant"

    name = models.CharField()
    serial_number = models.CharField(null=True)
    model = models.CharField(null=True)
    location = models.CharField(null=True)
    company = Many2one(Company)
    category = Many2one(EquipmentCategory)
    team = Many2one(MaintenanceTeam)
    technician = Many2one(OdooUser)
    work_centre = Many2one(WorkCentre)
    active = models.BooleanField(null=True)


@mirrors.add
class MaintenanceRequest(Mirror):
    """Something to repair or to look after. Odoo: maintenance.request; ``kind`` is corrective or preventive.

    It is over when its stage is final or when it ``is_cancelled`` (Odoo: archive; the model has no ``active``). Odoo
    keeps the days of asking and closing without an hour.
    """

    key = "maintenance.request"
    source = Source(
        model="maintenance.request",
        renames={
            "team": "maintenance_team_id",
            "technician": "user_id",
            "kind": "maintenance_type",
            "requested_on": "request_date",
            "scheduled_at": "schedule_date",
            "closed_on": "close_date",
            "hours": "duration",
            "is_cancelled": "archive",
        },
        lane=Lane.WARM,
        history=("stage",),
    )
    plant_path = "company__sole__plant"

    name = models.CharField()
    company = Many2one(Company)
    equipment = Many2one(Equipment, related_name="requests")
    team = Many2one(MaintenanceTeam)
    technician = Many2one(OdooUser)
    stage = Many2one(MaintenanceStage)
    kind = models.CharField(null=True)
    priority = models.CharField(null=True)
    requested_on = models.DateField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    hours = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    is_cancelled = models.BooleanField(null=True)
