"""Working days of a plant: pure arithmetic on its weekly calendar, in its own time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo_sync.mirror.company import Company, WorkingHours

MONDAY_TO_FRIDAY = frozenset(range(5))
WEEKDAYS = frozenset("0123456")
LUNCH = "lunch"


@dataclass(frozen=True)
class Calendar:
    """When a plant works: a weekly pattern in a time zone. Monday is 0.

    ``known`` is False where Odoo gave no calendar and Monday to Friday in UTC is assumed; whoever judges by it says
    so. A day with any working hours is a working day. Public holidays and leaves are not in it.
    Odoo: res.company.resource_calendar_id, resource.calendar.tz and resource.calendar.attendance.
    """

    zone: str = "UTC"
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    known: bool = False
    name: str = ""


ASSUMED = Calendar()


@lru_cache(maxsize=128)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; UTC where the machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local_day(at: datetime, calendar: Calendar) -> date:
    """The day in the plant when this moment comes."""
    return at.astimezone(zone_of(calendar.zone)).date()


def day_begins(day: date, calendar: Calendar) -> datetime:
    """The first moment (UTC) that belongs to this day in the plant, also where the clock skips midnight."""
    return datetime.combine(day, time.min, zone_of(calendar.zone)).astimezone(UTC)


def next_day_begins(at: datetime, calendar: Calendar) -> datetime:
    """The first moment (UTC) of the plant's day after the one of ``at``."""
    return day_begins(local_day(at, calendar) + timedelta(days=1), calendar)


def on_day(at: datetime, day: date, calendar: Calendar) -> datetime:
    """The plant's clock time of ``at`` on another day, as UTC."""
    clock = at.astimezone(zone_of(calendar.zone)).timetz().replace(fold=0)
    return datetime.combine(day, clock).astimezone(UTC)


def working_days_between(first: date, last: date, calendar: Calendar) -> int:
    """Working days after ``first`` up to and with ``last``; negative when ``last`` is the earlier.

    Friday to Monday is one. A step between two free days is none. Swapping the days changes the sign only.
    """
    if last < first:
        return -working_days_between(last, first, calendar)
    weeks, rest = divmod((last - first).days, 7)
    begin = first.weekday()
    extra = sum((begin + step) % 7 in calendar.weekdays for step in range(1, rest + 1))
    return weeks * len(calendar.weekdays) + extra


def calendars_of(companies: Iterable[int]) -> Mapping[int, Calendar]:
    """The calendar of each company that has one, in two queries; a company missing here is judged by ``ASSUMED``."""
    rows = Company.everything.filter(id__in=set(companies), calendar__gone_at=None).select_related("calendar")
    owners = {company.pk: company.calendar for company in rows if company.calendar is not None}
    stretches: dict[int, list[WorkingHours]] = {}
    for stretch in WorkingHours.objects.filter(calendar__in={one.pk for one in owners.values()}).order_by("id"):
        stretches.setdefault(stretch.calendar_id, []).append(stretch)
    return {
        company: calendar_from(one.time_zone or "UTC", one.name, stretches.get(one.pk, []))
        for company, one in owners.items()
    }


def calendar_from(zone: str, name: str, stretches: Iterable[WorkingHours]) -> Calendar:
    """A calendar from Odoo's attendance rows (dayofweek, hour_from, hour_to); Monday to Friday where there are none."""
    weekdays = {span[0] for stretch in stretches if (span := span_of(stretch)) is not None}
    if not weekdays:
        return Calendar(zone=zone, name=name)
    return Calendar(zone=zone, weekdays=frozenset(weekdays), known=True, name=name)


def span_of(one: WorkingHours) -> tuple[int, float, float] | None:
    """Weekday, first and last hour of a row of a calendar; None where it is not working time of everybody: lunch, a
    heading, or one resource's own."""
    if one.weekday is None or one.from_hour is None or one.to_hour is None:
        return None
    if one.weekday not in WEEKDAYS or one.from_hour >= one.to_hour:
        return None
    if one.period == LUNCH or one.extra.get("resource_id"):
        return None
    return int(one.weekday), float(one.from_hour), float(one.to_hour)
