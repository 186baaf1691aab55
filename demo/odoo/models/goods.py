"""Units, product categories, products and who sells them to us."""

from __future__ import annotations

from typing import Any

from demo.odoo.fields import round_to
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed, sets
from demo.odoo.writing import Values

RANK = 13
ON_VARIANT = ("default_code", "barcode", "standard_price", "weight", "volume")


class UnitCategory(Model):
    """Units that can be converted into one another."""

    _name = "uom.category"
    _title = "Product UoM Categories"


class Unit(Model):
    """A unit. ``factor`` is how many of it make one reference unit."""

    _name = "uom.uom"
    _title = "Product Unit of Measure"
    _order = "factor DESC, id"
    _defaults = {"factor": 1.0, "rounding": 0.01, "uom_type": "reference"}

    @computed("factor_inv", "ratio")
    def _factor_inv(self) -> Values:
        inverse = 1 / self.factor if self.factor else 0.0
        return {"factor_inv": inverse, "ratio": inverse if self.uom_type == "bigger" else self.factor}

    @sets("factor_inv")
    def _set_factor_inv(self, value: float) -> None:
        self.write({"factor": 1 / value if value else 0.0})

    def _quantity_in(self, quantity: float, to: Any) -> float:
        """A quantity of this unit expressed in another."""
        if not to or self == to or not self.factor:
            return quantity
        return round_to(quantity / self.factor * to.factor, 6)


class Category(Model):
    """A product category."""

    _name = "product.category"
    _title = "Product Category"
    _order = "complete_name"
    _rec_name = "complete_name"
    _defaults = {"property_cost_method": "standard", "property_valuation": "manual_periodic"}

    @computed("complete_name", on="name parent_id.complete_name")
    def _complete_name(self) -> str:
        return f"{self.parent_id.complete_name} / {self.name}" if self.parent_id else self.name or ""


class Template(Thread, Model):
    """What all variants of a product share. Every template here has one variant."""

    _name = "product.template"
    _title = "Product"
    _order = "is_favorite desc, name"
    _search_names = ("name", "default_code")
    _digits = {"list_price": 2}
    _defaults = {
        "type": "consu",
        "is_storable": False,
        "sale_ok": True,
        "purchase_ok": True,
        "list_price": 1.0,
        "tracking": "none",
        "service_tracking": "no",
        "purchase_line_warn": "no-message",
        "sale_line_warn": "no-message",
        "invoice_policy": "order",
        "purchase_method": "receive",
        "sequence": 1,
        "sale_delay": 0,
        "categ_id": lambda self: self.env.ref("product.product_category_all").id,
        "uom_id": lambda self: self.env.ref("uom.product_uom_unit").id,
        "route_ids": lambda self: [(6, 0, self.env.ref("purchase_stock.route_warehouse0_buy").ids)],
    }

    def _complete(self, values: Values) -> Values:
        return {} if values.get("uom_po_id") else {"uom_po_id": values.get("uom_id")}

    def _created(self, values: Values) -> None:
        if not self.env.context.get("creating_product.product") and not self.product_variant_ids:
            mine = {name: values[name] for name in ON_VARIANT if name in values}
            self.env["product.product"].create({**mine, "product_tmpl_id": self.id})

    @computed("default_code", on="product_variant_ids.default_code")
    def _code(self) -> str | None:
        return self.product_variant_ids[:1].default_code

    @computed("weight", "volume", on="product_variant_ids.weight product_variant_ids.volume")
    def _size(self) -> Values:
        only = self.product_variant_ids[:1]
        return {"weight": only.weight, "volume": only.volume}

    @computed("standard_price", "barcode")
    def _of_variant(self) -> Values:
        only = self.product_variant_ids[:1]
        return {"standard_price": only.standard_price, "barcode": only.barcode}

    @sets("standard_price")
    def _set_cost(self, value: float) -> None:
        self.product_variant_ids.write({"standard_price": value})

    @sets("barcode")
    def _set_barcode(self, value: str | None) -> None:
        self.product_variant_ids.write({"barcode": value})

    @sets("default_code")
    def _set_code(self, value: str | None) -> None:
        self.product_variant_ids.write({"default_code": value})

    @computed("product_variant_id", "product_variant_count")
    def _variants(self) -> Values:
        return {
            "product_variant_id": self.product_variant_ids[:1],
            "product_variant_count": len(self.product_variant_ids),
        }

    @computed("qty_available", "virtual_available", "incoming_qty", "outgoing_qty")
    def _quantities(self) -> Values:
        return dict(self.product_variant_ids[:1]._quantities()) if self.product_variant_ids else self._no_quantities()

    @staticmethod
    def _no_quantities() -> Values:
        return {"qty_available": 0.0, "virtual_available": 0.0, "incoming_qty": 0.0, "outgoing_qty": 0.0}

    @computed("currency_id", "cost_currency_id")
    def _currencies(self) -> Values:
        own = self.company_id or self.env.company
        return {"currency_id": own.currency_id, "cost_currency_id": self.env.company.currency_id}

    @computed("uom_name")
    def _uom_name(self) -> str:
        return self.uom_id.name

    def _shown_name(self) -> str:
        return f"[{self.default_code}] {self.name}" if self.default_code else self.name or ""

    def write(self, values: Values) -> bool:
        done = super().write(values)
        if "active" in values:
            self.within(active_test=False).product_variant_ids.filtered(
                lambda one: bool(one.active) != bool(values["active"])
            ).write({"active": values["active"]})
        return done


class Product(Thread, Model):
    """A variant: what is bought, made, stored and sold."""

    _name = "product.product"
    _title = "Product Variant"
    _order = "default_code, name, id"
    _search_names = ("default_code", "name", "barcode")
    _inherits = {"product.template": "product_tmpl_id"}
    _belongs_to = ("product_tmpl_id",)
    _digits = {"standard_price": 2}
    _not_copied = ("default_code", "barcode", "product_tmpl_id")

    @computed("lst_price")
    def _lst_price(self) -> float:
        return self.product_tmpl_id.list_price

    @sets("lst_price")
    def _set_lst_price(self, value: float) -> None:
        self.product_tmpl_id.write({"list_price": value})

    @computed("partner_ref", "code", "price_extra", "is_product_variant")
    def _identity(self) -> Values:
        shown = self._shown_name()
        return {"partner_ref": shown, "code": self.default_code, "price_extra": 0.0, "is_product_variant": True}

    @computed("qty_available", "free_qty", "virtual_available", "incoming_qty", "outgoing_qty")
    def _quantities(self) -> Values:
        """On hand, free and forecast in the warehouses of the allowed companies, in the product's unit."""
        companies = self.env.company_ids
        quants = self.env.sudo()["stock.quant"].search(
            [("product_id", "=", self.id), ("location_id.usage", "=", "internal"), ("company_id", "in", companies)]
        )
        hand, reserved = sum(quants.mapped("quantity")), sum(quants.mapped("reserved_quantity"))
        moves = self.env.sudo()["stock.move"].search(
            [
                ("product_id", "=", self.id),
                ("company_id", "in", companies),
                ("state", "in", ("waiting", "confirmed", "partially_available", "assigned")),
            ]
        )
        coming = sum(one.product_qty for one in moves if _enters(one))
        going = sum(one.product_qty for one in moves if _leaves(one))
        return {
            "qty_available": hand,
            "free_qty": hand - reserved,
            "virtual_available": hand + coming - going,
            "incoming_qty": coming,
            "outgoing_qty": going,
        }

    @computed("bom_count", "product_variant_count", "product_variant_id", "product_variant_ids")
    def _counts(self) -> Values:
        boms = self.env.sudo()["mrp.bom"].search_count([("product_tmpl_id", "=", self.product_tmpl_id.id)])
        return {
            "bom_count": boms,
            "product_variant_count": 1,
            "product_variant_id": self,
            "product_variant_ids": self.product_tmpl_id.product_variant_ids,
        }

    def _shown_name(self) -> str:
        return f"[{self.default_code}] {self.name}" if self.default_code else self.name or ""

    def _sellers(self, company: Any, partner: Any = None, quantity: float | None = None) -> Any:
        """Price list entries of vendors that fit, the best first."""
        today = self.env.now.date()

        def fits(one: Any) -> bool:
            return (
                (not one.company_id or one.company_id == company)
                and (partner is None or one.partner_id in (partner, partner.parent_id))
                and (quantity is None or one.min_qty <= quantity)
                and (not one.product_id or one.product_id == self)
                and not (one.date_start and one.date_start > today)
                and not (one.date_end and one.date_end < today)
            )

        entries = self.sudo().product_tmpl_id.seller_ids.filtered(fits)
        return entries.sorted_by(lambda one: (one.sequence or 0, -one.min_qty, one.price, one.id))

    def _goes_by(self, external_id: str) -> bool:
        """Whether the product (or its category) follows a route."""
        route = self.env.ref(external_id)
        template = self.sudo().within(active_test=False).product_tmpl_id
        return bool(route) and route.id in (*template.route_ids.ids, *template.categ_id.route_ids.ids)


def _enters(move: Any) -> bool:
    return move.location_dest_id.usage == "internal" and move.location_id.usage != "internal"


def _leaves(move: Any) -> bool:
    return move.location_id.usage == "internal" and move.location_dest_id.usage != "internal"


class SupplierInfo(Model):
    """What a vendor asks for a product and how many days it takes."""

    _name = "product.supplierinfo"
    _title = "Supplier Pricelist"
    _order = "sequence, min_qty DESC, price, id"
    _rec_name = "partner_id"
    _belongs_to = ("product_tmpl_id",)
    _digits = {"price": 2}
    _defaults = {
        "delay": 1,
        "min_qty": 0.0,
        "price": 0.0,
        "sequence": 1,
        "company_id": lambda self: None,
        "currency_id": lambda self: self.env.company.currency_id.id,
    }

    def _complete(self, values: Values) -> Values:
        if values.get("product_id") and not values.get("product_tmpl_id"):
            product = self.env["product.product"].browse([values["product_id"]])
            return {"product_tmpl_id": product.product_tmpl_id.id}
        return {}

    def _shown_name(self) -> str:
        return self.partner_id._shown_name()

    @computed("product_uom")
    def _unit(self) -> Any:
        return self.product_tmpl_id.uom_po_id
