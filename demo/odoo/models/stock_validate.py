"""Validating transfers, back orders and the question they raise."""

from __future__ import annotations

from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.stock_move import TOLERANCE
from demo.odoo.orm import NO_VIEW, Model
from demo.odoo.writing import Values

RANK = 25
ASK = "stock.backorder.confirmation"


class ValidatedPicking(Model):
    """``button_validate`` and what follows."""

    _name = "stock.picking"

    def button_validate(self) -> Any:
        """Carry out the transfers, or ask what is to become of the rest: then nothing has happened yet."""
        for picking in self.filtered(lambda one: one.state == "draft"):
            picking.action_confirm()
            for move in picking.move_ids.filtered(lambda one: not one.quantity):
                move.write({"quantity": move.product_uom_qty})
        self._refuse_empty()
        self.message_subscribe([self.env.user.partner_id.id])
        context = self.env.context
        here = (
            self
            if context.get("button_validate_picking_ids")
            else self.within(button_validate_picking_ids=list(self.ids))
        )
        question = here._before_done()
        if question is not None:
            return question
        dropped = self.browse(one for one in context.get("picking_ids_not_to_backorder") or () if one in self.ids)
        dropped |= self.filtered(lambda one: one.picking_type_id.create_backorder == "never")
        dropped._action_done(cancel_backorder=True)
        (self - dropped)._action_done(cancel_backorder=False)
        return True

    def _refuse_empty(self) -> None:
        if any(not one.move_ids for one in self):
            raise UserError("You can’t validate an empty transfer. Please add some products to move before proceeding.")
        for picking in self:
            if picking.state in ("done", "cancel"):
                continue
            if all(not one.quantity for one in picking.move_ids if one.state not in ("done", "cancel")):
                raise UserError(
                    "You cannot validate a transfer if no quantities are reserved. To force the transfer, encode "
                    "quantities."
                )

    def _before_done(self) -> Values | None:
        for picking in self:
            moves = picking.move_ids
            if any(one.quantity for one in moves) and not any(one.picked for one in moves):
                moves.filtered(lambda one: one.state != "cancel").write({"picked": True})
        if self.env.context.get("skip_backorder"):
            return None
        short = self.filtered(lambda one: one.picking_type_id.create_backorder == "ask" and one._is_short())
        return short._ask() if short else None

    def _is_short(self) -> bool:
        moves = self.move_ids.filtered(lambda one: one.state not in ("cancel", "done"))
        return any(
            (one.product_uom_qty and not one.picked) or one.quantity < one.product_uom_qty - TOLERANCE for one in moves
        )

    def _ask(self) -> Values:
        return {
            "name": "Create Backorder?",
            "type": "ir.actions.act_window",
            "view_mode": "form",
            "res_model": ASK,
            "views": [[NO_VIEW, "form"]],
            "view_id": NO_VIEW,
            "target": "new",
            "context": {
                **self.env.context,
                "default_show_transfers": False,
                "default_pick_ids": [[4, one] for one in self.ids],
            },
        }

    def _action_done(self, *, cancel_backorder: bool) -> bool:
        todo = self.move_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        todo._action_done(cancel_backorder=cancel_backorder)
        if self:
            self.write({"date_done": self.env.now, "priority": "0"})
        return True

    def _make_backorder(self) -> Any:
        backorder = self.copy(
            {"name": "/", "move_ids": [], "backorder_id": self.id, "scheduled_date": False, "user_id": False}
        )
        body = f"The backorder {backorder.name} has been created."
        self.message_post(body=body)
        return backorder


class BackorderQuestion(Model):
    """The wizard that asks whether the rest is still to come."""

    _name = ASK
    _title = "Backorder Confirmation"

    def process(self) -> Any:
        keep = {line.picking_id.id for line in self.backorder_confirmation_line_ids if line.to_backorder}
        told = {line.picking_id.id for line in self.backorder_confirmation_line_ids}
        return self._validate([one for one in told if one not in keep])

    def process_cancel_backorder(self) -> Any:
        return self._validate(list(self.pick_ids.ids))

    def _validate(self, dropped: list[int]) -> Any:
        ids = self.env.context.get("button_validate_picking_ids") or list(self.pick_ids.ids)
        pickings = self.env["stock.picking"].browse(ids)
        return pickings.within(skip_backorder=True, picking_ids_not_to_backorder=dropped).button_validate()


class BackorderQuestionLine(Model):
    """The answer for one transfer."""

    _name = "stock.backorder.confirmation.line"


class Group(Model):
    """What holds the moves of one need together."""

    _name = "procurement.group"
    _title = "Procurement Group"
    _order = "id desc"
    _defaults = {"move_type": "direct"}
