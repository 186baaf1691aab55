"""The shape of Odoo Enterprise's quality, as its public documentation tells it.

Not verified: no Enterprise was at hand to record. Only what a mirror of it needs is here.
"""

from __future__ import annotations

from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model

RANK = 61
GOODS = (
    "product_id:many2one(product.product) lot_id:many2one(stock.lot) picking_id:many2one(stock.picking) "
    "production_id:many2one(mrp.production) company_id:many2one(res.company)"
)


class Check(Thread, Model):
    """One check of goods: none, pass or fail."""

    _name = "quality.check"
    _title = "Quality Check"
    _declare = (
        f"name:char title:char {GOODS} quality_state:selection(none,pass,fail) control_date:datetime "
        "qty_line:float measure:float tolerance_min:float tolerance_max:float"
    )
    _defaults = {"quality_state": "none", "company_id": lambda self: self.env.company.id}

    def do_pass(self) -> None:
        self.write({"quality_state": "pass", "control_date": self.env.now})

    def do_fail(self) -> None:
        self.write({"quality_state": "fail", "control_date": self.env.now})


class AlertStage(Model):
    """A stage of alerts."""

    _name = "quality.alert.stage"
    _title = "Quality Alert Stage"
    _order = "sequence, id"
    _declare = "name:char! sequence:integer done:boolean"


class Alert(Thread, Model):
    """Goods that somebody found bad."""

    _name = "quality.alert"
    _title = "Quality Alert"
    _declare = f"name:char title:char {GOODS} stage_id:many2one(quality.alert.stage) date_close:datetime"
    _defaults = {"company_id": lambda self: self.env.company.id}
