"""Mirrors of Odoo Enterprise's quality: checks, alerts and the stages of alerts.

Not verified: no Enterprise was at hand. Fields follow public documentation of Odoo 17 and 18; all but the few that no
version lacks are optional, so that one named otherwise stays null instead of stopping the mirror.
"""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, mirrors, quantity_field
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import Lot


@mirrors.add
class QualityCheck(Mirror):
    """One check of goods. Enterprise: quality.check (not verified); ``state`` is none, pass or fail."""

    key = "quality.check"
    source = Source(
        model="quality.check",
        renames={
            "state": "quality_state",
            "transfer": "picking_id",
            "measured": "measure",
            "least": "tolerance_min",
            "most": "tolerance_max",
            "quantity": "qty_line",
            "asked_at": "create_date",
            "done_at": "control_date",
        },
        lane=Lane.HOT,
        history=("state",),
        optional=(
            "title",
            "product",
            "lot",
            "transfer",
            "production",
            "company",
            "quantity",
            "measured",
            "least",
            "most",
            "done_at",
        ),
    )

    name = models.CharField(null=True)
    title = models.CharField(null=True)
    state = models.CharField(null=True)
    product = Many2one(Product)
    lot = Many2one(Lot)
    transfer = Many2one(Transfer)
    production = Many2one(ProductionOrder)
    company = Many2one(Company)
    quantity = quantity_field()
    measured = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    least = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    most = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    asked_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)


@mirrors.add
class QualityAlertStage(Mirror):
    """A stage of alerts; ``done`` closes them. Enterprise: quality.alert.stage (not verified)."""

    key = "quality.alert.stage"
    source = Source(model="quality.alert.stage", optional=("done",))
    company_path = None

    name = models.CharField(null=True)
    done = models.BooleanField(null=True)


@mirrors.add
class QualityAlert(Mirror):
    """Goods somebody found bad. Enterprise: quality.alert (not verified); open until its stage is a closing one."""

    key = "quality.alert"
    source = Source(
        model="quality.alert",
        renames={"asked_at": "create_date", "done_at": "date_close", "transfer": "picking_id"},
        lane=Lane.HOT,
        history=("stage",),
        optional=("title", "product", "lot", "transfer", "production", "company", "stage", "done_at"),
    )

    name = models.CharField(null=True)
    title = models.CharField(null=True)
    stage = Many2one(QualityAlertStage)
    product = Many2one(Product)
    lot = Many2one(Lot)
    transfer = Many2one(Transfer)
    production = Many2one(ProductionOrder)
    company = Many2one(Company)
    asked_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
