"""Sale orders and their lines."""

from demo.odoo.orm import Model


class SaleOrder(Model):
    """An order of a customer."""

    _name = "sale.order"


class SaleOrderLine(Model):
    """What is ordered."""

    _name = "sale.order.line"
