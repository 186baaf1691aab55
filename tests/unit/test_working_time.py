"""Working days, local days and midnights, also where clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_sync.mirror.company import WorkingHours
from odoo_sync.working_time import (
    ASSUMED,
    Calendar,
    calendar_from,
    day_begins,
    local_day,
    next_day_begins,
    on_day,
    working_days_between,
    zone_of,
)

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Paris",
        "America/Detroit",
        "Asia/Kolkata",
        "Pacific/Auckland",
        "Asia/Beirut",
        "America/Havana",
        "Africa/Cairo",
    ]
)
CALENDARS = st.builds(Calendar, zone=ZONES, weekdays=st.frozensets(st.integers(0, 6)))


@given(DAYS, st.integers(0, 60), CALENDARS)
def test_working_days_are_those_counted_one_by_one(first, ahead, calendar):
    counted = sum((first + timedelta(days=step)).weekday() in calendar.weekdays for step in range(1, ahead + 1))
    assert working_days_between(first, first + timedelta(days=ahead), calendar) == counted


@given(DAYS, DAYS, DAYS, CALENDARS)
def test_working_days_add_up_and_change_sign_with_direction(one, two, three, calendar):
    between = working_days_between
    assert between(one, two, calendar) == -between(two, one, calendar)
    assert between(one, three, calendar) == between(one, two, calendar) + between(two, three, calendar)


def test_friday_to_monday_is_one_working_day():
    assert working_days_between(date(2026, 6, 5), date(2026, 6, 8), ASSUMED) == 1
    assert working_days_between(date(2026, 6, 5), date(2026, 6, 7), ASSUMED) == 0


@given(MOMENTS, ZONES)
def test_the_next_day_begins_where_the_local_date_changes_and_not_before(at, zone):
    calendar = Calendar(zone=zone)
    begins = next_day_begins(at, calendar)
    assert begins > at
    assert local_day(begins, calendar) == local_day(at, calendar) + timedelta(days=1)
    assert local_day(begins - timedelta(microseconds=1), calendar) == local_day(at, calendar)


@pytest.mark.parametrize(("zone", "day"), [("Asia/Beirut", date(2026, 3, 29)), ("Africa/Cairo", date(2026, 4, 24))])
def test_a_day_whose_midnight_is_skipped_begins_when_the_clock_jumps(zone, day):
    calendar = Calendar(zone=zone)
    begins = day_begins(day, calendar)
    assert begins.astimezone(ZoneInfo(zone)).hour == 1
    assert local_day(begins - timedelta(microseconds=1), calendar) == day - timedelta(days=1)


@given(MOMENTS, DAYS, ZONES)
def test_a_moment_moved_to_another_day_is_on_that_day(at, day, zone):
    calendar = Calendar(zone=zone)
    assert local_day(on_day(at, day, calendar), calendar) == day


@given(MOMENTS, ZONES)
def test_a_moment_moved_to_its_own_day_stays_unless_the_clock_was_set_back(at, zone):
    calendar = Calendar(zone=zone)
    moved = on_day(at, local_day(at, calendar), calendar)
    assert moved == at or at.astimezone(zone_of(zone)).fold == 1


def test_attendance_makes_the_week_and_nothing_known_is_said():
    hours = [WorkingHours(weekday=str(day), from_hour=8, to_hour=12) for day in (0, 5)]
    broken = [WorkingHours(weekday="3", from_hour=9, to_hour=9), WorkingHours(weekday=None), WorkingHours(weekday="9")]
    known = calendar_from("Europe/Paris", "Shop", [*hours, *broken])
    assert (known.weekdays, known.known) == (frozenset({0, 5}), True)
    assert calendar_from("Europe/Paris", "Shop", broken).known is False


def test_a_zone_that_nobody_knows_is_utc():
    assert zone_of("Mars/Olympus") == ZoneInfo("UTC")
