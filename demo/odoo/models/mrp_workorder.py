"""Work orders: when they can begin, their clock, their end."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from demo.odoo.errors import UserError
from demo.odoo.models.mrp_workcenter import open_time
from demo.odoo.models.stock_move import CLOSED
from demo.odoo.orm import Model
from demo.odoo.registry import computed, sets
from demo.odoo.working_time import first_slot, worked_hours
from demo.odoo.writing import Values

RANK = 54
WAITING = ("pending", "waiting", "ready")


class WorkOrder(Model):
    """One operation of a manufacturing order on a work centre."""

    _name = "mrp.workorder"
    _title = "Work Order"
    _order = "sequence, leave_id, date_start, id"
    _belongs_to = ("production_id",)
    _far_side = {"needed_by_workorder_ids": ("mrp.workorder", "blocked_by_workorder_ids")}
    _lines_with = {"move_raw_ids": "raw_material_production_id", "move_finished_ids": "production_id"}
    _related = {
        "production_availability": "production_id.reservation_state",
        "product_id": "production_id.product_id",
        "production_state": "production_id.state",
        "company_id": "production_id.company_id",
        "working_state": "workcenter_id.working_state",
        "is_planned": "production_id.is_planned",
        "consumption": "production_id.consumption",
        "qty_production": "production_id.product_qty",
        "production_bom_id": "production_id.bom_id",
    }
    _defaults = {"state": "pending", "sequence": 100, "qty_produced": 0.0, "qty_reported_from_previous_wo": 0.0}

    def _complete(self, values: Values) -> Values:
        production = self.env["mrp.production"].browse([values["production_id"]] if values.get("production_id") else [])
        added: Values = {} if values.get("product_uom_id") else {"product_uom_id": production.product_uom_id.id}
        return added

    def _created(self, values: Values) -> None:
        if not values.get("duration_expected"):
            self._assign({"duration_expected": self._expected_minutes()})

    def _expected_minutes(self) -> float:
        centre, operation = self.workcenter_id, self.operation_id
        if not operation:
            return float(self.duration_expected)
        production = self.production_id
        quantity = production.product_uom_id._quantity_in(
            production.qty_producing or production.product_qty, production.product_id.uom_id
        )
        cycles = ceil(round(quantity / (centre.default_capacity or 1.0), 6))
        fixed = centre.time_start + centre.time_stop
        return float(fixed + cycles * operation.time_cycle * 100.0 / (centre.time_efficiency or 100.0))

    @computed("state", on="production_availability blocked_by_workorder_ids.state blocked_by_workorder_ids")
    def _state(self) -> Values:
        now = self._row(self.id).get("state") or "pending"
        if now not in WAITING:
            return {}
        blocked = any(one.state not in CLOSED for one in self.blocked_by_workorder_ids)
        if blocked:
            return {"state": "pending"}
        return {"state": "ready" if self.production_availability == "assigned" else "waiting"}

    @computed("duration", "duration_unit", "duration_percent", on="time_ids.duration qty_produced duration_expected")
    def _duration(self) -> Values:
        minutes = round(sum(self.time_ids.mapped("duration")), 2) if self.time_ids else self.duration
        planned = self.duration_expected
        percent = int(max(-2147483648, min(2147483647, 100 * (planned - minutes) / planned))) if planned else 0
        return {
            "duration": minutes,
            "duration_unit": round(minutes / max(self.qty_produced, 1), 2),
            "duration_percent": percent,
        }

    @computed("production_date", on="date_start production_id.date_start")
    def _production_date(self) -> datetime | None:
        return self.date_start or self.production_id.date_start

    @computed("barcode", on="production_id.name")
    def _barcode(self) -> str:
        return f"{self.production_id.name}/{self.id}"

    @computed("qty_producing")
    def _qty_producing(self) -> float:
        return float(self.production_id.qty_producing)

    @sets("qty_producing")
    def _set_qty_producing(self, value: float) -> None:
        if value and value != self.production_id.qty_producing:
            self.production_id.write({"qty_producing": value})
            self.production_id._consume_in_proportion()

    @computed("qty_remaining", "is_produced", "progress")
    def _progress(self) -> Values:
        left = max(0.0, self.production_id.product_qty - self.qty_reported_from_previous_wo - self.qty_produced)
        planned = self.duration_expected
        share = 100.0 if self.state == "done" else (self.duration * 100 / planned if planned else 0.0)
        return {
            "qty_remaining": left,
            "is_produced": self.qty_produced >= self.production_id.product_qty,
            "progress": share,
        }

    @computed("is_user_working", "working_user_ids", "last_working_user_id")
    def _workers(self) -> Values:
        running = self.time_ids.filtered(lambda one: not one.date_end)
        mine = running.filtered(lambda one: one.user_id.id == self.env.uid)
        return {
            "is_user_working": any(one.loss_type in ("productive", "performance") for one in mine),
            "working_user_ids": running.user_id,
            "last_working_user_id": (running or self.time_ids)[:1].user_id,
        }

    def _shown_name(self) -> str:
        return f"{self.production_id.name} - {self.name}"

    def _plan(self) -> None:
        """Into the first free time of the work centre after the work orders before it."""
        start = max(self.production_id.date_start, self.env.now)
        for before in self.blocked_by_workorder_ids:
            before._plan()
            if before.date_finished and before.date_finished > start:
                start = before.date_finished
        if self.state not in WAITING or self.leave_id:
            return
        begin, end = self.workcenter_id._slot(start, self.duration_expected)
        self._take_time(begin, end)

    def _take_time(self, begin: datetime, end: datetime) -> None:
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": self._shown_name(),
                "calendar_id": self.workcenter_id.resource_calendar_id.id,
                "date_from": begin,
                "date_to": end,
                "resource_id": self.workcenter_id.resource_id.id,
                "time_type": "other",
            }
        )
        self._assign({"leave_id": leave, "date_start": begin, "date_finished": end})

    def write(self, values: Values) -> bool:
        if values.get("workcenter_id"):
            moved = self.filtered(lambda one: one.workcenter_id.id != values["workcenter_id"])
            if any(one.state in ("progress", *CLOSED) for one in moved):
                raise UserError("You cannot change the workcenter of a work order that is in progress or done.")
        for one in self:
            if values.get("date_start") and one.id == one.production_id.workorder_ids[0].id:
                one.production_id.within(force_date=True).write({"date_start": values["date_start"]})
        done = super().write(values)
        if "date_start" in values or "date_finished" in values:
            for one in self:
                one._follow_dates(values)
        return done

    def _follow_dates(self, values: Values) -> None:
        """New times move the place in the work centre's plan, and the end of the manufacturing order."""
        start, end = self.date_start, self.date_finished
        if start and end and start > end:
            raise UserError(
                "The planned end date of the work order cannot be prior to the planned start date, please correct "
                "this to save the work order."
            )
        if start and end and "duration_expected" not in values and not self.env.context.get("bypass_duration"):
            self._agree_duration(values)
        self._keep_place()
        orders = self.production_id.workorder_ids
        if values.get("date_finished") and self.id == orders[len(orders) - 1].id:
            self.production_id.within(force_date=True).write({"date_finished": self.date_finished})

    def _agree_duration(self, values: Values) -> None:
        """Two new times: the expected duration stays and the end follows. One: the duration is what lies between."""
        if values.get("date_start") and values.get("date_finished"):
            self._assign({"date_finished": self._end_from(self.date_start)})
            return
        calendar = self.workcenter_id.resource_calendar_id
        whole = (self.date_finished - self.date_start).total_seconds() / 60
        worked = worked_hours(calendar, self.date_start, self.date_finished) * 60 if calendar else whole
        self._assign({"duration_expected": worked})

    def _keep_place(self) -> None:
        """The time taken at the work centre is that of the work order."""
        if self.leave_id:
            if not self.date_start or not self.date_finished:
                raise UserError(
                    "It is not possible to unplan one single Work Order. You should unplan the Manufacturing Order "
                    "instead in order to unplan all the linked operations."
                )
            self.leave_id.write({"date_from": self.date_start, "date_to": self.date_finished})
        elif self.date_start:
            self._take_time(self.date_start, self.date_finished or self._end_from(self.date_start))

    def button_start(self, raise_on_invalid_state: bool = False) -> None:
        if any(one.working_state == "blocked" for one in self):
            raise UserError("Please unblock the work center to start the work order.")
        for one in self:
            running = one.time_ids.filtered(lambda time: not time.date_end and time.user_id.id == self.env.uid)
            if running:
                continue
            if one.state in CLOSED:
                raise UserError("You cannot start a work order that is already done or cancelled")
            one._begin()

    def _begin(self) -> None:
        production, now = self.production_id, self.env.now
        if not production.qty_producing:
            self._set_qty_producing(self.qty_remaining)
        self.env["mrp.workcenter.productivity"].create(open_time(self.env, self))
        production.env.work.mark("mrp.production", "_deadline", production.ids)
        if self.state == "progress":
            return
        values = {"state": "progress", "date_start": now}
        if not self.leave_id:
            self.write({**values, "date_finished": self._end_from(now)})
            return
        if not self.date_start or self.date_start > now:
            values["date_finished"] = self._end_from(now)
        elif self.date_finished and self.date_finished < now:
            values["date_finished"] = now
        self.within(bypass_duration=True).write(values)

    def _end_from(self, start: datetime) -> datetime:
        """When the work is done that begins now, in the hours of the work centre."""
        calendar = self.workcenter_id.resource_calendar_id
        slot = first_slot(calendar, start, self.duration_expected, []) if calendar else None
        return slot[1] if slot else start + timedelta(minutes=self.duration_expected)

    def button_pending(self) -> None:
        """Pause: the caller's clock stops, the state stays."""
        running = self.time_ids.filtered(lambda one: not one.date_end and one.user_id.id == self.env.uid)
        running[:1]._close()

    def _end_all(self) -> None:
        self.time_ids.filtered(lambda one: not one.date_end)._close()

    def button_finish(self) -> bool:
        for one in self:
            if one.state in CLOSED:
                continue
            production = one.production_id
            amount = production.qty_producing or production.product_qty
            for move in one.move_raw_ids.filtered(lambda move: not move.picked and move.state not in CLOSED):
                move.write({"quantity": round(amount * move._per_unit(), 6), "picked": True})
            one._end_all()
            now = self.env.now
            values = {
                "qty_produced": one.qty_produced or one.qty_producing or production.product_qty,
                "state": "done",
                "date_finished": now,
                "costs_hour": one.workcenter_id.costs_hour,
            }
            if not one.date_start or one.date_start > now:
                values["date_start"] = now
            one.within(bypass_duration=True).write(values)
        return True

    def button_done(self) -> bool:
        if any(one.state in CLOSED for one in self):
            raise UserError("A Manufacturing Order is already done or cancelled.")
        self._end_all()
        return self.write({"state": "done", "date_finished": self.env.now})

    def button_unblock(self) -> bool:
        for one in self:
            one.workcenter_id.unblock()
        return True

    def action_cancel(self) -> bool:
        self.leave_id.unlink()
        self._end_all()
        return self.write({"state": "cancel"})
