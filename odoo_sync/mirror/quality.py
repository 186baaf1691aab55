"""Mirrors of the OCA's quality control: inspections, their lines, and the tests and answers they are made of."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2many, Many2one, Mirror, Source, mirrors, quantity_field
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.product import Product, UnitOfMeasure
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import Lot


@mirrors.add
class InspectionTest(Mirror):
    """The group of questions that an inspection asks. OCA: qc.test."""

    key = "qc.test"
    source = Source(model="qc.test", archived=True)

    name = models.CharField()
    company = Many2one(Company)
    active = models.BooleanField(null=True)


@mirrors.add
class InspectionAnswer(Mirror):
    """One of the answers that a question of choice allows; ``ok`` says that it is a good one.

    OCA: qc.test.question.value.
    """

    key = "qc.test.question.value"
    source = Source(model="qc.test.question.value")
    company_path = None

    name = models.CharField()
    ok = models.BooleanField(null=True)


@mirrors.add
class Inspection(Mirror):
    """Questions asked of a product, lot, move, transfer or production order. OCA: qc.inspection.

    ``state``: plan, draft, ready, waiting (answered badly, nobody has agreed yet), success, failed or canceled.
    ``about`` names the inspected record as ``model,id``; from it Odoo derives product, lot, transfer and production
    order, once, when it is set. ``quantity`` is in the product's unit, and one by default whatever was inspected.
    """

    key = "qc.inspection"
    source = Source(
        model="qc.inspection",
        renames={
            "about": "object_id",
            "quantity": "qty",
            "asked_at": "date",
            "done_at": "date_done",
            "test": "test",
            "transfer": "picking_id",
        },
        lane=Lane.HOT,
        history=("state",),
        optional=("lot", "transfer", "production", "done_at"),
    )
    plant_path = "company__sole__plant"

    name = models.CharField()
    about = models.CharField(null=True)
    product = Many2one(Product)
    lot = Many2one(Lot)
    transfer = Many2one(Transfer)
    production = Many2one(ProductionOrder)
    test = Many2one(InspectionTest)
    company = Many2one(Company)
    quantity = quantity_field()
    state = models.CharField(null=True)
    success = models.BooleanField(null=True, db_comment="every line is answered well")
    asked_at = models.DateTimeField(null=True, db_comment="UTC; the day it is for")
    done_at = models.DateTimeField(null=True, db_comment="UTC; when it was decided")


@mirrors.add
class InspectionLine(Mirror):
    """One question of an inspection with its limits and its answer. OCA: qc.inspection.line.

    Of a measured question the value counts between the limits, both included. ``measured`` is in ``unit``, the limits
    are in ``limit_unit``; ``success`` compares the bare numbers whatever the units are, and without ``unit`` nothing
    is confirmed. Of a question of choice the answer counts, null while there is none.
    """

    key = "qc.inspection.line"
    source = Source(
        model="qc.inspection.line",
        renames={
            "kind": "question_type",
            "measured": "quantitative_value",
            "least": "min_value",
            "most": "max_value",
            "answer": "qualitative_value",
            "answers": "possible_ql_values",
            "unit": "uom_id",
            "limit_unit": "test_uom_id",
        },
        lane=Lane.HOT,
    )
    company_path = "inspection__company"

    inspection = Many2one(Inspection, related_name="lines")
    name = models.CharField(null=True)
    kind = models.CharField(null=True)
    measured = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    least = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    most = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    unit = Many2one(UnitOfMeasure, db_index=False)
    limit_unit = Many2one(UnitOfMeasure, db_index=False)
    answer = Many2one(InspectionAnswer, db_index=False)
    answers = Many2many(InspectionAnswer)
    success = models.BooleanField(null=True)
