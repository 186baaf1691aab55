"""Working hours of a machine: how much of a stretch of time lies within them. Pure but for the reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from odoo_sync.mirror.company import WorkingCalendar, WorkingHours
from odoo_sync.working_time import WEEKDAYS, zone_of

WEEK = 7


@dataclass(frozen=True)
class Hours:
    """The weekly stretches in which somebody or something works: weekday (Monday is 0), from and to in local hours.

    Without any stretch the clock never stops, as Odoo counts for a work centre without a calendar. Leaves and public
    holidays are not in it. Odoo: resource.calendar.tz and resource.calendar.attendance.
    """

    zone: str = "UTC"
    stretches: tuple[tuple[int, float, float], ...] = ()

    @property
    def is_known(self) -> bool:
        return bool(self.stretches)


ALWAYS = Hours()


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """How much of the time between two moments lies within the hours; nothing when the end comes first."""
    if end <= start:
        return timedelta(0)
    if not hours.is_known:
        return end - start
    parts = (min(end, until) - max(start, since) for since, until in _between(hours, start, end))
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def is_working(hours: Hours, at: datetime) -> bool:
    """Whether this moment lies within the hours; their last moment no longer does."""
    return not hours.is_known or any(since <= at < until for since, until in _between(hours, at, at))


def next_change(hours: Hours, at: datetime) -> datetime | None:
    """The first moment after this one at which work begins or ends; None where the clock never stops."""
    if not hours.is_known:
        return None
    edges = (edge for pair in _between(hours, at, at + timedelta(days=WEEK + 1)) for edge in pair)
    return min((edge for edge in edges if edge > at), default=None)


def _between(hours: Hours, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of every local day that this span touches, as UTC; those that meet are one."""
    zone = zone_of(hours.zone)
    day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()
    held: tuple[datetime, datetime] | None = None
    while day <= last:
        for weekday, since, until in hours.stretches:
            if weekday != day.weekday():
                continue
            one = _moment(hours, day, since), _moment(hours, day, until)
            if held and one[0] <= held[1]:
                held = held[0], max(held[1], one[1])
                continue
            if held:
                yield held
            held = one
        day += timedelta(days=1)
    if held:
        yield held


def _moment(hours: Hours, day: date, clock: float) -> datetime:
    """A local hour of a day as UTC; 24 is the midnight that ends it."""
    local = datetime.combine(day, time.min, zone_of(hours.zone)) + timedelta(hours=clock)
    return local.astimezone(UTC)


def hours_of(calendars: Iterable[int]) -> Mapping[int, Hours]:
    """The hours of these calendars, in two queries; one that is missing here never stops."""
    wanted = set(calendars)
    zones = dict(WorkingCalendar.objects.filter(id__in=wanted).values_list("pk", "time_zone"))
    stretches: dict[int, list[tuple[int, float, float]]] = {}
    for one in WorkingHours.objects.filter(calendar__in=wanted, weekday__in=WEEKDAYS):
        if one.from_hour is not None and one.to_hour is not None and one.from_hour < one.to_hour:
            span = int(one.weekday), float(one.from_hour), float(one.to_hour)
            stretches.setdefault(one.calendar_id, []).append(span)
    return {key: Hours(zone or "UTC", tuple(sorted(set(stretches.get(key, []))))) for key, zone in zones.items()}
