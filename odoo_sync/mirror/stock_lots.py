"""Mirrors of what lies where: lots, packages, quants, and the lines of moves that name them.

The largest tables of an Odoo. They hold few columns, no history, and an index only where they are looked up.
"""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, amount_field, mirrors, quantity_field
from odoo_sync.mirror.company import Company, Partner
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.stock import Location, Move, Transfer


@mirrors.add
class Lot(Mirror):
    """Goods of one product that came or were made together, or one piece by serial number. Odoo: stock.lot."""

    key = "stock.lot"
    source = Source(model="stock.lot", renames={"reference": "ref"}, lane=Lane.WARM)

    name = models.CharField()
    reference = models.CharField(null=True)
    product = Many2one(Product)
    company = Many2one(Company, db_index=False)


@mirrors.add
class Package(Mirror):
    """A box or a pallet that goods lie in, of one product or several. Odoo: stock.quant.package.

    ``company`` is null while it is empty, or while it holds goods of several companies.
    """

    key = "stock.quant.package"
    source = Source(model="stock.quant.package", lane=Lane.WARM)

    name = models.CharField()
    company = Many2one(Company, db_index=False)


@mirrors.add
class Quant(Mirror):
    """So much of a product, and of a lot where it has one, at a place. Odoo: stock.quant.

    Goods of one lot at one place are rows of their own where they lie in packages, or belong to others than the
    company: ``package`` and ``owner`` say which, null where loose, and where the company's own.

    ``quantity`` and ``reserved`` are in the product's unit; below zero means that more was taken than had come.
    ``value`` is the worth of the quantity in the company's currency (from stock valuation); null where the reading
    user may not see it, and as old as the last change of the quantity: a new cost alone moves no quant in Odoo.
    """

    key = "stock.quant"
    source = Source(
        model="stock.quant",
        renames={"reserved": "reserved_quantity", "since_at": "in_date"},
        lane=Lane.HOT,
        optional=("value",),
    )
    plant_path = "location__warehouse"

    product = Many2one(Product)
    lot = Many2one(Lot)
    location = Many2one(Location)
    company = Many2one(Company, db_index=False)
    package = Many2one(Package)
    owner = Many2one(Partner, db_index=False)
    quantity = quantity_field()
    reserved = quantity_field()
    value = amount_field(db_comment="company currency")
    since_at = models.DateTimeField(null=True, db_comment="UTC; when the oldest of it came here")


@mirrors.add
class MoveLine(Mirror):
    """Which lot a move takes from where to where. Odoo: stock.move.line.

    ``quantity`` is in the product's own unit (quantity_product_uom): what is promised to the move, or what it moved
    once its state is done. It takes goods out of ``package`` (null: loose ones) of ``owner`` (null: the company's own),
    and puts them into ``to_package``.
    """

    key = "stock.move.line"
    source = Source(
        model="stock.move.line",
        renames={
            "quantity": "quantity_product_uom",
            "transfer": "picking_id",
            "to_package": "result_package_id",
            "from_location": "location_id",
            "to_location": "location_dest_id",
        },
        lane=Lane.HOT,
    )

    move = Many2one(Move, related_name="lines")
    transfer = Many2one(Transfer, db_index=False)
    product = Many2one(Product, db_index=False)
    lot = Many2one(Lot)
    company = Many2one(Company, db_index=False)
    from_location = Many2one(Location, db_index=False)
    to_location = Many2one(Location, db_index=False)
    package = Many2one(Package, db_index=False)
    to_package = Many2one(Package, db_index=False)
    owner = Many2one(Partner, db_index=False)
    quantity = quantity_field()
    state = models.CharField(null=True)
