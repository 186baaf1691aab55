"""Bills of materials and their operations."""

from __future__ import annotations

from typing import Any

from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 50


class Bom(Model):
    """What a product is made of, and by which operations."""

    _name = "mrp.bom"
    _title = "Bill of Material"
    _order = "sequence, id"
    _rec_name = "product_tmpl_id"
    _search_names = ("product_tmpl_id.name", "code")
    _defaults = {
        "type": "normal",
        "product_qty": 1.0,
        "consumption": "warning",
        "ready_to_produce": "all_available",
        "produce_delay": 0,
        "days_to_prepare_mo": 0,
        "company_id": lambda self: self.env.company.id,
    }

    def _complete(self, values: Values) -> Values:
        if values.get("product_id") and not values.get("product_tmpl_id"):
            product = self.env["product.product"].browse([values["product_id"]])
            values["product_tmpl_id"] = product.product_tmpl_id.id
        template = self.env["product.template"].browse(
            [values["product_tmpl_id"]] if values.get("product_tmpl_id") else []
        )
        added = {"product_tmpl_id": template.id or False}
        return added if values.get("product_uom_id") else {**added, "product_uom_id": template.uom_id.id}

    def _shown_name(self) -> str:
        return f"{self.code}: {self.product_tmpl_id._shown_name()}" if self.code else self.product_tmpl_id._shown_name()

    def _find_for(self, product: Any, company: Any) -> Any:
        """The bill by which a company makes a product; its own come before shared ones."""
        found = self.sudo().search(
            [
                ("product_tmpl_id", "=", product.product_tmpl_id.id),
                ("company_id", "in", [company.id, False]),
                ("type", "=", "normal"),
            ],
            order="sequence, product_id, id",
        )
        return found.filtered(lambda one: not one.product_id or one.product_id.id == product.id)[:1]


class BomLine(Model):
    """One component."""

    _name = "mrp.bom.line"
    _title = "Bill of Material Line"
    _order = "sequence, id"
    _rec_name = "product_id"
    _belongs_to = ("bom_id",)
    _related = {"company_id": "bom_id.company_id", "product_tmpl_id": "product_id.product_tmpl_id"}
    _defaults = {"sequence": 1, "product_qty": 1.0}

    def _complete(self, values: Values) -> Values:
        product = self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        return {} if values.get("product_uom_id") or not product else {"product_uom_id": product.uom_id.id}

    @computed("parent_product_tmpl_id", "child_bom_id", "tracking", "product_uom_category_id")
    def _facts(self) -> Values:
        company = self.company_id or self.env.company
        return {
            "parent_product_tmpl_id": self.bom_id.product_tmpl_id,
            "child_bom_id": self.env["mrp.bom"]._find_for(self.product_id, company),
            "tracking": self.product_id.tracking,
            "product_uom_category_id": self.product_id.uom_id.category_id,
        }

    def _shown_name(self) -> str:
        return self.product_id._shown_name()


class Operation(Model):
    """One step of making, on a kind of work centre."""

    _name = "mrp.routing.workcenter"
    _title = "Work Center Usage"
    _order = "bom_id, sequence, id"
    _belongs_to = ("bom_id",)
    _far_side = {"needed_by_operation_ids": ("mrp.routing.workcenter", "blocked_by_operation_ids")}
    _related = {"company_id": "bom_id.company_id"}
    _defaults = {"sequence": 100, "time_mode": "manual", "time_mode_batch": 10, "time_cycle_manual": 60.0}

    @computed("time_cycle", "workorder_count")
    def _cycle(self) -> Values:
        return {"time_cycle": self.time_cycle_manual, "workorder_count": len(self.workorder_ids)}
