"""Mirrors of what work centres did with their time: stretches worked or lost, and the reasons for a loss."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, mirrors
from odoo_sync.mirror.company import Company, OdooUser
from odoo_sync.mirror.production import WorkCentre, WorkOrder


@mirrors.add
class LossReason(Mirror):
    """Why time was lost, or that it was not. Odoo: mrp.workcenter.productivity.loss.

    ``category`` is availability, performance, quality or productive; ``is_manual`` says that people may choose it.
    """

    key = "mrp.workcenter.productivity.loss"
    source = Source(model="mrp.workcenter.productivity.loss", renames={"category": "loss_type", "is_manual": "manual"})
    company_path = None

    name = models.CharField()
    category = models.CharField(null=True)
    sequence = models.IntegerField(null=True)
    is_manual = models.BooleanField(null=True)


@mirrors.add
class CentreTime(Mirror):
    """A stretch of time of a work centre. Odoo: mrp.workcenter.productivity; without an end it goes on now.

    Open and of category availability or quality it is a stop; of category productive or performance it is work under
    way (the clock of a work order). ``minutes`` are Odoo's own: of a loss only those within the working hours of the
    centre, zero while it is open.
    """

    key = "mrp.workcenter.productivity"
    source = Source(
        model="mrp.workcenter.productivity",
        renames={
            "work_centre": "workcenter_id",
            "work_order": "workorder_id",
            "reason": "loss_id",
            "category": "loss_type",
            "start_at": "date_start",
            "end_at": "date_end",
            "minutes": "duration",
        },
        lane=Lane.HOT,
        history=("end_at", "reason"),
    )
    plant_path = "company__sole__plant"

    work_centre = Many2one(WorkCentre, related_name="times")
    work_order = Many2one(WorkOrder, related_name="times")
    company = Many2one(Company)
    reason = Many2one(LossReason)
    category = models.CharField(null=True)
    description = models.TextField(null=True)
    user = Many2one(OdooUser)
    start_at = models.DateTimeField(null=True)
    end_at = models.DateTimeField(null=True)
    minutes = models.DecimalField(max_digits=16, decimal_places=4, null=True)

    class Meta(Mirror.Meta):
        indexes = [models.Index(fields=["work_centre"], condition=models.Q(end_at=None), name="open_times_of_a_centre")]

    def __str__(self) -> str:
        parts = [str(one) for one in (self.work_centre, self.reason) if one is not None]
        return ": ".join(parts) or f"{self.source.model},{self.odoo_id}"
