"""What clocks on the wall say when they are put forward or back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from controltower.lib.wall_clock import moments_of, offset_text

PARIS, DETROIT = ZoneInfo("Europe/Paris"), ZoneInfo("America/Detroit")
EDGES = ((1, 59), (2, 0), (2, 59), (3, 0))


def test_a_time_of_the_repeated_hour_is_two_moments_in_order():
    assert moments_of(datetime(2026, 10, 25, 2, 30), PARIS) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    assert len(moments_of(datetime(2026, 11, 1, 1, 0), DETROIT)) == 2


def test_the_repeated_hour_ends_before_its_first_ordinary_minute():
    assert [len(moments_of(datetime(2026, 10, 25, *at), PARIS)) for at in ((1, 59), (2, 0), (2, 59), (3, 0))] == [
        1,
        2,
        2,
        1,
    ]


def test_a_time_that_was_left_out_is_no_moment():
    assert [len(moments_of(datetime(2026, 3, 29, *at), PARIS)) for at in ((1, 59), (2, 0), (2, 59), (3, 0))] == [
        1,
        0,
        0,
        1,
    ]


def test_a_time_with_an_offset_of_its_own_is_what_it_says():
    named = datetime.fromisoformat("2026-10-25T02:30:00+01:00")
    assert moments_of(named, PARIS) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC),)


def test_offsets_are_told_as_people_write_them():
    assert offset_text(datetime(2026, 7, 1, tzinfo=UTC), PARIS) == "UTC+02:00"
    assert offset_text(datetime(2026, 7, 1, tzinfo=UTC), DETROIT) == "UTC-04:00"
    assert offset_text(datetime(2026, 7, 1, tzinfo=UTC), ZoneInfo("Asia/Kolkata")) == "UTC+05:30"
