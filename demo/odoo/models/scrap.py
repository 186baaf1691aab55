"""Scrap."""

from demo.odoo.orm import Model


class Scrap(Model):
    """Goods thrown away."""

    _name = "stock.scrap"


class Attachment(Model):
    """Files."""

    _name = "ir.attachment"
