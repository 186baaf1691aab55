"""Asks, before anything is made, whether this Odoo can hold the world and this login may build it."""

from collections.abc import Mapping

from demo.world.caller import Caller
from demo.world.errors import MissingModuleError, NotAdministratorError, OdooRefusedError

MODULES = {
    "purchase_stock": ("purchase.order.line", "move_dest_ids"),
    "sale_stock": ("sale.order.line", "move_ids"),
    "sale_mrp": ("mrp.production", "sale_line_id"),
    "mrp": ("mrp.workorder", "workcenter_id"),
    "stock_account": ("stock.move", "to_refund"),
}


def check_needs(caller: Caller) -> None:
    """Raises NotAdministratorError or MissingModuleError, which name what is lacking and what to do."""
    try:
        caller.call("res.company", "check_access_rights", "create")
        caller.call("ir.model.data", "check_access_rights", "create")
    except OdooRefusedError as exc:
        raise NotAdministratorError(
            "This login may not create companies: use an administrator (group Administration / Settings)."
        ) from exc
    if lacking := lacks(caller, MODULES):
        raise MissingModuleError(
            f"This Odoo lacks {', '.join(sorted(lacking))}: install Purchase, Sales, Inventory and Manufacturing "
            "in Apps, then run this again."
        )


def lacks(caller: Caller, wanted: Mapping[str, tuple[str, str]]) -> list[str]:
    """Those of the modules that this Odoo has not; each is known by a model and a field that only it brings."""
    if not wanted:
        return []
    known = {row["model"] for row in caller.call("ir.model", "search_read", [], fields=["model"])}
    return [module for module, (model, name) in wanted.items() if not _has(caller, known, model, name)]


def _has(caller: Caller, known: set[str], model: str, name: str) -> bool:
    return model in known and name in caller.call(model, "fields_get", [name], attributes=["type"])
