"""Manufacturing."""

from demo.odoo.orm import Model


def _m(name: str) -> type:
    return type(name, (Model,), {"_name": name, "__module__": __name__})


A, B, C, D, E, F, G = (
    _m(n)
    for n in ["mrp.bom", "mrp.bom.line", "mrp.routing.workcenter", "mrp.production", "mrp.workorder", "mrp.workcenter", "mrp.workcenter.productivity"]
)
H = _m("mrp.workcenter.productivity.loss")


class LossType(Model):
    _name = "mrp.workcenter.productivity.loss.type"
    _declare = "loss_type:selection(availability,performance,quality,productive)!"
