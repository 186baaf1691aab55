"""Warehouses, locations, operation types, routes and rules."""

from __future__ import annotations

from typing import Any

from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 20
TYPES = {
    "in": ("Receipts", "incoming", "IN", 1),
    "out": ("Delivery Orders", "outgoing", "OUT", 7),
    "pick": ("Pick", "internal", "PICK", 5),
    "pack": ("Pack", "internal", "PACK", 6),
    "qc": ("Quality Control", "internal", "QC", 2),
    "store": ("Storage", "internal", "STOR", 3),
    "int": ("Internal Transfers", "internal", "INT", 4),
    "xdock": ("Cross Dock", "internal", "XD", 8),
    "pbm": ("Pick Components", "internal", "PC", 9),
    "sam": ("Store Finished Product", "internal", "SFP", 11),
    "manu": ("Manufacturing", "mrp_operation", "MO", 26),
}
"""In the order in which Odoo makes them, so that a warehouse's lowest internal one is an archived one."""
LATER = {"pick", "pack", "qc", "store", "xdock", "pbm", "sam"}
"""Made with the warehouse, and archived until it works in more steps than one."""
VIRTUAL = {"inventory": "Inventory adjustment", "production": "Production"}


class Location(Model):
    """A place: inside a warehouse, at a partner's, or virtual."""

    _name = "stock.location"
    _title = "Inventory Locations"
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _search_names = ("complete_name", "barcode")
    _parent_name = "location_id"
    _defaults = {
        "usage": "internal",
        "company_id": lambda self: self.env.company.id,
        "scrap_location": False,
        "cyclic_inventory_frequency": 0,
    }

    @computed("complete_name", on="name location_id.complete_name usage")
    def _complete_name(self) -> str:
        above = self.location_id
        return f"{above.complete_name}/{self.name}" if above and self.usage != "view" else self.name or ""

    @computed("warehouse_id", on="location_id.warehouse_id location_id")
    def _warehouse(self) -> Any:
        own = self.env["stock.warehouse"].search([("view_location_id", "=", self.id)], limit=1)
        return own or self.location_id.warehouse_id

    def _and_above(self) -> list[int]:
        """This location and those it lies in, the nearest first."""
        found, here = [], self
        while here and here.id not in found:
            found.append(here.id)
            here = here.location_id
        return found

    def _is_free(self) -> bool:
        """Places from which anything can be taken without reserving it."""
        return self.usage in ("supplier", "customer", "inventory", "production") or bool(self.scrap_location)

    def _is_between_companies(self) -> bool:
        return self.usage == "transit" and not self.company_id

    def _is_outgoing(self) -> bool:
        """Whether what lies here has left the company: at a customer, or on the way to a sister company."""
        return self.usage == "customer" or self._is_between_companies()


def make_company_locations(company: Any) -> None:
    """The virtual places every company has of its own."""
    top = company.env.ref("stock.stock_location_locations_virtual")
    for usage, name in VIRTUAL.items():
        company.env["stock.location"].create(
            {"name": name, "usage": usage, "location_id": top.id if top else False, "company_id": company.id}
        )
    company.env["stock.location"].create(
        {
            "name": "Scrap",
            "usage": "inventory",
            "location_id": top.id if top else False,
            "company_id": company.id,
            "scrap_location": True,
        }
    )
    _make_transit(company)


def _make_transit(company: Any) -> None:
    """Companies of a group deliver to each other through a place that belongs to none; each has one inside as well."""
    env = company.env
    within = env["stock.location"].create(
        {
            "name": "Inter-warehouse transit",
            "usage": "transit",
            "location_id": env.ref("stock.stock_location_locations").id,
            "company_id": company.id,
            "active": False,
        }
    )
    company._assign({"internal_transit_location_id": within})
    _deal_through(within, company.partner_id, company.id)
    between = env.ref("stock.stock_location_inter_company").sudo()
    others = env.sudo()["res.company"].search([("id", "!=", company.id)])
    if others and not between.active:
        between.write({"active": True})
    for other in others:
        _deal_through(between, other.partner_id, company.id)
        _deal_through(between, company.partner_id, other.id)


def _deal_through(place: Any, partner: Any, company_id: int) -> None:
    """Where goods from and to a partner pass, as one company sees it."""
    values = {"property_stock_customer": place.id, "property_stock_supplier": place.id}
    partner.sudo().for_company(company_id).write(values)


def virtual_place(env: Any, company: Any, usage: str, *, scrap: bool = False) -> Any:
    """A company's inventory loss, production or scrap location."""
    domain = [("usage", "=", usage), ("company_id", "=", company.id), ("scrap_location", "=", scrap)]
    return env.sudo()["stock.location"].search(domain, limit=1, order="id")


class OperationType(Model):
    """Receipts, deliveries, internal transfers and manufacturing of a warehouse."""

    _name = "stock.picking.type"
    _title = "Picking Type"
    _order = "is_favorite desc, sequence, id"
    _search_names = ("name", "barcode")
    _defaults = {
        "move_type": "direct",
        "create_backorder": "ask",
        "reservation_method": "at_confirm",
        "color": 0,
        "sequence": 10,
        "company_id": lambda self: self.env.company.id,
    }

    def _complete(self, values: Values) -> Values:
        warehouse = self.env["stock.warehouse"].browse([values["warehouse_id"]] if values.get("warehouse_id") else [])
        stock = warehouse.lot_stock_id
        added: Values = {"company_id": warehouse.company_id.id} if warehouse else {}
        supplier, customer = (
            self.env.ref("stock.stock_location_suppliers"),
            self.env.ref("stock.stock_location_customers"),
        )
        source, target = {"incoming": (supplier, stock), "outgoing": (stock, customer)}.get(
            values.get("code", ""), (stock, stock)
        )
        added |= {"default_location_src_id": source.id, "default_location_dest_id": target.id}
        if not values.get("sequence_id"):
            code = values.get("sequence_code") or ""
            prefix = f"{warehouse.code}/{code}/" if warehouse else f"{code}/"
            number = {"name": f"{warehouse.name or ''} {values.get('name')}", "prefix": prefix, "padding": 5}
            added["sequence_id"] = self.env["ir.sequence"].create({**number, "company_id": warehouse.company_id.id}).id
        return {name: value for name, value in added.items() if not values.get(name) or name == "company_id"}

    def _shown_name(self) -> str:
        return f"{self.warehouse_id.name}: {self.name}" if self.warehouse_id else self.name or ""


class Route(Model):
    """A way a product takes: bought, made, made to order."""

    _name = "stock.route"
    _title = "Inventory Routes"
    _order = "sequence"
    _far_side = {
        "product_ids": ("product.template", "route_ids"),
        "categ_ids": ("product.category", "route_ids"),
        "warehouse_ids": ("stock.warehouse", "route_ids"),
    }
    _defaults = {"sequence": 0, "product_selectable": True}


class Rule(Model):
    """One step of a route: what happens when something is needed at a place."""

    _name = "stock.rule"
    _title = "Stock Rule"
    _order = "sequence, id"
    _belongs_to = ("route_id",)
    _defaults = {"sequence": 20, "procure_method": "make_to_stock", "delay": 0}


class Warehouse(Model):
    """A warehouse with the places, operation types and rules Odoo makes with it."""

    _name = "stock.warehouse"
    _title = "Warehouse"
    _order = "sequence,id"
    _unique = {
        ("name", "company_id"): "The name of the warehouse must be unique per company!",
        ("code", "company_id"): "The short name of the warehouse must be unique per company!",
    }
    _defaults = {
        "sequence": 10,
        "reception_steps": "one_step",
        "delivery_steps": "ship_only",
        "manufacture_steps": "mrp_one_step",
        "buy_to_resupply": True,
        "manufacture_to_resupply": True,
        "company_id": lambda self: self.env.company.id,
    }

    def _complete(self, values: Values) -> Values:
        company = self.env["res.company"].browse([values["company_id"]])
        added: Values = {"name": values.get("name") or company.name, "code": (values.get("code") or "WH")[:5]}
        added["partner_id"] = values.get("partner_id") or company.partner_id.id
        location = self.env["stock.location"]
        top = self.env.ref("stock.stock_location_locations")
        view = location.create(
            {"name": added["code"], "usage": "view", "location_id": top.id, "company_id": company.id}
        )
        stock = location.create(
            {"name": "Stock", "location_id": view.id, "replenish_location": True, "company_id": company.id}
        )
        return {**added, "view_location_id": view.id, "lot_stock_id": stock.id}

    def _created(self, values: Values) -> None:
        inside = self.env["stock.location"].search([("location_id", "=", self.view_location_id.id)])
        (self.view_location_id | inside)._assign({"warehouse_id": self})
        types = {}
        for key, (name, code, short, sequence) in TYPES.items():
            types[key] = self.env["stock.picking.type"].create(
                {"name": name, "code": code, "sequence_code": short, "sequence": sequence, "warehouse_id": self.id,
                 "active": key not in LATER}
            )  # fmt: skip
        types["in"]._assign({"return_picking_type_id": types["out"]})
        types["out"]._assign({"return_picking_type_id": types["in"]})
        self._assign({f"{key}_type_id": one for key, one in types.items()})
        self._make_rules(types)

    def _make_rules(self, types: dict[str, Any]) -> None:
        stock, customers = self.lot_stock_id, self.env.ref("stock.stock_location_customers")
        production = virtual_place(self.env, self.company_id, "production")
        delivery = self.env["stock.route"].create(
            {
                "name": f"{self.name}: Deliver in 1 step (ship)",
                "company_id": self.company_id.id,
                "sequence": 10,
                "product_selectable": False,
                "warehouse_selectable": True,
            }
        )
        self.write({"route_ids": [(4, delivery.id)], "delivery_route_id": delivery.id})
        buy, make, order = (
            self.env.ref(name)
            for name in (
                "purchase_stock.route_warehouse0_buy",
                "mrp.route_warehouse0_manufacture",
                "stock.route_warehouse0_mto",
            )
        )
        code = self.code
        self._rule(f"{code}: Stock → Customers", "pull", delivery, stock, customers, types["out"])
        mto = self._rule(
            f"{code}: Stock → Customers (MTO)", "pull", order, stock, customers, types["out"], to_order=True
        )
        raw = self._rule(
            f"{code}: Stock → Production (MTO)", "pull", order, stock, production, types["manu"], to_order=True
        )
        bought = self._rule(f"{code}: Stock (Buy)", "buy", buy, None, stock, types["in"])
        made = self._rule(f"{code}: Stock (Production)", "manufacture", make, stock, stock, types["manu"])
        self._assign(
            {
                "mto_pull_id": mto,
                "manufacture_mto_pull_id": raw,
                "buy_pull_id": bought,
                "manufacture_pull_id": made,
            }
        )

    def _rule(
        self, name: str, action: str, route: Any, source: Any, target: Any, kind: Any, *, to_order: bool = False
    ) -> Any:
        return self.env["stock.rule"].create(
            {
                "name": name,
                "action": action,
                "route_id": route.id,
                "route_sequence": route.sequence,
                "location_src_id": source.id if source else False,
                "location_dest_id": target.id,
                "procure_method": "make_to_order" if to_order else "make_to_stock",
                "picking_type_id": kind.id,
                "warehouse_id": self.id,
                "company_id": self.company_id.id,
                "propagate_cancel": False,
            }
        )
