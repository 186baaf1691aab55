"""When a row is read again although its stamp is known."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo_sync.settling import FAST_WINDOW, SLOW_WINDOW, Known, horizon, must_read, server_now

NONE = timedelta(0)
STAMP = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


def read_at(seconds: float) -> Known:
    return Known(STAMP, STAMP + timedelta(seconds=seconds), None)


def test_a_row_that_was_never_read_is_read():
    assert must_read(STAMP, None, STAMP, NONE)


def test_a_row_with_another_stamp_is_read_also_when_it_went_back():
    known = Known(STAMP + timedelta(seconds=1), STAMP + timedelta(days=3), None)
    assert must_read(STAMP, known, STAMP + timedelta(days=4), NONE)


def test_a_row_that_counts_as_gone_is_read():
    assert must_read(STAMP, Known(STAMP, STAMP + timedelta(days=3), STAMP), STAMP + timedelta(days=4), NONE)


def test_a_settled_row_is_left_alone():
    after = SLOW_WINDOW.total_seconds() + 1
    assert not must_read(STAMP, read_at(after), STAMP + timedelta(days=9), NONE)


@given(st.floats(0, FAST_WINDOW.total_seconds()), st.floats(FAST_WINDOW.total_seconds() + 1, 10**6))
def test_a_row_read_inside_the_fast_window_is_read_once_more_after_it(first, later):
    assert must_read(STAMP, read_at(first), STAMP + timedelta(seconds=later), NONE)


@given(st.floats(0, 2), st.floats(0, 10**6))
def test_a_row_read_while_its_second_lasts_is_read_with_every_poll(first, later):
    assert must_read(STAMP, read_at(first), STAMP + timedelta(seconds=first + later), NONE)


def test_a_row_polled_every_two_seconds_is_read_eight_times_in_the_fast_window():
    known, reads = read_at(1), 0
    for age in range(2, int(FAST_WINDOW.total_seconds()) + 5, 2):
        if must_read(STAMP, known, STAMP + timedelta(seconds=age), NONE):
            known, reads = read_at(age), reads + 1
    assert reads == 8
    assert known.read_began_at - STAMP > FAST_WINDOW


def test_a_clock_of_ours_that_is_slow_does_not_settle_a_row_early():
    ahead = timedelta(seconds=100)
    known = Known(STAMP, STAMP - ahead + timedelta(seconds=1), None)
    assert must_read(STAMP, known, STAMP + timedelta(seconds=200), ahead)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_the_horizon_is_a_whole_second_and_at_least_a_window_ago(moment):
    now = moment.replace(tzinfo=UTC)
    assert horizon(now).microsecond == 0
    assert now - horizon(now) >= FAST_WINDOW


def test_odoos_clock_is_taken_before_the_question_was_asked():
    assert server_now(STAMP.timestamp(), 3.5, STAMP) == STAMP - timedelta(seconds=3.5)


def test_without_a_date_header_our_clock_is_distrusted_by_a_quarter_of_an_hour():
    assert server_now(None, 1.0, STAMP) == STAMP - timedelta(minutes=15)
