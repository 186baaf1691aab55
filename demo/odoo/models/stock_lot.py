"""Lots, which are goods of one product that came or were made together, and the packages that goods lie in."""

from __future__ import annotations

from typing import Any

from demo.odoo.errors import ValidationError
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.sequences import next_number
from demo.odoo.writing import Values

RANK = 19


class Lot(Thread, Model):
    """A lot or a serial number of a product."""

    _name = "stock.lot"
    _title = "Lot/Serial"
    _order = "name, id"
    _search_names = ("name", "ref")
    _related = {"product_uom_id": "product_id.uom_id"}
    _defaults = {"company_id": lambda self: self.env.company.id}

    def _complete(self, values: Values) -> Values:
        return {} if values.get("name") else {"name": next_number(self.env, "stock.lot.serial")}

    @computed("location_id", on="quant_ids.quantity quant_ids.location_id")
    def _only_place(self) -> Any:
        """Where all of it lies; nothing when it lies in several places."""
        held = self.quant_ids.filtered(lambda one: one.quantity > 0 and one.location_id.usage != "view")
        return held.location_id if len(held.location_id) == 1 else None

    @computed("product_qty", "delivery_count", "purchase_order_count", "sale_order_count")
    def _quantities(self) -> Values:
        inside = self.quant_ids.filtered(lambda one: one.location_id.usage in ("internal", "transit"))
        return {
            "product_qty": sum(one.quantity for one in inside),
            "delivery_count": 0,
            "purchase_order_count": 0,
            "sale_order_count": 0,
        }

    def _check(self, names: set[str]) -> None:
        super()._check(names)
        if not names & {"name", "product_id", "company_id"}:
            return
        domain = [("name", "=", self.name), ("product_id", "=", self.product_id.id), ("id", "!=", self.id)]
        others = self.sudo().search(domain)
        if others.filtered(lambda one: not (one.company_id and self.company_id) or one.company_id == self.company_id):
            raise ValidationError(
                "The combination of lot/serial number and product must be unique within a company including when no "
                f"company is defined.\nThe following combinations contain duplicates:\n - Product: "
                f"{self.product_id._shown_name()}, Lot/Serial Number: {self.name}"
            )


class Package(Model):
    """A box or a pallet with goods in it."""

    _name = "stock.quant.package"
    _title = "Packages"
    _order = "name, id"
    _defaults = {"package_use": "disposable", "pack_date": lambda self: self.env.now.date()}

    @computed("location_id", "company_id", on="quant_ids.quantity quant_ids.location_id")
    def _of_content(self) -> Values:
        """Where it is, by the first goods in it; its company where all of them are of one."""
        held = self.quant_ids.filtered(lambda one: one.quantity > 0)
        company = held.company_id
        return {"location_id": held[:1].location_id, "company_id": company if len(company) == 1 else None}
