"""Manufacturing orders: what they need, their state, confirming, planning and cancelling."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.stock_move import CLOSED, TOLERANCE
from demo.odoo.models.stock_places import virtual_place
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.sequences import draw
from demo.odoo.writing import Values

RANK = 52


class Production(Thread, Model):
    """An order to make something."""

    _name = "mrp.production"
    _title = "Manufacturing Order"
    _order = "priority desc, date_start asc,id"
    _search_names = ("name",)
    _not_copied = (
        "name",
        "state",
        "date_finished",
        "qty_producing",
        "is_planned",
        "backorder_sequence",
        "procurement_group_id",
        "date_deadline",
    )
    _digits = {"product_qty": 2}
    _defaults = {
        "state": "draft",
        "priority": "0",
        "product_qty": 1.0,
        "qty_producing": 0.0,
        "date_start": lambda self: self.env.now,
        "company_id": lambda self: self.env.company.id,
        "user_id": lambda self: self.env.uid,
        "consumption": "flexible",
        "is_locked": True,
        "propagate_cancel": False,
        "backorder_sequence": 0,
    }

    def _complete(self, values: Values) -> Values:
        env = self.env.for_company(values["company_id"])
        bom = self._chosen_bom(env, values)
        kinds = env["stock.picking.type"]
        kind = kinds.browse([values["picking_type_id"]] if values.get("picking_type_id") else [])
        if not kind:
            domain = [("code", "=", "mrp_operation"), ("company_id", "=", values["company_id"])]
            kind = kinds.search(domain, limit=1)
        product = env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        company = env["res.company"].browse([values["company_id"]])
        defaults: Values = {
            "picking_type_id": kind.id,
            "bom_id": bom.id,
            "product_id": bom.product_tmpl_id.product_variant_ids[:1].id,
            "product_uom_id": bom.product_uom_id.id or product.uom_id.id,
            "location_src_id": kind.default_location_src_id.id,
            "location_dest_id": kind.default_location_dest_id.id,
            "production_location_id": virtual_place(env, company, "production").id,
        }
        added = {name: value for name, value in defaults.items() if not values.get(name)}
        if values.get("name") in (None, False, "New"):
            added["name"] = draw(kind.sequence_id)
        if not values.get("procurement_group_id"):
            name = values.get("name") if values.get("name") not in (None, False, "New") else added["name"]
            added["procurement_group_id"] = env["procurement.group"].create({"name": name}).id
        return added

    @staticmethod
    def _chosen_bom(env: Any, values: Values) -> Any:
        """The bill given, or the one the company makes the product by; ``False`` means without one."""
        boms = env["mrp.bom"]
        if "bom_id" in values or not values.get("product_id"):
            return boms.browse([values["bom_id"]] if values.get("bom_id") else [])
        product = env["product.product"].browse([values["product_id"]])
        return boms._find_for(product, env["res.company"].browse([values["company_id"]]))

    def _created(self, values: Values) -> None:
        if not self.env.context.get("skip_moves"):
            self._make_moves()
            self._make_workorders()
            self.move_finished_ids.write({"date": self.date_finished or self.date_start})

    def _make_moves(self) -> None:
        moves = self.env["stock.move"]
        for line in self.bom_id.bom_line_ids:
            if line.product_id.type == "consu":
                moves.create(self._raw_values(line))
        moves.create(self._finished_values())

    def _shared_move_values(self) -> Values:
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "picking_type_id": self.picking_type_id.id,
            "origin": self.origin or self.name,
            "group_id": self.procurement_group_id.id,
            "warehouse_id": self.picking_type_id.warehouse_id.id,
            "propagate_cancel": self.propagate_cancel,
        }

    def _factor(self) -> float:
        """How many times the bill is made."""
        quantity = self.product_uom_id._quantity_in(self.product_qty, self.bom_id.product_uom_id)
        return float(quantity / (self.bom_id.product_qty or 1.0))

    def _raw_values(self, line: Any) -> Values:
        return {
            **self._shared_move_values(),
            "sequence": line.sequence,
            "date": self.date_start,
            "date_deadline": self.date_start,
            "bom_line_id": line.id,
            "product_id": line.product_id.id,
            "product_uom_qty": round(line.product_qty * self._factor(), 6),
            "product_uom": line.product_uom_id.id,
            "location_id": self.location_src_id.id,
            "location_dest_id": self.production_location_id.id,
            "raw_material_production_id": self.id,
            "operation_id": line.operation_id.id,
            "procure_method": "make_to_stock",
        }

    def _finished_values(self) -> Values:
        return {
            **self._shared_move_values(),
            "date": self.date_finished or self.date_start,
            "date_deadline": self.date_deadline,
            "product_id": self.product_id.id,
            "product_uom_qty": self.product_qty,
            "product_uom": self.product_uom_id.id,
            "location_id": self.production_location_id.id,
            "location_dest_id": self.location_dest_id.id,
            "production_id": self.id,
            "move_dest_ids": [(4, one) for one in self.move_dest_ids.ids],
        }

    def _make_workorders(self) -> None:
        operations = self.bom_id.operation_ids.sorted_by(lambda one: (one.sequence, one.id))
        for place, operation in enumerate(operations):
            self.env["mrp.workorder"].create(
                {
                    "name": operation.name,
                    "production_id": self.id,
                    "workcenter_id": operation.workcenter_id.id,
                    "product_uom_id": self.product_uom_id.id,
                    "operation_id": operation.id,
                    "sequence": place,
                    "state": "pending",
                }
            )

    @computed("product_uom_qty", on="product_qty product_uom_id product_id")
    def _in_own_unit(self) -> float:
        return float(self.product_uom_id._quantity_in(self.product_qty, self.product_id.uom_id))

    @computed(
        "state",
        on="move_raw_ids.state move_raw_ids.quantity move_raw_ids.picked move_finished_ids.state workorder_ids.state "
        "product_qty qty_producing",
    )
    def _state(self) -> Values:
        now = self._row(self.id).get("state") or "draft"
        finished, raw, orders = self.move_finished_ids, self.move_raw_ids, self.workorder_ids
        if now == "cancel" or (finished and all(one.state == "cancel" for one in finished)):
            return {"state": "cancel"}
        over = (raw and all(one.state in CLOSED for one in raw)) and all(one.state in CLOSED for one in finished)
        if now == "done" or over:
            return {"state": "done"}
        if orders and all(one.state in CLOSED for one in orders):
            return {"state": "to_close"}
        if not orders and self.qty_producing >= self.product_qty > 0:
            return {"state": "to_close"}
        begun = any(one.state in ("progress", "done") for one in orders) or self.qty_producing
        if begun or any(one.picked for one in raw):
            return {"state": "progress"}
        return {}

    @computed("reservation_state", on="state move_raw_ids.state move_raw_ids.picked move_raw_ids.product_uom_qty")
    def _reservation_state(self) -> str | None:
        if self.state in ("draft", *CLOSED):
            return None
        moves = self.move_raw_ids.filtered(
            lambda one: not one.picked and one.product_uom_qty and one.state not in CLOSED
        )
        found = self.env["stock.picking"]._relevant_state(moves)
        if found == "partially_available":
            return "confirmed"
        return None if found == "draft" else found

    @computed("date_finished", on="date_start is_planned product_id workorder_ids.duration_expected")
    def _date_finished(self) -> Values:
        if not self.date_start or self.is_planned or self.state == "done":
            return {}
        end = self.date_start + timedelta(days=self.bom_id.produce_delay or 0)
        if end == self.date_start:
            minutes = sum(one.duration_expected for one in self.workorder_ids)
            end += timedelta(minutes=minutes or 60)
        return {"date_finished": end}

    @computed("date_deadline", on="move_finished_ids.date_deadline")
    def _deadline(self) -> datetime | None:
        dates = [one.date_deadline for one in self.move_finished_ids if one.date_deadline]
        return min(dates, default=self.date_deadline)

    @computed("is_planned", on="workorder_ids.date_start workorder_ids.date_finished")
    def _is_planned(self) -> bool:
        return any(one.date_start and one.date_finished for one in self.workorder_ids)

    @computed("all_move_ids", "all_move_raw_ids")
    def _all_moves(self) -> Values:
        return {"all_move_ids": self.move_finished_ids, "all_move_raw_ids": self.move_raw_ids}

    @computed("components_availability", "components_availability_state")
    def _availability(self) -> Values:
        """Whether the components are there, expected in time, late, or not to be had."""
        if self.state in ("draft", *CLOSED):
            return {"components_availability": None, "components_availability_state": None}
        raw = self.move_raw_ids
        if any(one.forecast_availability < one.product_uom_qty - TOLERANCE for one in raw):
            return {"components_availability": "Not Available", "components_availability_state": "unavailable"}
        expected = max((one.forecast_expected_date for one in raw if one.forecast_expected_date), default=None)
        if expected is None:
            return {"components_availability": "Available", "components_availability_state": "available"}
        late = "late" if self.date_start and expected > self.date_start else "expected"
        return {"components_availability": f"Exp {expected:%m/%d/%Y}", "components_availability_state": late}

    @computed("qty_produced", "duration_expected", "duration", "delivery_count", "picking_ids", "is_delayed")
    def _progress(self) -> Values:
        done = self.move_finished_ids.filtered(lambda one: one.state == "done" and one.product_id == self.product_id)
        pickings = self.procurement_group_id.stock_move_ids.picking_id
        return {
            "qty_produced": sum(one.quantity for one in done),
            "duration_expected": sum(one.duration_expected for one in self.workorder_ids),
            "duration": sum(one.duration for one in self.workorder_ids),
            "delivery_count": len(pickings),
            "picking_ids": pickings,
            "is_delayed": bool(self.date_deadline and self.date_finished and self.date_deadline < self.date_finished)
            and self.state not in CLOSED,
        }

    @computed("product_tmpl_id", "warehouse_id", "product_tracking", "delay_alert_date")
    def _facts(self) -> Values:
        alerts = [one.delay_alert_date for one in self.move_raw_ids if one.delay_alert_date]
        return {
            "product_tmpl_id": self.product_id.product_tmpl_id,
            "warehouse_id": self.location_src_id.warehouse_id,
            "product_tracking": self.product_id.tracking,
            "delay_alert_date": max(alerts, default=None),
        }

    @computed("mrp_production_child_count", "mrp_production_source_count", "mrp_production_backorder_count")
    def _relatives(self) -> Values:
        return {
            "mrp_production_child_count": len(self.move_raw_ids.move_orig_ids.production_id),
            "mrp_production_source_count": len(self.move_finished_ids.move_dest_ids.raw_material_production_id),
            "mrp_production_backorder_count": len(self.procurement_group_id.mrp_production_ids),
        }

    def write(self, values: Values) -> bool:
        scale = {one.id: one.product_qty for one in self} if values.get("product_qty") else {}
        done = super().write(values)
        forced = self.env.context.get("force_date")
        for one in self:
            if "date_start" in values and not forced:
                if one.state in CLOSED:
                    raise UserError("You cannot move a manufacturing order once it is cancelled or done.")
                if one.is_planned:
                    one.button_unplan()
            if values.get("date_start"):
                one.move_raw_ids.filtered(lambda move: move.state not in CLOSED).write(
                    {"date": one.date_start, "date_deadline": one.date_start}
                )
            if values.get("date_finished") or values.get("date_start"):
                one.move_finished_ids.filtered(lambda move: move.state not in CLOSED).write({"date": one.date_finished})
            if scale and scale[one.id] and not self.env.context.get("skip_moves"):
                one._scale_moves(one.product_qty / scale[one.id])
        return done

    def _scale_moves(self, ratio: float) -> None:
        for move in (self.move_raw_ids | self.move_finished_ids).filtered(lambda one: one.state not in CLOSED):
            move.write({"product_uom_qty": round(move.product_uom_qty * ratio, 6)})

    def action_confirm(self) -> bool:
        for one in self:
            if one.bom_id:
                one.write({"consumption": one.bom_id.consumption})
            for move in one.move_raw_ids:
                if move.state == "draft" and move.product_id._goes_by("stock.route_warehouse0_mto"):
                    move._assign({"procure_method": "make_to_order"})
            if one.state == "draft":
                one._assign({"state": "confirmed"})
            (one.move_finished_ids | one.move_raw_ids)._action_confirm()
            one._link_workorders()
        return True

    def _link_workorders(self) -> None:
        """Each work order waits for the one before it; components go to the last one, or to their own."""
        before = self.env["mrp.workorder"]
        for order in self.workorder_ids.sorted_by(lambda one: (one.sequence, one.id)):
            if before:
                order.write({"blocked_by_workorder_ids": [(6, 0, before.ids)]})
            before = order
        by_operation = {one.operation_id.id: one for one in self.workorder_ids}
        for move in self.move_raw_ids | self.move_finished_ids:
            own = by_operation.get(move.operation_id.id) if move.operation_id else before
            if own:
                move.write({"workorder_id": own.id})

    def action_assign(self) -> bool:
        for one in self:
            one.move_raw_ids._action_assign()
        return True

    def do_unreserve(self) -> None:
        for one in self:
            one.move_raw_ids.filtered(lambda move: move.state not in CLOSED)._do_unreserve()

    def button_plan(self) -> bool:
        self.filtered(lambda one: one.state == "draft").action_confirm()
        for one in self:
            one._plan_workorders()
        return True

    def _plan_workorders(self) -> None:
        orders = self.workorder_ids
        if not orders:
            self._assign({"is_planned": True})
            return
        for order in orders.filtered(lambda one: not one.needed_by_workorder_ids):
            order._plan()
        todo = orders.filtered(lambda one: one.state not in CLOSED and one.date_start)
        if todo:
            self.within(force_date=True).write(
                {
                    "date_start": min(one.date_start for one in todo),
                    "date_finished": max(one.date_finished for one in todo),
                }
            )

    def button_unplan(self) -> None:
        states = {one.state for one in self.workorder_ids}
        for state, text in (("done", "are already done"), ("progress", "have already started")):
            if state in states:
                raise UserError(f"Some work orders {text}, so you cannot unplan this manufacturing order.")
        self.workorder_ids.leave_id.unlink()
        self.workorder_ids._assign({"leave_id": None, "date_start": None, "date_finished": None})
        self._assign({"is_planned": False})

    def action_cancel(self) -> bool:
        """Cancel what is open. A done order stays as it is, and is not refused."""
        for one in self:
            one.workorder_ids.filtered(lambda order: order.state not in CLOSED).action_cancel()
            (one.move_finished_ids | one.move_raw_ids).filtered(lambda move: move.state not in CLOSED)._action_cancel()
        return True

    def _before_unlink(self) -> None:
        if any(one.state == "done" for one in self):
            raise UserError("Cannot delete a manufacturing order in done state.")
        self.action_cancel()
        (self.move_raw_ids | self.move_finished_ids).unlink()
        self.workorder_ids.unlink()

    def _copy_values(self, values: Values) -> Values:
        return {"date_start": values.get("date_start")}
