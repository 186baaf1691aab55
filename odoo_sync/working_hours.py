"""Working hours of a machine: how much of a stretch of time lies within them. Pure but for the reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from odoo_sync.mirror.company import WorkingCalendar, WorkingHours
from odoo_sync.working_time import span_of, zone_of

WEEK = 7


class Stretch(NamedTuple):
    """Working time of one weekday (Monday is 0), from and to in local hours; ``week`` is the parity of its weeks and
    ``first`` and ``last`` the days it counts between, null where it always does."""

    weekday: int
    since: float
    until: float
    week: int | None = None
    first: date | None = None
    last: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it is worked on this day. Odoo 18: resource.calendar.attendance, get_week_type."""
        in_week = self.week is None or self.week == (day.toordinal() - 1) // WEEK % 2
        begun = self.first is None or self.first <= day
        return self.weekday == day.weekday() and in_week and begun and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Hours:
    """The stretches in which somebody or something works, lunch left out.

    Without any stretch the clock never stops, as Odoo counts for a work centre without a calendar. Leaves and public
    holidays are not in it. Odoo: resource.calendar.tz and resource.calendar.attendance.
    """

    zone: str = "UTC"
    stretches: tuple[Stretch, ...] = ()

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
        for stretch in hours.stretches:
            if not stretch.counts_on(day):
                continue
            one = _moment(hours, day, stretch.since), _moment(hours, day, stretch.until)
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
    stretches: dict[int, list[Stretch]] = {}
    for one in WorkingHours.objects.filter(calendar__in=wanted).order_by("weekday", "from_hour", "id"):
        if (span := span_of(one)) is not None:
            week = int(one.week) if one.week in {"0", "1"} else None
            stretch = Stretch(*span, week, one.begins_on, one.ends_on)
            stretches.setdefault(one.calendar_id, []).append(stretch)
    return {key: Hours(zone or "UTC", tuple(dict.fromkeys(stretches.get(key, [])))) for key, zone in zones.items()}
