"""Moves that happen: the stock changes, the rest goes to a back order."""

from __future__ import annotations

from typing import Any

from demo.odoo.models.stock_move import CLOSED, TOLERANCE
from demo.odoo.orm import Model
from demo.odoo.writing import Values

RANK = 23


class DoneMove(Model):
    """Carrying out moves."""

    _name = "stock.move"

    def _action_done(self, *, cancel_backorder: bool = False) -> Any:
        """Carry out what is picked and return it; unpicked and short moves leave a rest for a back order.

        With ``cancel_backorder`` unpicked moves are cancelled, and short ones are done with their demand unchanged.
        """
        todo = self.filtered(lambda one: one.state not in CLOSED)
        for one in todo.filtered(lambda move: move.state == "draft"):
            one._assign({"state": "assigned"})
        happened = todo.filtered(lambda one: one.picked and one.quantity > TOLERANCE)
        rests = todo - happened
        if cancel_backorder:
            rests._action_cancel()
        else:
            empty = rests.filtered(lambda one: not one.product_uom_qty)
            empty._action_cancel()
            rests -= empty
            for one in happened:
                if one.quantity < one.product_uom_qty - TOLERANCE:
                    rests |= one._split(one.product_uom_qty - one.quantity)
        for one in happened:
            one._carry_out()
        if not cancel_backorder:
            self._to_backorder(happened, rests)
        happened._wake_next()
        return happened

    def _belongs_to_production(self) -> bool:
        return bool(self.raw_material_production_id or self.production_id)

    def _carry_out(self) -> None:
        self._even_out()
        for line in self.move_line_ids:
            line._name_lot()
            if self.product_id.is_storable:
                line._carry_out()
        self._assign({"state": "done", "date": self.env.now, "picked": True})
        self.move_line_ids._assign({"date": self.env.now, "picked": True})

    def _split_values(self, quantity: float) -> Values:
        """What the rest of a move has differently."""
        return {
            "product_uom_qty": quantity,
            "procure_method": self.procure_method,
            "move_dest_ids": [(4, one.id) for one in self.move_dest_ids if one.state not in CLOSED],
            "move_orig_ids": [(4, one.id) for one in self.move_orig_ids],
            "date_deadline": self.date_deadline,
            "date": self.date,
            "origin_returned_move_id": self.origin_returned_move_id.id,
        }

    def _split(self, quantity: float) -> Any:
        """Take a quantity off this move into one of its own."""
        values = self._split_values(round(quantity, 6))
        rest = self.copy({**values, "state": "draft", "quantity": 0.0, "picked": False})
        self._assign({"product_uom_qty": round(self.product_uom_qty - quantity, 6)})
        state = "waiting" if rest._waits_for_another() else "confirmed"
        rest._assign({"state": state})
        return rest

    def _to_backorder(self, happened: Any, rests: Any) -> None:
        """What was left of a transfer goes into a new one."""
        for picking in happened.picking_id:
            left = rests.filtered(lambda one, here=picking: one.picking_id == here and one.state not in CLOSED)
            if left:
                backorder = picking._make_backorder()
                left._assign({"picking_id": backorder})
        rests.filtered(lambda one: one.state not in CLOSED and not one._belongs_to_production())._action_assign()

    def _wake_next(self) -> None:
        """Moves fed by these, and others short of the same goods at that place, reserve what came."""
        self.move_dest_ids.filtered(lambda one: one.state not in ("draft", *CLOSED))._action_assign()
        for one in self:
            if one.location_dest_id.usage != "internal" or not one.product_id.is_storable:
                continue
            domain = [
                ("product_id", "=", one.product_id.id),
                ("location_id", "=", one.location_dest_id.id),
                ("state", "in", ("confirmed", "partially_available")),
                ("procure_method", "=", "make_to_stock"),
            ]
            waiting = self.env["stock.move"].search(domain, order="priority desc, date asc, id asc")
            waiting.filtered(lambda other: not other.move_orig_ids)._action_assign()
