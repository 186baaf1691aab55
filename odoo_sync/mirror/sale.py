"""Mirrors of sale orders and their lines."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, amount_field, mirrors, quantity_field
from odoo_sync.mirror.company import Company, OdooUser, Partner
from odoo_sync.mirror.currency import Currency
from odoo_sync.mirror.product import Product, UnitOfMeasure
from odoo_sync.mirror.stock import Warehouse


@mirrors.add
class SaleOrder(Mirror):
    """What a customer ordered. Odoo: sale.order; confirmed is ``sale``; ``promised_at`` is the date agreed."""

    key = "sale.order"
    source = Source(
        model="sale.order",
        renames={
            "customer": "partner_id",
            "customer_reference": "client_order_ref",
            "ordered_at": "date_order",
            "promised_at": "commitment_date",
            "salesperson": "user_id",
        },
        lane=Lane.HOT,
        history=("state",),
        promises=("promised_at",),
        optional=("warehouse",),
    )
    plant_path = "warehouse"

    name = models.CharField()
    customer = Many2one(Partner)
    customer_reference = models.CharField(null=True)
    company = Many2one(Company)
    warehouse = Many2one(Warehouse)
    currency = Many2one(Currency)
    state = models.CharField(null=True)
    ordered_at = models.DateTimeField(null=True)
    promised_at = models.DateTimeField(null=True, db_comment="UTC; null when no date was agreed")
    salesperson = Many2one(OdooUser)
    origin = models.CharField(null=True)
    amount_untaxed = amount_field()
    amount_total = amount_field()


@mirrors.add
class SaleOrderLine(Mirror):
    """One product a customer waits for. Odoo: sale.order.line. ``net_price``: per unit, after discount, before tax."""

    key = "sale.order.line"
    source = Source(
        model="sale.order.line",
        renames={
            "description": "name",
            "quantity": "product_uom_qty",
            "delivered": "qty_delivered",
            "invoiced": "qty_invoiced",
            "unit": "product_uom",
            "net_price": "price_reduce_taxexcl",
            "lead_days": "customer_lead",
        },
        lane=Lane.HOT,
        history=("quantity", "price_unit"),
    )
    plant_path = "order__warehouse"

    order = Many2one(SaleOrder, related_name="lines")
    sequence = models.IntegerField(null=True)
    description = models.TextField(null=True)
    product = Many2one(Product)
    company = Many2one(Company)
    currency = Many2one(Currency)
    state = models.CharField(null=True)
    display_type = models.CharField(null=True)
    quantity = quantity_field()
    delivered = quantity_field()
    invoiced = quantity_field()
    unit = Many2one(UnitOfMeasure)
    price_unit = amount_field()
    discount = amount_field(db_comment="percent")
    net_price = amount_field()
    price_subtotal = amount_field()
    lead_days = models.DecimalField(max_digits=12, decimal_places=4, null=True)
