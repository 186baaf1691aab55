"""What counts as working time of a calendar: read from the mirror, lunch, weeks and bounds minded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from odoo_sync.mirror.company import WorkingCalendar, WorkingHours
from odoo_sync.working_hours import Hours, hours_of, is_working, next_change, worked
from tests.mirrored import Group

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def hours(*rows: dict[str, Any]) -> Hours:
    """The hours of a calendar in UTC with these rows, on Mondays unless they say another day."""
    group = Group()
    calendar = group.add(WorkingCalendar, name="Shift", time_zone="UTC")
    for row in rows:
        group.add(WorkingHours, calendar=calendar, **{"weekday": "0", **row})
    return hours_of([calendar.pk])[calendar.pk]


def test_lunch_is_not_working_time() -> None:
    found = hours(
        {"from_hour": 8, "to_hour": 12, "period": "morning"},
        {"from_hour": 12, "to_hour": 13, "period": "lunch"},
        {"from_hour": 13, "to_hour": 17, "period": "afternoon"},
    )
    assert worked(found, MONDAY, MONDAY + DAY) == timedelta(hours=8)
    assert not is_working(found, MONDAY + timedelta(hours=12, minutes=30))
    assert next_change(found, MONDAY + timedelta(hours=9)) == MONDAY + timedelta(hours=12)
    eleven, half_past_one = MONDAY + timedelta(hours=11), MONDAY + timedelta(hours=13, minutes=30)
    assert worked(found, eleven, half_past_one) == timedelta(minutes=90)


def test_of_two_weeks_each_has_its_own_hours() -> None:
    found = hours({"from_hour": 8, "to_hour": 12, "week": "0"}, {"from_hour": 8, "to_hour": 17, "week": "1"})
    odd = (MONDAY.date().toordinal() - 1) // 7 % 2 == 1
    lengths = [worked(found, MONDAY + week, MONDAY + week + DAY) for week in (timedelta(0), timedelta(days=7))]
    assert lengths == [timedelta(hours=9 if odd else 4), timedelta(hours=4 if odd else 9)]


def test_hours_count_between_their_first_and_last_day() -> None:
    found = hours({"from_hour": 8, "to_hour": 12, "begins_on": date(2026, 6, 8), "ends_on": date(2026, 6, 15)})
    lengths = [worked(found, MONDAY + week * 7 * DAY, MONDAY + week * 7 * DAY + DAY) for week in range(4)]
    assert lengths == [timedelta(0), timedelta(hours=4), timedelta(hours=4), timedelta(0)]


def test_headings_and_the_hours_of_one_resource_are_nobodys_hours() -> None:
    found = hours(
        {"from_hour": 0, "to_hour": 0},
        {"from_hour": 8, "to_hour": 12},
        {"from_hour": 18, "to_hour": 22, "extra": {"resource_id": 7}},
    )
    assert worked(found, MONDAY, MONDAY + DAY) == timedelta(hours=4)
