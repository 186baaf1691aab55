"""What somebody has been asked to do about a record."""

from __future__ import annotations

from typing import Any

from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 14


class ActivityType(Model):
    """Kinds of activities: a call, something to do."""

    _name = "mail.activity.type"
    _title = "Activity Type"
    _order = "sequence, id"
    _search_names = ("name",)
    _defaults = {
        "sequence": 10,
        "category": "default",
        "delay_count": 0,
        "delay_unit": "days",
        "delay_from": "previous_activity",
        "chaining_type": "suggest",
    }


class Activity(Model):
    """Something to do about a record, for one person, by a day. Done activities are deleted; a message stays."""

    _name = "mail.activity"
    _title = "Activity"
    _order = "date_deadline ASC, id ASC"
    _rec_name = "summary"
    _defaults = {
        "user_id": lambda self: self.env.uid,
        "date_deadline": lambda self: self.env.now.date(),
        "automated": False,
    }

    def _complete(self, values: Values) -> Values:
        if not values.get("res_model_id"):
            return {}
        model = self.env.sudo()["ir.model"].browse([values["res_model_id"]]).model
        added: Values = {"res_model": model}
        if values.get("res_id") and model in self._registry:
            added["res_name"] = self.env.sudo()[model].browse([values["res_id"]])._shown_name()
        return added

    @computed("state", "has_recommended_activities", "can_write", "activity_category", "icon")
    def _facts(self) -> Values:
        left = (self.date_deadline - self.env.now.date()).days if self.date_deadline else 0
        return {
            "state": "overdue" if left < 0 else "today" if not left else "planned",
            "has_recommended_activities": False,
            "can_write": True,
            "activity_category": self.activity_type_id.category,
            "icon": None,
        }

    def _shown_name(self) -> str:
        return self.summary or self.activity_type_id.name or f"mail.activity,{self.id}"

    def action_feedback(self, feedback: Any = False, attachment_ids: Any = None) -> int:
        """Say that it is done: the activity goes, a message on the record stays."""
        message = 0
        for one in self:
            said = f"<p>{one.activity_type_id.name or ''} done: {one.summary or ''}</p><div>{feedback or ''}</div>"
            posted = {"model": one.res_model, "res_id": one.res_id, "body": said, "message_type": "notification"}
            message = int(self.env["mail.message"].create(posted).id)
        self.unlink()
        return message

    def action_done(self) -> int:
        return self.action_feedback()
