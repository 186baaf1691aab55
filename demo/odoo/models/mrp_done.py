"""Manufacturing orders that come to an end: consumption, back orders and the questions they raise."""

from __future__ import annotations

from typing import Any

from demo.odoo.models.stock_move import CLOSED, TOLERANCE
from demo.odoo.orm import NO_VIEW, Model
from demo.odoo.writing import Values

RANK = 53


class FinishedProduction(Model):
    """``button_mark_done`` and what belongs to it."""

    _name = "mrp.production"

    def set_qty_producing(self) -> None:
        """Set the components in proportion to what is being produced."""
        self._consume_in_proportion()

    def _consume_in_proportion(self) -> None:
        for move in self.move_raw_ids.filtered(lambda one: one.state not in CLOSED):
            move.write({"quantity": round(self.qty_producing * move._per_unit(), 6), "picked": True})

    def button_mark_done(self) -> Any:
        """Finish: True, or a wizard (nothing has happened yet), or the screen of the back order."""
        question = self._before_done()
        if question is not None:
            return question
        wanted = self.env.context.get("mo_ids_to_backorder") or ()
        split = self.filtered(lambda one: one.id in wanted and one.qty_producing < one.product_qty - TOLERANCE)
        self.workorder_ids.button_finish()
        backorders = self.browse()
        for one in split:
            backorders |= one._split_off_rest()
        for one in self:
            one._post()
        for one in backorders:
            one.action_assign()
        if self.env.context.get("skip_redirection") or not backorders:
            return True
        return {
            "res_model": self._name,
            "type": "ir.actions.act_window",
            "context": {**self.env.context, "skip_backorder": False, "mo_ids_to_backorder": None},
            "views": [[False, "form"]],
            "view_mode": "form",
            "res_id": backorders[0].id,
        }

    def _before_done(self) -> Values | None:
        for one in self:
            if not one.qty_producing:
                one.write({"qty_producing": one.product_qty - one.qty_produced})
                one._consume_in_proportion()
        issues = self.filtered(lambda one: one._consumption_differs())
        if issues and not self.env.context.get("skip_consumption"):
            return issues._ask_about_consumption()
        short = self.filtered(lambda one: one.qty_producing < one.product_qty - TOLERANCE)
        if short and not self.env.context.get("skip_backorder"):
            return short._ask_about_backorder()
        return None

    def _consumption_differs(self) -> bool:
        if self.consumption == "flexible" or not self.bom_id.bom_line_ids:
            return False
        wanted: dict[int, float] = {}
        factor = self._factor() * self.qty_producing / self.product_qty if self.product_qty else 0.0
        for line in self.bom_id.bom_line_ids.filtered(lambda one: one.product_id.type == "consu"):
            amount = line.product_uom_id._quantity_in(line.product_qty * factor, line.product_id.uom_id)
            wanted[line.product_id.id] = wanted.get(line.product_id.id, 0.0) + amount
        found: dict[int, float] = dict.fromkeys(wanted, 0.0)
        for move in self.move_raw_ids.filtered(lambda one: one.picked and one.state != "cancel"):
            amount = move.product_uom._quantity_in(move.quantity, move.product_id.uom_id)
            found[move.product_id.id] = found.get(move.product_id.id, 0.0) + amount
        return any(abs(found[key] - wanted.get(key, 0.0)) > 0.005 for key in found)

    def _ask_about_consumption(self) -> Values:
        return {
            "name": "Consumption Warning",
            "type": "ir.actions.act_window",
            "view_mode": "form",
            "res_model": "mrp.consumption.warning",
            "views": [[NO_VIEW, "form"]],
            "view_id": NO_VIEW,
            "target": "new",
            "context": {
                **self.env.context,
                "default_mrp_production_ids": list(self.ids),
                "default_mrp_consumption_warning_line_ids": [],
            },
        }

    def _ask_about_backorder(self) -> Values:
        lines = [[0, 0, {"mrp_production_id": one, "to_backorder": True}] for one in self.ids]
        return {
            "name": "You produced less than initial demand",
            "type": "ir.actions.act_window",
            "view_mode": "form",
            "res_model": "mrp.production.backorder",
            "views": [[NO_VIEW, "form"]],
            "view_id": NO_VIEW,
            "target": "new",
            "context": {
                **self.env.context,
                "default_mrp_production_ids": list(self.ids),
                "default_mrp_production_backorder_line_ids": lines,
            },
        }

    def _post(self) -> None:
        """Take the components, bring in the product, close the order."""
        raw = self.move_raw_ids.filtered(lambda one: one.state not in CLOSED)
        raw.filtered(lambda one: one.picked)._action_done(cancel_backorder=True)
        raw.filtered(lambda one: one.state not in CLOSED)._action_cancel()
        for order in self.workorder_ids.filtered(lambda one: not one.duration):
            order._assign({"duration": order.duration_expected})
        for move in self.move_finished_ids.filtered(lambda one: one.state not in CLOSED):
            quantity = self.qty_producing if move.product_id == self.product_id else move.product_uom_qty
            move._assign({"quantity": quantity, "picked": True})
            if move.state == "draft":
                move._assign({"state": "confirmed"})
            move._action_done(cancel_backorder=True)
        self._assign({"state": "done", "date_finished": self.env.now, "priority": "0", "is_locked": True})

    def _split_off_rest(self) -> Any:
        """What is not produced goes into a new order of the same procurement, numbered behind this one."""
        rest = round(self.product_qty - self.qty_producing, 6)
        base = self.name.rsplit("-", 1)[0] if self.backorder_sequence else self.name
        family = [one.backorder_sequence or 0 for one in self.procurement_group_id.mrp_production_ids]
        last = max([1, *family])
        ratio = self.qty_producing / self.product_qty
        later = self.within(skip_moves=True).copy(
            {
                "name": f"{base}-{last + 1:03d}",
                "product_qty": rest,
                "backorder_sequence": last + 1,
                "procurement_group_id": self.procurement_group_id.id,
                "date_deadline": self.date_deadline,
                "date_start": self.date_start,
            }
        )
        later = self.browse(later.ids)
        for move in (self.move_raw_ids | self.move_finished_ids).filtered(lambda one: one.state not in CLOSED):
            move._share_with(later, ratio)
        if not self.backorder_sequence:
            self._assign({"backorder_sequence": 1, "name": f"{base}-001"})
        self.within(skip_moves=True).write({"product_qty": self.qty_producing})
        later._make_workorders()
        later.action_confirm()
        return later


class SharedMove(Model):
    """Moves of manufacturing orders."""

    _name = "stock.move"

    def _per_unit(self) -> float:
        """How much of the component one unit of the product takes."""
        production = self.raw_material_production_id
        return self.product_uom_qty / production.product_qty if production.product_qty else 0.0

    def _share_with(self, later: Any, ratio: float) -> None:
        """Leave the part for what is produced now, give the rest to the later order."""
        part = round(self.product_uom_qty * ratio, 6)
        owner = "raw_material_production_id" if self.raw_material_production_id else "production_id"
        values = {
            **self._split_values(round(self.product_uom_qty - part, 6)),
            owner: later.id,
            "name": later.name,
            "workorder_id": False,
        }
        self.copy(values)
        taken = min(self.quantity, part)
        self._assign({"product_uom_qty": part, "quantity": taken})
        self._let_go(keep=self.product_uom._quantity_in(taken, self.product_id.uom_id))
        self._even_out()


class ConsumptionQuestion(Model):
    """The wizard that asks whether other quantities than the bill's were meant."""

    _name = "mrp.consumption.warning"
    _title = "Consumption Warning"

    def action_confirm(self) -> Any:
        context = {key: value for key, value in self.env.context.items() if not key.startswith("default_")}
        return self.mrp_production_ids.within(**context, skip_consumption=True).button_mark_done()

    def action_set_qty(self) -> Any:
        for one in self.mrp_production_ids:
            one._consume_in_proportion()
        return self.action_confirm()


class BackorderQuestion(Model):
    """The wizard that asks what is to become of the part not produced."""

    _name = "mrp.production.backorder"
    _title = "Wizard to mark as done or create back order"

    def action_close_mo(self) -> Any:
        return self.mrp_production_ids.within(skip_backorder=True).button_mark_done()

    def action_backorder(self) -> Any:
        chosen = [one.mrp_production_id.id for one in self.mrp_production_backorder_line_ids if one.to_backorder]
        context = {"skip_backorder": True, "mo_ids_to_backorder": chosen or list(self.mrp_production_ids.ids)}
        return self.mrp_production_ids.within(**context).button_mark_done()


class BackorderQuestionLine(Model):
    """The answer for one order."""

    _name = "mrp.production.backorder.line"
