"""Working calendars."""

from __future__ import annotations

from demo.odoo.orm import Model
from demo.odoo.writing import Values

RANK = 14
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class Calendar(Model):
    """When people and machines work, in the calendar's own time zone."""

    _name = "resource.calendar"
    _title = "Resource Working Time"
    _defaults = {
        "tz": lambda self: self.env.context.get("tz") or self.env.user.tz or "UTC",
        "hours_per_day": 8.0,
        "full_time_required_hours": 40.0,
        "company_id": lambda self: self.env.company.id,
    }

    def _created(self, values: Values) -> None:
        if values.get("attendance_ids"):
            return
        for number, day in enumerate(WEEK):
            for part, begin, end in (("morning", 8.0, 12.0), ("lunch", 12.0, 13.0), ("afternoon", 13.0, 17.0)):
                self.env["resource.calendar.attendance"].create(
                    {
                        "name": f"{day} {part.title()}",
                        "dayofweek": str(number),
                        "hour_from": begin,
                        "hour_to": end,
                        "day_period": part,
                        "calendar_id": self.id,
                    }
                )


class Attendance(Model):
    """One working period of a week; ``lunch`` is a break."""

    _name = "resource.calendar.attendance"
    _title = "Work Detail"
    _order = "week_type, dayofweek, hour_from"
    _belongs_to = ("calendar_id",)
    _defaults = {"dayofweek": "0", "day_period": "morning", "sequence": 10}


class Leaves(Model):
    """Time a calendar or a resource is taken: holidays, and planned work orders (``other``)."""

    _name = "resource.calendar.leaves"
    _title = "Resource Time Off Detail"
    _order = "date_from"
    _defaults = {"time_type": "leave"}


class Resource(Model):
    """Somebody or something with working hours."""

    _name = "resource.resource"
    _title = "Resources"
    _defaults = {
        "resource_type": "material",
        "time_efficiency": 100.0,
        "company_id": lambda self: self.env.company.id,
        "calendar_id": lambda self: self.env.company.resource_calendar_id.id,
        "tz": lambda self: self.env.company.resource_calendar_id.tz or "UTC",
    }
