"""Working hours of a calendar as stretches of UTC time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HORIZON = timedelta(days=700)
"""How far ahead a free slot is looked for, as in Odoo."""
Stretch = tuple[datetime, datetime]


def _at(day: datetime, hours: float, zone: ZoneInfo) -> datetime:
    clock = time(min(int(hours), 23), int(hours % 1 * 60)) if hours < 24 else time(23, 59)
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def stretches(calendar: Any, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Working time between two moments in UTC, holidays taken out, in order."""
    zone = ZoneInfo(calendar.tz or "UTC")
    week: dict[int, list[tuple[float, float]]] = {}
    for one in calendar.attendance_ids:
        if one.day_period != "lunch":
            week.setdefault(int(one.dayofweek), []).append((one.hour_from, one.hour_to))
    holidays = [
        (one.date_from, one.date_to) for one in calendar.leave_ids if one.time_type == "leave" and not one.resource_id
    ]
    day = (start - timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end + timedelta(days=1):
        for begin, finish in sorted(week.get(day.weekday(), ())):
            low, high = max(_at(day, begin, zone), start), min(_at(day, finish, zone), end)
            if low < high:
                yield from without((low, high), holidays)
        day += timedelta(days=1)


def without(stretch: Stretch, taken: list[Stretch]) -> list[Stretch]:
    """What is left of a stretch when others are taken out."""
    free = [stretch]
    for low, high in taken:
        free = [
            part
            for begin, end in free
            for part in ((begin, min(end, low)), (max(begin, high), end))
            if part[0] < part[1]
        ]
    return sorted(set(free))


def worked_hours(calendar: Any, start: datetime, end: datetime) -> float:
    return sum((high - low).total_seconds() for low, high in stretches(calendar, start, end)) / 3600


def first_slot(calendar: Any, start: datetime, minutes: float, taken: list[Stretch]) -> Stretch | None:
    """The first working time from ``start`` on that is long enough, not interrupted by what is taken.

    A slot may run over the end of a working day into the next; None where there is none within the horizon.
    """
    left: float = minutes
    begin: datetime | None = None
    before: datetime | None = None
    for low, high in stretches(calendar, start, start + HORIZON):
        for free_from, free_to in without((low, high), taken):
            if begin is None or _is_taken(before, free_from, taken):
                begin, left = free_from, minutes
            available = (free_to - free_from).total_seconds() / 60
            if available + 1e-9 >= left:
                return begin, free_from + timedelta(minutes=left)
            left, before = left - available, free_to
    return None


def _is_taken(low: datetime | None, high: datetime, taken: list[Stretch]) -> bool:
    """Whether something lies between the end of one free part and the begin of the next."""
    return low is not None and any(begin < high and end > low for begin, end in taken)
