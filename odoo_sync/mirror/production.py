"""Mirrors of production orders, work orders and work centres."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, amount_field, mirrors, quantity_field
from odoo_sync.mirror.company import Company, WorkingCalendar
from odoo_sync.mirror.product import Product, UnitOfMeasure
from odoo_sync.mirror.stock import OperationType


@mirrors.add
class WorkCentre(Mirror):
    """A machine or line. Odoo: mrp.workcenter; ``working_state`` is normal, blocked or done (in use)."""

    key = "mrp.workcenter"
    source = Source(
        model="mrp.workcenter",
        renames={"cost_per_hour": "costs_hour", "calendar": "resource_calendar_id"},
        lane=Lane.HOT,
        history=("working_state",),
        archived=True,
    )
    plant_path = "company__sole__plant"

    name = models.CharField()
    code = models.CharField(null=True)
    company = Many2one(Company)
    calendar = Many2one(WorkingCalendar)
    working_state = models.CharField(null=True)
    cost_per_hour = amount_field(db_comment="company currency")
    active = models.BooleanField(null=True)


@mirrors.add
class ProductionOrder(Mirror):
    """An order to make a product. Odoo: mrp.production (date_start/date_finished from 17 on)."""

    key = "mrp.production"
    source = Source(
        model="mrp.production",
        renames={
            "quantity": "product_qty",
            "unit": "product_uom_id",
            "start_at": "date_start",
            "finish_at": "date_finished",
            "deadline_at": "date_deadline",
            "operation_type": "picking_type_id",
        },
        lane=Lane.HOT,
        history=("state", "quantity"),
        promises=("start_at", "finish_at", "deadline_at"),
    )
    plant_path = "operation_type__warehouse"

    name = models.CharField()
    product = Many2one(Product)
    company = Many2one(Company)
    operation_type = Many2one(OperationType)
    state = models.CharField(null=True)
    reservation_state = models.CharField(null=True)
    quantity = quantity_field()
    unit = Many2one(UnitOfMeasure)
    start_at = models.DateTimeField(null=True, db_comment="UTC; planned until started, then real")
    finish_at = models.DateTimeField(null=True, db_comment="UTC; planned until done, then real")
    deadline_at = models.DateTimeField(null=True)
    origin = models.CharField(null=True)
    is_planned = models.BooleanField(null=True)


@mirrors.add
class WorkOrder(Mirror):
    """One operation of a production order on a work centre. Odoo: mrp.workorder; durations in minutes."""

    key = "mrp.workorder"
    source = Source(
        model="mrp.workorder",
        renames={
            "work_centre": "workcenter_id",
            "start_at": "date_start",
            "finish_at": "date_finished",
            "expected_minutes": "duration_expected",
            "minutes": "duration",
        },
        lane=Lane.HOT,
        history=("state",),
    )
    company_path = "production__company"
    plant_path = "production__operation_type__warehouse"

    name = models.CharField()
    production = Many2one(ProductionOrder, related_name="work_orders")
    work_centre = Many2one(WorkCentre, related_name="work_orders")
    state = models.CharField(null=True)
    start_at = models.DateTimeField(null=True)
    finish_at = models.DateTimeField(null=True)
    expected_minutes = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    minutes = models.DecimalField(max_digits=16, decimal_places=4, null=True)
