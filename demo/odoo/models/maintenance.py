"""Maintenance: equipment and its categories, requests, their stages, teams."""

from __future__ import annotations

from datetime import date, timedelta

from demo.odoo.errors import UserError, ValidationError
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 61
UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
"""Days of a unit by which a preventive request is repeated, months and years rounded."""


class Stage(Model):
    """Where requests stand; ``done`` marks the final ones."""

    _name = "maintenance.stage"
    _title = "Maintenance Stage"
    _order = "sequence, id"
    _defaults = {"sequence": 20}


class Team(Model):
    """Who repairs, for one company."""

    _name = "maintenance.team"
    _title = "Maintenance Teams"
    _defaults = {"company_id": lambda self: self.env.company.id}

    @computed(
        "todo_request_ids",
        "todo_request_count",
        "todo_request_count_date",
        "todo_request_count_high_priority",
        "todo_request_count_block",
        "todo_request_count_unscheduled",
    )
    def _to_do(self) -> Values:
        """What is open. Odoo 18 compares the priority with a number, so that its count of high ones is always 0."""
        found = self.env["maintenance.request"].search(
            [("maintenance_team_id", "=", self.id), ("stage_id.done", "=", False), ("archive", "=", False)]
        )
        dated = sum(bool(one.schedule_date) for one in found)
        return {
            "todo_request_ids": found,
            "todo_request_count": len(found),
            "todo_request_count_date": dated,
            "todo_request_count_high_priority": 0,
            "todo_request_count_block": sum(one.kanban_state == "blocked" for one in found),
            "todo_request_count_unscheduled": len(found) - dated,
        }


class Category(Thread, Model):
    """A kind of equipment."""

    _name = "maintenance.equipment.category"
    _title = "Maintenance Equipment Category"
    _defaults = {
        "company_id": lambda self: self.env.company.id,
        "technician_user_id": lambda self: self.env.uid,
    }

    @computed("equipment_count", "maintenance_count", "maintenance_open_count")
    def _counts(self) -> Values:
        requests = self.maintenance_ids
        return {
            "equipment_count": len(self.equipment_ids),
            "maintenance_count": len(requests),
            "maintenance_open_count": sum(not one.archive for one in requests),
        }

    @computed("fold", on="equipment_ids.category_id")
    def _fold(self) -> bool:
        return not self.equipment_ids

    def _before_unlink(self) -> None:
        if any(one.equipment_ids or one.maintenance_ids for one in self):
            raise UserError("You cannot delete an equipment category containing equipment or maintenance requests.")


class Equipment(Thread, Model):
    """A machine or tool that is looked after. Nothing in Community links it to a work centre."""

    _name = "maintenance.equipment"
    _title = "Maintenance Equipment"
    _unique = {("serial_no",): "Another asset already exists with this serial number!"}
    _not_copied = ("serial_no",)
    _defaults = {
        "company_id": lambda self: self.env.company.id,
        "effective_date": lambda self: self.env.now.date(),
        "equipment_assign_to": "employee",
        "assign_date": lambda self: self.env.now.date(),
    }

    @computed("maintenance_count", "maintenance_open_count", on="maintenance_ids.stage_id maintenance_ids.archive")
    def _counts(self) -> Values:
        return {
            "maintenance_count": len(self.maintenance_ids),
            "maintenance_open_count": sum(not one.stage_id.done and not one.archive for one in self.maintenance_ids),
        }

    @computed("mttr", "mtbf", "latest_failure_date", "estimated_next_failure")
    def _failures(self) -> Values:
        """From corrective requests in a final stage: days to repair and between failures, whole."""
        done = [one for one in self.maintenance_ids if one.maintenance_type == "corrective" and one.stage_id.done]
        repaired = [(one.close_date - one.request_date).days for one in done if one.close_date and one.request_date]
        latest = max((one.request_date for one in done if one.request_date), default=None)
        between = int((latest - self.effective_date).days / len(done)) if latest else 0
        return {
            "mttr": int(sum(repaired) / len(done)) if done else 0,
            "mtbf": between,
            "latest_failure_date": latest,
            "estimated_next_failure": latest + timedelta(days=between) if latest and between else None,
        }

    def _shown_name(self) -> str:
        return f"{self.name or ''}/{self.serial_no}" if self.serial_no else self.name or ""


class Request(Thread, Model):
    """Something to be repaired or looked after. There is no ``active``: a cancelled one has ``archive`` set."""

    _name = "maintenance.request"
    _title = "Maintenance Request"
    _order = "id desc"
    _not_copied = ("stage_id",)
    _restricts = ("equipment_id", "stage_id")
    _related = {"category_id": "equipment_id.category_id", "done": "stage_id.done"}
    _defaults = {
        "company_id": lambda self: self.env.company.id,
        "request_date": lambda self: self.env.now.date(),
        "owner_user_id": lambda self: self.env.uid,
        "stage_id": lambda self: self.env["maintenance.stage"].search([], limit=1).id,
        "maintenance_team_id": lambda self: self._usual_team(),
        "kanban_state": "normal",
        "maintenance_type": "corrective",
        "instruction_type": "text",
        "repeat_interval": 1,
        "repeat_unit": "week",
        "repeat_type": "forever",
    }

    def _usual_team(self) -> int:
        teams = self.env["maintenance.team"]
        own = teams.search([("company_id", "=", self.env.company.id)], limit=1)
        found: int = (own or teams.search([], limit=1)).id
        return found

    def _complete(self, values: Values) -> Values:
        """The equipment's technician where none is given; its team does not count, the usual one was chosen before."""
        chosen = [values["equipment_id"]] if values.get("equipment_id") else []
        equipment = self.env["maintenance.equipment"].browse(chosen).alive()
        added: Values = {}
        if equipment and not values.get("user_id"):
            added["user_id"] = (equipment.technician_user_id or equipment.category_id.technician_user_id).id
        stage = self.env["maintenance.stage"].browse([values["stage_id"]] if values.get("stage_id") else [])
        added["close_date"] = (values.get("close_date") or self._today()) if stage and stage.done else False
        return added

    def _created(self, values: Values) -> None:
        people = (self.owner_user_id | self.user_id).partner_id
        self.message_subscribe(partner_ids=list(people.ids))

    def _check(self, names: set[str]) -> None:
        if self.repeat_interval < 1:
            raise ValidationError("Repeat Interval cannot be less than 1.")
        company = self.company_id
        for name in ("equipment_id", "maintenance_team_id"):
            other = getattr(self, name)
            if other and other.company_id and other.company_id != company:
                raise UserError(
                    f"Uh-oh! You’ve got some company inconsistencies here:\n- Record is company {company.name!r} "
                    f"and {name!r} ({other._shown_name()!r}) belongs to another company."
                )

    def _today(self) -> date:
        found: date = self.env.now.date()
        return found

    def write(self, values: Values) -> bool:
        values = dict(values)
        if "stage_id" in values:
            values.setdefault("kanban_state", "normal")
            done = self.env["maintenance.stage"].browse([values["stage_id"]] if values["stage_id"] else []).done
            for one in self if done else ():
                one._repeat()
            values["close_date"] = self._today() if done else False
        if values.get("maintenance_type") == "corrective":
            values["recurring_maintenance"] = False
        if values.get("equipment_id"):
            equipment = self.env["maintenance.equipment"].browse([values["equipment_id"]])
            if equipment.maintenance_team_id:
                values.setdefault("maintenance_team_id", equipment.maintenance_team_id.id)
            values.setdefault("user_id", (equipment.technician_user_id or equipment.category_id.technician_user_id).id)
        return super().write(values)

    def _repeat(self) -> None:
        """A preventive request that recurs leaves the next one behind when it is done."""
        if self.maintenance_type != "preventive" or not self.recurring_maintenance:
            return
        due = (self.schedule_date or self.env.now) + timedelta(days=UNITS[self.repeat_unit] * self.repeat_interval)
        if self.repeat_type == "forever" or (self.repeat_until and due.date() <= self.repeat_until):
            first = self.env["maintenance.stage"].search([], limit=1)
            self.copy({"schedule_date": due, "stage_id": first.id})

    def archive_equipment_request(self) -> None:
        self.write({"archive": True, "recurring_maintenance": False})

    def reset_equipment_request(self) -> None:
        """Back into the first stage."""
        self.write({"archive": False, "stage_id": self.env["maintenance.stage"].search([], limit=1).id})
