"""Transfers: receipts, deliveries, internal ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.stock_move import CLOSED, TOLERANCE
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed, sets
from demo.odoo.sequences import draw
from demo.odoo.writing import Values

RANK = 24
RANKED = {"assigned": 4, "waiting": 3, "partially_available": 2, "confirmed": 1}


class Picking(Thread, Model):
    """A transfer of one or more moves."""

    _name = "stock.picking"
    _title = "Transfer"
    _order = "priority desc, scheduled_date asc, id desc"
    _search_names = ("name", "origin")
    _not_copied = ("name", "backorder_id", "date_done", "state")
    _related = {"sale_id": "group_id.sale_id"}
    _defaults = {
        "priority": "0",
        "move_type": "direct",
        "date": lambda self: self.env.now,
        "is_locked": True,
        "user_id": lambda self: self.env.uid,
    }

    def _complete(self, values: Values) -> Values:
        kind = self.env["stock.picking.type"].browse(
            [values["picking_type_id"]] if values.get("picking_type_id") else []
        )
        partner = self.env["res.partner"].browse([values["partner_id"]] if values.get("partner_id") else [])
        places = {"location_id": kind.default_location_src_id.id, "location_dest_id": kind.default_location_dest_id.id}
        if partner.property_stock_supplier and kind.code == "incoming":
            places["location_id"] = partner.property_stock_supplier.id
        added: Values = {key: place for key, place in places.items() if not values.get(key)}
        if kind and values.get("name") in (None, False, "/"):
            added["name"] = draw(kind.sequence_id)
        return {**added, "company_id": kind.company_id.id or self.env.company.id}

    def _created(self, values: Values) -> None:
        if values.get("scheduled_date"):
            self.move_ids.write({"date": values["scheduled_date"]})

    @computed("state", on="move_ids.state move_ids.picking_id move_type move_ids.product_uom_qty")
    def _state(self) -> str:
        moves = self.move_ids
        states = {one.state for one in moves}
        if not moves:
            return "cancel" if self._row(self.id).get("state") == "cancel" else "draft"
        if "draft" in states:
            return "draft"
        if states == {"cancel"}:
            return "cancel"
        if states <= set(CLOSED):
            return "done"
        if self.location_id._is_free() and all(one.procure_method == "make_to_stock" for one in moves):
            return "assigned"
        found = self._relevant_state(moves.filtered(lambda one: one.state not in CLOSED))
        return "assigned" if found == "partially_available" else found

    def _relevant_state(self, moves: Any) -> str:
        """The state that stands for all: of the most or least important move, by shipping policy."""
        todo = moves.filtered(lambda one: not (one.state == "assigned" and not one.product_uom_qty))
        if not todo:
            return "assigned"
        todo = todo.sorted_by(lambda one: (RANKED.get(one.state, 0), one.product_uom_qty))
        first, last = todo[0], todo[len(todo) - 1]
        if self.move_type == "one":
            return "confirmed" if first.state == "partially_available" else first.state
        if first.state != "assigned" and any(one.state in ("assigned", "partially_available") for one in todo):
            return "partially_available"
        return last.state

    @computed("scheduled_date", on="move_ids.state move_ids.date move_type move_ids.picking_id")
    def _scheduled(self) -> datetime:
        dates = [one.date for one in self.move_ids if one.state not in CLOSED]
        return self._pick(dates) or self.scheduled_date or self.env.now

    @sets("scheduled_date")
    def _set_scheduled(self, value: datetime | None) -> None:
        if self.state in CLOSED:
            raise UserError("You cannot change the Scheduled Date on a done or cancelled transfer.")
        self.move_ids.write({"date": value})

    @computed("date_deadline", on="move_ids.date_deadline move_type move_ids.picking_id")
    def _deadline(self) -> datetime | None:
        return self._pick([one.date_deadline for one in self.move_ids if one.date_deadline])

    def _pick(self, dates: list[datetime]) -> datetime | None:
        choose = min if self.move_type == "direct" else max
        return choose(dates, default=None)

    @computed("has_deadline_issue", on="date_deadline scheduled_date")
    def _deadline_issue(self) -> bool:
        return bool(self.date_deadline and self.scheduled_date and self.date_deadline < self.scheduled_date)

    @computed("picking_type_code", "delay_alert_date", "product_id", "warehouse_address_id", "purchase_id")
    def _facts(self) -> Values:
        alerts = [one.delay_alert_date for one in self.move_ids if one.delay_alert_date]
        return {
            "picking_type_code": self.picking_type_id.code,
            "delay_alert_date": max(alerts, default=None),
            "product_id": self.move_ids.product_id[:1],
            "warehouse_address_id": self.picking_type_id.warehouse_id.partner_id,
            "purchase_id": self.move_ids.purchase_line_id.order_id[:1],
        }

    @computed("products_availability", "products_availability_state")
    def _availability(self) -> Values:
        if self.state in (*CLOSED, "draft") or self.picking_type_id.code != "outgoing":
            return {"products_availability": None, "products_availability_state": None}
        moves = self.move_ids
        expected = [one.forecast_expected_date for one in moves if one.forecast_expected_date]
        if any(one.forecast_availability < one.product_uom_qty - TOLERANCE for one in moves):
            return {"products_availability": "Not Available", "products_availability_state": None}
        if expected:
            late = "late" if self.scheduled_date and max(expected) > self.scheduled_date else "expected"
            shown = f"Exp {max(expected):%m/%d/%Y}"
            return {"products_availability": shown, "products_availability_state": late}
        return {"products_availability": "Available", "products_availability_state": "available"}

    def write(self, values: Values) -> bool:
        if values.get("picking_type_id") and any(one.state in CLOSED for one in self):
            raise UserError("Changing the operation type of this record is forbidden at this point.")
        done = super().write(values)
        shared = {key: values[key] for key in ("location_id", "location_dest_id", "partner_id") if key in values}
        if shared:
            self.move_ids.write(shared)
        if values.get("move_ids") or values.get("move_ids_without_package"):
            self.filtered(lambda one: one.state not in ("draft", *CLOSED)).move_ids._action_confirm()
        return done

    def action_confirm(self) -> bool:
        self.move_ids.filtered(lambda one: one.state == "draft")._action_confirm()
        return True

    def action_assign(self) -> bool:
        self.filtered(lambda one: one.state == "draft").action_confirm()
        moves = self.move_ids.filtered(lambda one: one.state not in ("draft", *CLOSED))
        if not moves:
            raise UserError("Nothing to check the availability for.")
        moves.sorted_by(lambda one: (-int(one.priority or 0), one.date, one.id))._action_assign()
        return True

    def do_unreserve(self) -> None:
        self.move_ids._do_unreserve()

    def action_cancel(self) -> bool:
        self.move_ids._action_cancel()
        self.write({"is_locked": True})
        for one in self.filtered(lambda picking: not picking.move_ids):
            one._assign({"state": "cancel"})
        return True

    def _before_unlink(self) -> None:
        self.move_ids._action_cancel()
        self.move_ids.unlink()
