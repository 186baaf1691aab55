"""From a confirmed purchase order to its receipt, and from a changed line to a changed receipt."""

from __future__ import annotations

from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.stock_move import CLOSED, TOLERANCE
from demo.odoo.orm import Model
from demo.odoo.writing import Values

RANK = 32


class ReceivedOrder(Model):
    """Making the receipt."""

    _name = "purchase.order"

    def _create_picking(self) -> None:
        for order in self:
            if not any(one.product_id.type == "consu" for one in order.order_line if not one.display_type):
                continue
            picking = order.picking_ids.filtered(lambda one: one.state not in CLOSED)[:1]
            picking = picking or self.env["stock.picking"].create(order._receipt_values())
            moves = self.env["stock.move"].browse([])
            for line in order.order_line:
                moves |= line._create_moves(picking)
            moves._action_confirm()
            for number, move in enumerate(moves.sorted_by(lambda one: one.date), start=1):
                move._assign({"sequence": 5 * number})
            moves._action_assign()
            picking.message_post(body=f"This transfer has been created from: {order.name}")

    def _receipt_values(self) -> Values:
        if not self.group_id:
            group = {"name": self.name, "partner_id": self.partner_id.id}
            self._assign({"group_id": self.env["procurement.group"].create(group).id})
        kind = self.picking_type_id
        return {
            "picking_type_id": kind.id,
            "partner_id": self.partner_id.id,
            "user_id": False,
            "date": self.date_order,
            "origin": self.name,
            "location_id": self.partner_id.for_company(self.company_id.id).property_stock_supplier.id,
            "location_dest_id": kind.default_location_dest_id.id,
            "group_id": self.group_id.id,
        }


class ReceivedLine(Model):
    """Making and changing the moves of a line."""

    _name = "purchase.order.line"

    def _create_or_update_picking(self) -> None:
        if self.display_type or self.product_id.type != "consu":
            return
        if self.product_qty < self.qty_received - TOLERANCE:
            raise UserError(
                "You cannot decrease the ordered quantity below the received quantity.\nCreate a return first."
            )
        order = self.order_id
        picking = (self._open_moves().picking_id or order.picking_ids.filtered(lambda one: one.state not in CLOSED))[:1]
        if not picking:
            if self.product_qty <= self.qty_received:
                return
            picking = self.env["stock.picking"].create(order._receipt_values())
        change = round(self.product_qty - self._underway(), 6)
        if change < -TOLERANCE:
            self._take_off(-change)
        elif change > TOLERANCE and not self._add_to_open_move(change):
            self._create_moves(picking)._action_confirm()._action_assign()

    def _underway(self) -> float:
        """What the moves bring or have brought, in the unit of the line."""
        total = 0.0
        for move in self.move_ids.filtered(lambda one: one.state != "cancel" and not one.scrapped):
            quantity = move.quantity if move.state == "done" else move.product_uom_qty
            quantity = move.product_uom._quantity_in(quantity, self.product_uom)
            total += -quantity if move.location_dest_id.usage == "supplier" else quantity
        return total

    def _take_off(self, quantity: float) -> None:
        for move in self._open_moves():
            part = min(move.product_uom_qty, quantity)
            move.write({"product_uom_qty": move.product_uom_qty - part})
            if not move.product_uom_qty:
                move._action_cancel()
            quantity -= part
            if quantity <= TOLERANCE:
                return

    def _add_to_open_move(self, quantity: float) -> bool:
        """Odoo joins the additional move with one that agrees in price; the earlier day wins."""
        for move in self._open_moves():
            if abs((move.price_unit or 0.0) - self.price_unit) < TOLERANCE:
                move.write(
                    {"product_uom_qty": move.product_uom_qty + quantity, "date": min(move.date, self.date_planned)}
                )
                return True
        return False

    def _create_moves(self, picking: Any) -> Any:
        """One move for what is pegged to a need and one for what is bought beyond it."""
        moves = self.env["stock.move"].browse([])
        if self.display_type or self.product_id.type != "consu":
            return moves
        underway = self._underway()
        fed = (self.move_dest_ids or self.move_ids.move_dest_ids).filtered(lambda one: one.state != "cancel")
        if fed:
            needed = sum(one.product_uom._quantity_in(one.product_uom_qty, self.product_uom) for one in fed)
            pegged, beyond = round(needed - underway, 6), round(self.product_qty - max(needed, underway), 6)
            pegged = min(pegged, round(self.product_qty - underway, 6))
        else:
            pegged, beyond = 0.0, round(self.product_qty - underway, 6)
        if pegged > TOLERANCE:
            peg = {"move_dest_ids": [(4, one) for one in self.move_dest_ids.ids]}
            moves |= moves.create({**self._move_values(picking, pegged), **peg})
        if beyond > TOLERANCE:
            moves |= moves.create(self._move_values(picking, beyond))
        for move in self.move_dest_ids:
            move.write({"created_purchase_line_ids": [(5, 0, 0)]})
        return moves

    def _move_values(self, picking: Any, quantity: float) -> Values:
        order, product = self.order_id, self.product_id
        date = self.date_planned or order.date_planned
        return {
            "name": product._shown_name(),
            "product_id": product.id,
            "date": date,
            "date_deadline": date,
            "location_id": picking.location_id.id,
            "location_dest_id": (self.location_final_id or picking.location_dest_id).id,
            "location_final_id": (self.location_final_id or picking.location_dest_id).id,
            "picking_id": picking.id,
            "partner_id": order.dest_address_id.id,
            "purchase_line_id": self.id,
            "company_id": order.company_id.id,
            "price_unit": self.price_unit,
            "picking_type_id": order.picking_type_id.id,
            "group_id": order.group_id.id,
            "origin": order.name,
            "description_picking": self.name,
            "propagate_cancel": self.propagate_cancel,
            "warehouse_id": order.picking_type_id.warehouse_id.id,
            "product_uom_qty": quantity,
            "product_uom": self.product_uom.id,
            "sequence": self.sequence,
        }
