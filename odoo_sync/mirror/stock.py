"""Mirrors of Odoo's inventory documents."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2many, Many2one, Mirror, Source, links_index, mirrors, quantity_field
from odoo_sync.mirror.company import Company, Partner
from odoo_sync.mirror.product import Product, UnitOfMeasure


@mirrors.add
class Location(Mirror):
    """A place that holds stock, or a virtual one that explains where it went. Odoo: stock.location."""

    key = "stock.location"
    source = Source(
        model="stock.location", renames={"full_name": "complete_name", "parent": "location_id"}, archived=True
    )
    company_path = None

    name = models.CharField()
    full_name = models.CharField(null=True)
    usage = models.CharField(null=True)
    company = Many2one(Company)
    parent = Many2one("self")
    warehouse = Many2one("odoo_sync.Warehouse")
    active = models.BooleanField(null=True)


@mirrors.add
class Warehouse(Mirror):
    """A plant: the place that people have rights on. Odoo: stock.warehouse."""

    key = "stock.warehouse"
    source = Source(
        model="stock.warehouse",
        renames={"stock_location": "lot_stock_id", "internal_type": "int_type_id"},
        lane=Lane.WARM,
        archived=True,
    )
    plant_path = "id"

    name = models.CharField()
    code = models.CharField(null=True)
    company = Many2one(Company)
    partner = Many2one(Partner)
    stock_location = Many2one(Location)
    internal_type = Many2one("odoo_sync.OperationType", db_index=False)
    active = models.BooleanField(null=True)


@mirrors.add
class OperationType(Mirror):
    """What a transfer or production order of a plant is for. Odoo: stock.picking.type."""

    key = "stock.picking.type"
    source = Source(model="stock.picking.type", renames={"kind": "code"}, lane=Lane.WARM, archived=True)
    plant_path = "warehouse"

    name = models.CharField()
    kind = models.CharField(null=True)
    company = Many2one(Company)
    warehouse = Many2one(Warehouse)
    active = models.BooleanField(null=True)


@mirrors.add
class Transfer(Mirror):
    """Goods moving into, out of or between plants. Odoo: stock.picking; ``done_at`` is also set on cancelled ones."""

    key = "stock.picking"
    source = Source(
        model="stock.picking",
        renames={
            "operation_type": "picking_type_id",
            "scheduled_at": "scheduled_date",
            "deadline_at": "date_deadline",
            "done_at": "date_done",
            "backorder_of": "backorder_id",
        },
        lane=Lane.HOT,
        history=("state",),
        promises=("scheduled_at", "deadline_at"),
    )
    plant_path = "operation_type__warehouse"

    name = models.CharField()
    company = Many2one(Company)
    partner = Many2one(Partner)
    operation_type = Many2one(OperationType)
    state = models.CharField(null=True)
    origin = models.CharField(null=True)
    scheduled_at = models.DateTimeField(null=True, db_comment="UTC; planners move it")
    deadline_at = models.DateTimeField(null=True, db_comment="UTC; follows the promise of the order lines")
    done_at = models.DateTimeField(null=True)
    backorder_of = Many2one("self")


@mirrors.add
class Move(Mirror):
    """One product moving between two locations. Odoo: stock.move.

    ``demand`` is in the product's own unit (product_qty), ``done`` in the move's unit; before a move is done,
    ``done`` is what is reserved or picked. ``next_moves`` and ``previous_moves`` are both ends of one relation;
    Odoo stamps only the record through which a link was made, so walk the union of both.
    """

    key = "stock.move"
    source = Source(
        model="stock.move",
        renames={
            "transfer": "picking_id",
            "demand": "product_qty",
            "demand_in_unit": "product_uom_qty",
            "done": "quantity",
            "unit": "product_uom",
            "scheduled_at": "date",
            "deadline_at": "date_deadline",
            "from_location": "location_id",
            "to_location": "location_dest_id",
            "operation_type": "picking_type_id",
            "consumed_by": "raw_material_production_id",
            "produced_by": "production_id",
            "next_moves": "move_dest_ids",
            "previous_moves": "move_orig_ids",
        },
        lane=Lane.HOT,
        optional=("consumed_by", "produced_by", "created_production", "purchase_line", "sale_line"),
    )
    plant_path = "operation_type__warehouse"

    reference = models.CharField(null=True)
    product = Many2one(Product)
    company = Many2one(Company)
    transfer = Many2one(Transfer, related_name="moves")
    operation_type = Many2one(OperationType)
    state = models.CharField(null=True)
    demand = quantity_field()
    demand_in_unit = quantity_field()
    done = quantity_field()
    unit = Many2one(UnitOfMeasure)
    scheduled_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    from_location = Many2one(Location)
    to_location = Many2one(Location)
    purchase_line = Many2one("odoo_sync.PurchaseOrderLine", related_name="moves")
    sale_line = Many2one("odoo_sync.SaleOrderLine", related_name="moves")
    consumed_by = Many2one("odoo_sync.ProductionOrder", related_name="raw_moves")
    produced_by = Many2one("odoo_sync.ProductionOrder", related_name="finished_moves")
    created_production = Many2one("odoo_sync.ProductionOrder")
    next_moves = Many2many()
    previous_moves = Many2many()

    class Meta(Mirror.Meta):
        indexes = [links_index("move_next", "next_moves"), links_index("move_previous", "previous_moves")]
