"""Mirrors of purchase orders and their lines."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import (
    Lane,
    Many2many,
    Many2one,
    Mirror,
    Source,
    amount_field,
    links_index,
    mirrors,
    quantity_field,
)
from odoo_sync.mirror.company import Company, OdooUser, Partner
from odoo_sync.mirror.currency import Currency
from odoo_sync.mirror.product import Product, UnitOfMeasure
from odoo_sync.mirror.stock import OperationType


@mirrors.add
class PurchaseOrder(Mirror):
    """What was ordered from a vendor. Odoo: purchase.order; confirmed is ``purchase`` (or ``done``, if locked)."""

    key = "purchase.order"
    source = Source(
        model="purchase.order",
        renames={
            "vendor": "partner_id",
            "vendor_reference": "partner_ref",
            "ordered_at": "date_order",
            "approved_at": "date_approve",
            "promised_at": "date_planned",
            "buyer": "user_id",
            "operation_type": "picking_type_id",
        },
        lane=Lane.HOT,
        history=("state",),
        promises=("promised_at",),
    )
    plant_path = "operation_type__warehouse"

    name = models.CharField()
    vendor = Many2one(Partner)
    vendor_reference = models.CharField(null=True)
    company = Many2one(Company)
    currency = Many2one(Currency)
    state = models.CharField(null=True)
    ordered_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True, db_comment="UTC; earliest line, or what was written on the header")
    buyer = Many2one(OdooUser)
    operation_type = Many2one(OperationType)
    origin = models.CharField(null=True)
    amount_untaxed = amount_field()
    amount_total = amount_field()


@mirrors.add
class PurchaseOrderLine(Mirror):
    """One product promised by a vendor for a day. Odoo: purchase.order.line. Quantities are in ``unit``."""

    key = "purchase.order.line"
    source = Source(
        model="purchase.order.line",
        renames={
            "vendor": "partner_id",
            "description": "name",
            "promised_at": "date_planned",
            "quantity": "product_qty",
            "received": "qty_received",
            "invoiced": "qty_invoiced",
            "unit": "product_uom",
            "feeds_moves": "move_dest_ids",
        },
        lane=Lane.HOT,
        history=("quantity", "price_unit"),
        promises=("promised_at",),
        optional=("feeds_moves", "sale_line"),
    )
    plant_path = "order__operation_type__warehouse"

    order = Many2one(PurchaseOrder, related_name="lines")
    sequence = models.IntegerField(null=True)
    description = models.TextField(null=True)
    product = Many2one(Product)
    vendor = Many2one(Partner)
    company = Many2one(Company)
    currency = Many2one(Currency)
    state = models.CharField(null=True)
    display_type = models.CharField(null=True)
    quantity = quantity_field()
    received = quantity_field()
    invoiced = quantity_field()
    unit = Many2one(UnitOfMeasure)
    price_unit = amount_field()
    price_subtotal = amount_field()
    promised_at = models.DateTimeField(null=True, db_comment="UTC; the vendor's present word; overwritten by Odoo")
    feeds_moves = Many2many()
    sale_line = Many2one("odoo_sync.SaleOrderLine")

    class Meta(Mirror.Meta):
        indexes = [links_index("purchase_line_feeds", "feeds_moves")]
