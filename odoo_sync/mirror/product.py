"""Mirrors of products and units of measure."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, mirrors, ratio_field
from odoo_sync.mirror.company import Company


@mirrors.add
class UnitOfMeasure(Mirror):
    """A unit and how it converts. Odoo: uom.uom; up to 18 ``factor`` is units per one reference unit."""

    key = "uom.uom"
    source = Source(
        model="uom.uom", renames={"kind": "uom_type"}, extra=("category_id",), optional=("kind",), archived=True
    )
    company_path = None

    name = models.CharField()
    kind = models.CharField(null=True)
    factor = ratio_field()
    rounding = ratio_field()
    active = models.BooleanField(null=True)


@mirrors.add
class ProductTemplate(Mirror):
    """What a product is called and how it is kept. Odoo: product.template. Shared when it has no company.

    ``extra`` says by ``tracking`` whether it is kept by serial number, by lot, or not ("serial", "lot", "none").
    """

    key = "product.template"
    source = Source(
        model="product.template",
        renames={"unit": "uom_id", "kind": "type", "storable": "is_storable"},
        extra=("tracking",),
        lane=Lane.WARM,
        optional=("storable",),
        archived=True,
    )
    company_path = None

    name = models.CharField()
    company = Many2one(Company)
    kind = models.CharField(null=True)
    storable = models.BooleanField(null=True)
    unit = Many2one(UnitOfMeasure)
    active = models.BooleanField(null=True)


@mirrors.add
class Product(Mirror):
    """A variant that is bought, made, moved and sold. Odoo: product.product. Its name is the template's."""

    key = "product.product"
    source = Source(
        model="product.product",
        renames={"template": "product_tmpl_id", "code": "default_code"},
        lane=Lane.WARM,
        archived=True,
    )
    company_path = None

    template = Many2one(ProductTemplate, related_name="variants")
    code = models.CharField(null=True)
    active = models.BooleanField(null=True)

    @property
    def name(self) -> str:
        return self.template.name if self.template else f"product.product,{self.odoo_id}"
