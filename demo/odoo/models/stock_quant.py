"""Stock on hand: how much of what lies where, and how much of it is promised."""

from __future__ import annotations

from typing import Any

from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 21
APART = ("lot_id", "package_id", "owner_id")
"""What keeps goods of one product at one place in rows of their own."""


class Quant(Model):
    """The quantity of a product at a place, in the product's unit."""

    _name = "stock.quant"
    _title = "Quants"
    _order = "id"
    _rec_name = "product_id"
    _defaults = {"in_date": lambda self: self.env.now, "reserved_quantity": 0.0, "quantity": 0.0}

    def _create(self, many: list[Values]) -> Any:
        """In inventory mode a count is entered; the quant that is there already takes it."""
        made: list[int] = []
        for values in many:
            counted = values.pop("inventory_quantity", None)
            automatic = values.pop("inventory_quantity_auto_apply", None)
            found = self.search(
                [
                    ("product_id", "=", values.get("product_id")),
                    ("location_id", "=", values.get("location_id")),
                    *((name, "=", values.get(name) or False) for name in APART),
                ],
                limit=1,
            )
            quant = found or super()._create([values])
            if counted is not None:
                quant.write({"inventory_quantity": counted})
            if automatic is not None:
                quant.write({"inventory_quantity": automatic})
                quant.action_apply_inventory()
            made.append(quant.id)
        return self.browse(made)

    def write(self, values: Values) -> bool:
        if "inventory_quantity" in values:
            values = {"inventory_quantity_set": True, **values}
        return super().write(values)

    @computed("company_id", on="location_id")
    def _company(self) -> Any:
        return self.location_id.company_id

    @computed("inventory_diff_quantity", on="inventory_quantity")
    def _difference(self) -> float:
        return float(self.inventory_quantity - self.quantity)

    @computed("available_quantity", "inventory_quantity_auto_apply")
    def _free(self) -> Values:
        return {
            "available_quantity": self.quantity - self.reserved_quantity,
            "inventory_quantity_auto_apply": self.quantity,
        }

    @computed("product_uom_id", "product_tmpl_id", "product_categ_id", "warehouse_id")
    def _of_product(self) -> Values:
        product = self.product_id
        return {
            "product_uom_id": product.uom_id,
            "product_tmpl_id": product.product_tmpl_id,
            "product_categ_id": product.categ_id,
            "warehouse_id": self.location_id.warehouse_id,
        }

    @computed("value", "currency_id")
    def _value(self) -> Values:
        company = self.company_id or self.env.company
        own = self.product_id.for_company(company.id) if company else self.product_id
        return {"value": self.quantity * own.standard_price, "currency_id": company.currency_id}

    def action_apply_inventory(self) -> None:
        """Make the stock what was counted, with a move from or to the inventory loss."""
        from demo.odoo.models.stock_places import virtual_place

        for quant in self:
            difference = round(quant.inventory_quantity - quant.quantity, 6)
            loss = virtual_place(self.env, quant.company_id or self.env.company, "inventory")
            source, target = (loss, quant.location_id) if difference > 0 else (quant.location_id, loss)
            if difference:
                move = self.env["stock.move"].create(
                    {
                        "name": "Product Quantity Updated",
                        "product_id": quant.product_id.id,
                        "product_uom_qty": abs(difference),
                        "quantity": abs(difference),
                        "product_uom": quant.product_id.uom_id.id,
                        "location_id": source.id,
                        "location_dest_id": target.id,
                        "company_id": (quant.company_id or self.env.company).id,
                        "is_inventory": True,
                        "picked": True,
                    }
                )
                move._even_out(quant.lot_id)
                side = "result_package_id" if difference > 0 else "package_id"
                move.move_line_ids._assign({side: quant.package_id, "owner_id": quant.owner_id})
                move._action_done()
            quant._put({"inventory_quantity": None, "inventory_quantity_set": None})

    def action_set_inventory_quantity_to_zero(self) -> None:
        self._put({"inventory_quantity": None, "inventory_quantity_set": None})

    def _at(self, product: Any, location: Any, *, lots: Any = None) -> Any:
        """The quants of a product at a place and below it, the oldest first; of these lots where any are named."""
        found = self.sudo().browse(self.env.transaction.find(self._name, "product_id", product.id))
        found = found.filtered(lambda one: location.id in one.location_id._and_above())
        if lots:
            found = found.filtered(lambda one: one.lot_id.id in lots.ids)
        return found.sorted_by(lambda one: (one.in_date, one.id)) if len(found) > 1 else found

    def _like(self, kept: Any) -> Any:
        """The quants of exactly this place, lot, package and owner, as a line or another quant names them."""
        return self._at(kept.product_id, kept.location_id).filtered(lambda one: one._is_like(kept))

    def _is_like(self, kept: Any) -> bool:
        return all(getattr(self, name).id == getattr(kept, name).id for name in ("location_id", *APART))

    def _change(self, product: Any, location: Any, quantity: float, **apart: Any) -> None:
        """More or less of a product at exactly this place, of this lot, package and owner alone."""
        wanted = {name: apart[name].id if apart.get(name) else 0 for name in APART} | {"location_id": location.id}
        here = self._at(product, location)
        here = here.filtered(lambda one: all(getattr(one, name).id == wanted[name] for name in wanted))[:1]
        if here:
            here._assign({"quantity": round(here.quantity + quantity, 6)})
        else:
            values = {"product_id": product.id, "quantity": round(quantity, 6)}
            super()._create([{**values, **{name: number or False for name, number in wanted.items()}}])

    def _free_of(self, product: Any, location: Any) -> float:
        quants = self._at(product, location)
        return float(sum(one.quantity - one.reserved_quantity for one in quants))

    def _reserve(self, quantity: float) -> list[tuple[Any, float]]:
        """Promise up to this much of these quants; returns what could be promised, by quant."""
        left, taken = quantity, []
        for one in self:
            part = min(left, max(0.0, one.quantity - one.reserved_quantity))
            if part > 1e-6:
                one._assign({"reserved_quantity": round(one.reserved_quantity + part, 6)})
                taken.append((one, round(part, 6)))
                left = round(left - part, 6)
            if left <= 1e-6:
                break
        return taken

    def _promise(self, line: Any, quantity: float) -> None:
        """Promise a line the goods it names, however much of them lies free; rows without a lot stand in for its own.

        Where there is no such row, one comes into being that holds nothing and has promised all the same.
        """
        here = self._at(line.product_id, line.location_id)
        bare = ("location_id", "package_id", "owner_id")
        same = here.filtered(lambda one: all(getattr(one, name).id == getattr(line, name).id for name in bare))
        own = same.filtered(lambda one: one.lot_id.id == line.lot_id.id) or same.filtered(lambda one: not one.lot_id)
        if own:
            own[0]._assign({"reserved_quantity": round(own[0].reserved_quantity + quantity, 6)})
            return
        values = {"product_id": line.product_id.id, "location_id": line.location_id.id, "reserved_quantity": quantity}
        super()._create([{**values, **{name: getattr(line, name).id or False for name in APART}}])

    def _give_back(self, quantity: float) -> None:
        """Take back a promise of so much of these quants."""
        for one in self:
            if quantity > 1e-6:
                part = min(quantity, max(0.0, one.reserved_quantity))
                one._assign({"reserved_quantity": round(one.reserved_quantity - part, 6)})
                quantity = round(quantity - part, 6)

    def _give_way(self, *, apart_from: Any) -> None:
        """Where more is promised than there is, promises are taken back: those of the latest transfers first, never
        what was picked already. Who loses goods gets others where some lie free.
        """
        losing = self.env["stock.move"].sudo().browse([])
        for quant in self:
            over = round(quant.reserved_quantity - quant.quantity, 6)
            for line in quant._promised_last(apart_from) if over > 1e-6 else ():
                part = min(over, line._held)
                line._lose(part)
                losing |= line.move_id
                over = round(over - part, 6)
                if over <= 1e-6:
                    break
        losing.write({"procure_method": "make_to_stock", "move_orig_ids": [(5, 0, 0)]})
        losing._even_out_all()
        losing._action_assign()

    def _promised_last(self, apart_from: Any) -> list[Any]:
        """The open lines that this stock is promised to, but for picked ones: those of the same transfer first, then
        the latest, then the newest.
        """
        lines = self.env["stock.move.line"].sudo()
        found = lines.browse(self.env.transaction.find("stock.move.line", "product_id", self.product_id.id))
        found = found.filtered(lambda one: self._is_like(one) and one.id not in apart_from.ids)

        def last_first(one: Any) -> tuple[bool, float, int]:
            at = one.picking_id.scheduled_date or one.move_id.date
            return (one.picking_id.id != apart_from.picking_id.id, -at.timestamp() if at else 0.0, -one.id)

        return sorted(found.filtered(lambda one: one._held and not one.picked), key=last_first)
