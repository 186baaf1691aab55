"""Move lines: which lot of a product moves from which place to which."""

from __future__ import annotations

from typing import Any

from demo.odoo.errors import UserError, ValidationError
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 22
CLOSED = ("done", "cancel")
TOLERANCE = 1e-6


class MoveLine(Model):
    """A part of a move: so much of one lot. Before the move is done, it is what is promised to it."""

    _name = "stock.move.line"
    _title = "Product Moves (Stock Move Line)"
    _order = "id"
    _rec_name = "product_id"
    _belongs_to = ("move_id",)
    _related = {
        "state": "move_id.state",
        "reference": "move_id.reference",
        "tracking": "product_id.tracking",
        "location_usage": "location_id.usage",
        "location_dest_usage": "location_dest_id.usage",
        "picking_partner_id": "picking_id.partner_id",
        "picking_type_id": "picking_id.picking_type_id",
        "is_inventory": "move_id.is_inventory",
        "origin": "move_id.origin",
        "scheduled_date": "move_id.date",
    }
    _defaults = {"quantity": 0.0, "picked": False, "date": lambda self: self.env.now}

    def _complete(self, values: Values) -> Values:
        move = self.env["stock.move"].browse([values["move_id"]] if values.get("move_id") else [])
        picking = self.env["stock.picking"].browse([values["picking_id"]] if values.get("picking_id") else [])
        product = self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        if not move and picking:
            move = picking._move_for(product, values)
        picking = picking or move.picking_id
        known = {
            "move_id": move.id,
            "picking_id": picking.id,
            "company_id": (move or picking).company_id.id or self.env.company.id,
            "product_id": move.product_id.id,
            "product_uom_id": (move.product_uom or product.uom_id).id,
            "location_id": (move or picking).location_id.id,
            "location_dest_id": (move or picking).location_dest_id.id,
            "production_id": move.production_id.id,
            "workorder_id": move.workorder_id.id,
            "picked": bool(move.picked),
        }
        given = {name for name, value in values.items() if value}
        return {name: value for name, value in known.items() if value and name not in given}

    def _created(self, values: Values) -> None:
        if self.quantity < 0:
            raise ValidationError("You can not enter negative quantities.")
        if self.env.context.get("laying_lines") or self.move_id.state in CLOSED:
            return
        self._hold()
        self.move_id._follow_lines()

    @computed("quantity_product_uom", on="quantity product_uom_id product_id")
    def _in_product_unit(self) -> float:
        return float(self.product_uom_id._quantity_in(self.quantity, self.product_id.uom_id))

    @computed("lots_visible", "picking_code")
    def _facts(self) -> Values:
        return {
            "lots_visible": self.product_id.tracking != "none",
            "picking_code": self.picking_id.picking_type_id.code,
        }

    def write(self, values: Values) -> bool:
        if float(values.get("quantity") or 0.0) < 0:
            raise UserError("Reserving a negative quantity is not allowed.")
        touched = bool({"quantity", "lot_id", "location_id", "package_id", "owner_id"} & set(values))
        open_ones = self.filtered(lambda one: touched and one.state not in CLOSED)
        for one in open_ones:
            one._let_go(one._held)
        done = super().write(values)
        for one in open_ones:
            one._hold()
        open_ones.move_id._follow_lines()
        if "picked" in values:
            self.move_id._assign({"picked": bool(values["picked"])})
        return done

    def unlink(self) -> bool:
        if any(one.state == "done" for one in self):
            raise UserError(
                "You can not delete product moves if the picking is done. You can only correct the done quantities."
            )
        moves = self.move_id.filtered(lambda one: one.state not in CLOSED)
        for one in self:
            one._let_go(one._held)
        done = super().unlink()
        moves.alive()._follow_lines()
        return done

    @property
    def _held(self) -> float:
        """What of the stock is promised to this line, in the product's unit."""
        return float(self._row(self.id).get("held") or 0.0)

    def _set_held(self, quantity: float) -> None:
        self.env.transaction.edit(self._name, self.id)["held"] = round(quantity, 6)

    def _hold(self) -> None:
        """Promise this line all that it names, also where less lies free, or nothing at all."""
        if self.move_id._needs_no_reservation():
            return
        wanted = round(self.quantity_product_uom - self._held, 6)
        if wanted > TOLERANCE:
            self.env["stock.quant"].sudo()._promise(self, wanted)
            self._set_held(self._held + wanted)

    def _let_go(self, quantity: float) -> None:
        """Give back so much of the promised stock."""
        if quantity > TOLERANCE:
            self.env["stock.quant"].sudo()._like(self)._give_back(quantity)
            self._set_held(self._held - quantity)

    def _lose(self, quantity: float) -> None:
        """So much of what was promised to this line goes to somebody else."""
        move, part = self.move_id, self.move_id._in_own_unit(quantity)
        self._let_go(quantity)
        self._assign({"quantity": round(self.quantity - part, 6)})
        move._assign({"quantity": round(move.quantity - part, 6)})

    def _carry_out(self) -> None:
        """The goods change place; stock promised to others gives way where there is not enough."""
        quants, amount = self.env["stock.quant"].sudo(), self.quantity_product_uom
        self._let_go(self._held)
        kept = {"lot_id": self.lot_id, "owner_id": self.owner_id}
        quants._change(self.product_id, self.location_id, -amount, package_id=self.package_id, **kept)
        quants._change(self.product_id, self.location_dest_id, amount, package_id=self.result_package_id, **kept)
        if not self.location_id._is_free():
            quants._at(self.product_id, self.location_id, lots=self.lot_id)._give_way(apart_from=self)

    def _name_lot(self) -> None:
        """Find or make the lot whose name was typed. Raises UserError where a tracked product has none."""
        if self.product_id.tracking == "none" or self.lot_id:
            return
        if self.lot_name:
            domain = [("name", "=", self.lot_name), ("product_id", "=", self.product_id.id)]
            lots = self.env["stock.lot"].sudo()
            lot = lots.search([*domain, ("company_id", "in", [self.company_id.id, False])], limit=1)
            values = {"name": self.lot_name, "product_id": self.product_id.id, "company_id": self.company_id.id}
            self._assign({"lot_id": lot or lots.create(values)})
        elif not self.move_id.is_inventory:
            raise UserError(f"You need to supply a Lot/Serial Number for product:\n- {self.product_id._shown_name()}")


class LinedMove(Model):
    """A move and its lines."""

    _name = "stock.move"

    @computed("lot_ids", "move_lines_count")
    def _of_lines(self) -> Values:
        return {"lot_ids": self.move_line_ids.lot_id, "move_lines_count": len(self.move_line_ids)}

    def _follow_lines(self) -> None:
        """Somebody changed the lines: the move's quantity is their sum."""
        for one in self.filtered(lambda move: move.state not in CLOSED):
            total = sum(line.product_uom_id._quantity_in(line.quantity, one.product_uom) for line in one.move_line_ids)
            one._assign({"quantity": round(total, 6)})
            one._recompute_state()

    @property
    def _held(self) -> float:
        """What of the stock is promised to this move, in the product's unit."""
        return float(sum(one._held for one in self.move_line_ids))

    def _hold(self, quantity: float) -> float:
        """Promise stock to the move, a line a lot and place; what could be promised, in the product's unit."""
        brought = self.move_orig_ids.filtered(lambda one: one.state == "done").move_line_ids.lot_id
        quants = self.env["stock.quant"].sudo()
        taken = quants._at(self.product_id, self.location_id, lots=brought or None)._reserve(quantity)
        for quant, part in taken:
            line = self._line_at(quant.location_id, quant.lot_id, quant.package_id, quant.owner_id)
            line._assign({"quantity": round(line.quantity + self._in_own_unit(part), 6)})
            line._set_held(line._held + part)
        return float(sum(part for _quant, part in taken))

    def _let_go(self, *, keep: float = 0.0) -> None:
        """Give back what is promised beyond ``keep``, the newest line first."""
        surplus = round(self._held - keep, 6)
        for line in reversed(list(self.move_line_ids)):
            part = min(surplus, line._held)
            if part > TOLERANCE:
                line._let_go(part)
                line._assign({"quantity": round(line.quantity - self._in_own_unit(part), 6)})
                surplus = round(surplus - part, 6)

    def _even_out(self, lot: Any = None) -> None:
        """Let the lines add up to the move's quantity: what no stock is promised for goes into a line of its own."""
        lines = self.move_line_ids
        missing = round(self.quantity - sum(line.quantity for line in lines), 6)
        if missing > TOLERANCE:
            line = self._line_at(self.location_id, lot or self.production_id.lot_producing_id)
            line._assign({"quantity": round(line.quantity + missing, 6)})
        for line in reversed(list(lines)) if missing < -TOLERANCE else ():
            part = min(line.quantity, -missing)
            line._let_go(min(line._held, self.product_uom._quantity_in(part, self.product_id.uom_id)))
            line._assign({"quantity": round(line.quantity - part, 6)})
            missing = round(missing + part, 6)
        empty = self.move_line_ids.filtered(lambda line: line.quantity <= TOLERANCE)
        if empty:
            empty.within(laying_lines=True)._forget()

    def _even_out_all(self) -> None:
        """Lines and states follow what each of these moves has left."""
        for one in self:
            one._even_out()
            one._recompute_state()

    def _line_at(self, place: Any, lot: Any, package: Any = None, owner: Any = None) -> Any:
        """The line that takes exactly these goods; made where there is none."""
        named = {"lot_id": lot, "package_id": package, "owner_id": owner}
        wanted = {"location_id": place.id, **{name: one.id if one else 0 for name, one in named.items()}}
        found = self.move_line_ids.filtered(lambda one: all(getattr(one, name).id == wanted[name] for name in wanted))
        if found:
            return found[:1]
        values = {"move_id": self.id, "quantity": 0.0, **{name: number or False for name, number in wanted.items()}}
        return self.env["stock.move.line"].sudo().within(laying_lines=True).create(values)

    def _in_own_unit(self, quantity: float) -> float:
        return float(self.product_id.uom_id._quantity_in(quantity, self.product_uom))


class EmptyLine(Model):
    """Lines that came to nothing."""

    _name = "stock.move.line"

    def _forget(self) -> None:
        Model.unlink(self.sudo())


class LinedPicking(Model):
    """A transfer and its lines."""

    _name = "stock.picking"

    def _move_for(self, product: Any, values: Values) -> Any:
        """The open move of the product on this transfer; made where there is none."""
        fitting = self.move_ids.filtered(lambda one: one.product_id.id == product.id and one.state not in CLOSED)
        if fitting:
            return fitting[:1]
        return self.env["stock.move"].create(
            {
                "name": product._shown_name(),
                "picking_id": self.id,
                "product_id": product.id,
                "product_uom": values.get("product_uom_id") or product.uom_id.id,
                "product_uom_qty": 0.0,
            }
        )
