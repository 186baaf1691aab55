"""Work centres, their stops and when they are free."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.working_time import first_slot, worked_hours
from demo.odoo.writing import Values

RANK = 51
IN_USE = ("productive", "performance")


class WorkCentre(Thread, Model):
    """A machine or a bench."""

    _name = "mrp.workcenter"
    _title = "Work Center"
    _order = "sequence, id"
    _search_names = ("name", "code")
    _related = {"tz": "resource_calendar_id.tz", "currency_id": "company_id.currency_id"}
    _defaults = {
        "sequence": 1,
        "time_efficiency": 100.0,
        "default_capacity": 1.0,
        "oee_target": 90.0,
        "time_start": 0.0,
        "time_stop": 0.0,
        "costs_hour": 0.0,
        "company_id": lambda self: self.env.company.id,
    }

    def _complete(self, values: Values) -> Values:
        company = self.env["res.company"].browse([values["company_id"]] if values.get("company_id") else [])
        calendar = values.get("resource_calendar_id") or (company or self.env.company).resource_calendar_id.id
        resource = self.env["resource.resource"].create(
            {"name": values.get("name") or "/", "company_id": company.id, "calendar_id": calendar}
        )
        return {"resource_id": resource.id, "resource_calendar_id": calendar}

    @computed("working_state", on="time_ids.date_end time_ids.workcenter_id time_ids.loss_type")
    def _working_state(self) -> str:
        """By the newest stop that is still open: none, in use, or blocked."""
        newest = self.time_ids.filtered(lambda one: not one.date_end).sorted_by(lambda one: -one.id)[:1]
        if not newest:
            return "normal"
        return "done" if newest.loss_type in IN_USE else "blocked"

    @computed("blocked_time", "productive_time", "oee", "performance")
    def _effectiveness(self) -> Values:
        """Hours lost and worked in the last month, and the share worked in percent."""
        since = self.env.now - timedelta(days=31)
        recent = self.time_ids.filtered(lambda one: one.date_end and one.date_start >= since)
        lost = sum(one.duration for one in recent if one.loss_type != "productive") / 60
        worked = sum(one.duration for one in recent if one.loss_type == "productive") / 60
        share = round(worked * 100 / (worked + lost), 2) if worked + lost else 0.0
        return {"blocked_time": lost, "productive_time": worked, "oee": share, "performance": 0}

    @computed(
        "workorder_count",
        "workorder_ready_count",
        "workorder_progress_count",
        "workorder_pending_count",
        "workorder_late_count",
        "workcenter_load",
        "has_routing_lines",
    )
    def _counts(self) -> Values:
        orders = self.order_ids
        open_ones = [one for one in orders if one.state in ("pending", "waiting", "ready")]
        counted = {state: sum(one.state == state for one in orders) for state in ("pending", "ready", "progress")}
        late = [one for one in open_ones if one.date_start and one.date_start < self.env.now]
        return {
            "workorder_count": sum(one.state not in ("done", "cancel") for one in orders),
            "workorder_ready_count": counted["ready"],
            "workorder_progress_count": counted["progress"],
            "workorder_pending_count": counted["pending"],
            "workorder_late_count": len(late),
            "workcenter_load": sum(one.duration_expected for one in orders if one.state not in ("done", "cancel")),
            "has_routing_lines": bool(self.routing_line_ids),
        }

    def unblock(self) -> bool:
        if self.working_state != "blocked":
            raise UserError("It has already been unblocked.")
        self.time_ids.filtered(lambda one: not one.date_end).write({"date_end": self.env.now})
        return True

    def _slot(self, start: datetime, minutes: float) -> tuple[datetime, datetime]:
        """The first time from ``start`` on with so much free working time. Raises UserError without a calendar."""
        calendar = self.resource_calendar_id
        if not calendar:
            raise UserError(f"There is no defined calendar on workcenter {self.name}.")
        taken = self.env["resource.calendar.leaves"].search(
            [("resource_id", "=", self.resource_id.id), ("date_to", ">", start), ("time_type", "=", "other")]
        )
        slot = first_slot(calendar, start, minutes, [(one.date_from, one.date_to) for one in taken])
        if slot is None:
            raise UserError("Impossible to plan the workorder. Please check the workcenter availabilities.")
        return slot

    def _shown_name(self) -> str:
        return self.name or ""


class LossType(Model):
    """The four kinds of time: availability, performance, quality, productive."""

    _name = "mrp.workcenter.productivity.loss.type"
    _title = "MRP Workorder productivity losses"
    _rec_name = "loss_type"


class Loss(Model):
    """A reason for a stop."""

    _name = "mrp.workcenter.productivity.loss"
    _title = "Workcenter Productivity Losses"
    _order = "sequence, id"
    _related = {"loss_type": "loss_id.loss_type"}
    _defaults = {"sequence": 1, "manual": True}


class Productivity(Model):
    """A stretch of time of a work centre: worked or lost. Without an end it goes on now."""

    _name = "mrp.workcenter.productivity"
    _title = "Workcenter Productivity Log"
    _order = "id desc"
    _rec_name = "loss_id"
    _related = {"loss_type": "loss_id.loss_type", "production_id": "workorder_id.production_id"}
    _belongs_to = ("workorder_id",)
    _defaults = {
        "date_start": lambda self: self.env.now,
        "user_id": lambda self: self.env.uid,
        "company_id": lambda self: self.env.company.id,
    }

    @computed("duration", on="date_start date_end loss_id workcenter_id")
    def _duration(self) -> float:
        """Minutes; of a loss only those within working hours count."""
        if not (self.date_start and self.date_end):
            return 0.0
        if self.loss_type in IN_USE or not self.workcenter_id.resource_calendar_id:
            return round((self.date_end - self.date_start).total_seconds() / 60, 2)
        hours = worked_hours(self.workcenter_id.resource_calendar_id, self.date_start, self.date_end)
        return round(hours * 60, 2)

    def button_block(self) -> None:
        """Stop the clocks of the work orders on this centre."""
        self.workcenter_id.order_ids._end_all()

    def _close(self) -> None:
        """End now; what went beyond the expected time counts as reduced speed."""
        for timer in self:
            order = timer.workorder_id
            timer.write({"date_end": self.env.now})
            beyond = order.duration - order.duration_expected if order else 0.0
            if beyond <= 0:
                continue
            slow = self.env["mrp.workcenter.productivity.loss"].search([("loss_type", "=", "performance")], limit=1)
            turned = timer.date_end - timedelta(minutes=beyond)
            if turned <= timer.date_start:
                timer.write({"loss_id": slow.id})
            else:
                timer.copy({"date_start": turned, "loss_id": slow.id})
                timer.write({"date_end": turned})

    def _shown_name(self) -> str:
        return self.loss_id._shown_name()


def open_time(env: Any, order: Any) -> Values:
    """What a running clock of a work order holds."""
    productive = env["mrp.workcenter.productivity.loss"].search([("loss_type", "=", "productive")], limit=1)
    return {
        "workorder_id": order.id,
        "workcenter_id": order.workcenter_id.id,
        "description": f"Time Tracking: {env.user.name}",
        "loss_id": productive.id,
        "date_start": env.now,
        "user_id": env.uid,
        "company_id": order.production_id.company_id.id,
    }
