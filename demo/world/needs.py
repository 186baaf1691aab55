"""Asks, before anything is made, whether this Odoo can hold the world and this login may build it."""

from demo.world.errors import MissingModuleError, NotAdministratorError, OdooRefusedError
from demo.world.register import Register

MODULES = {
    "purchase_stock": ("purchase.order.line", "move_dest_ids"),
    "sale_stock": ("sale.order.line", "move_ids"),
    "sale_mrp": ("mrp.production", "sale_line_id"),
    "mrp": ("mrp.workorder", "workcenter_id"),
    "stock_account": ("stock.move", "to_refund"),
}


def check_needs(register: Register) -> None:
    """Raises NotAdministratorError or MissingModuleError, which name what is lacking and what to do."""
    try:
        register.call("res.company", "check_access_rights", "create")
        register.call("ir.model.data", "check_access_rights", "create")
    except OdooRefusedError as exc:
        raise NotAdministratorError(
            "This login may not create companies: use an administrator (group Administration / Settings)."
        ) from exc
    known = {row["model"] for row in register.find("ir.model", [], ["model"])}
    lacking = [module for module, (model, name) in MODULES.items() if not _has(register, known, model, name)]
    if lacking:
        raise MissingModuleError(
            f"This Odoo lacks {', '.join(sorted(lacking))}: install Purchase, Sales, Inventory and Manufacturing "
            "in Apps, then run this again."
        )


def _has(register: Register, known: set[str], model: str, name: str) -> bool:
    return model in known and name in register.call(model, "fields_get", [name], attributes=["type"])
