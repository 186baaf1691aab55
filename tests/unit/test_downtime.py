"""How stops spread and what lies within working hours: properties of the pure parts that A1 is judged by."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.downtime import back_at, ends_of, held_up, usual_length
from odoo_sync.working_hours import is_working, next_change, worked
from tests.detectors.test_judging_live_downtime import NOON, SPANS, ago, hours, stop, waiting

MINUTES = st.integers(0, 60 * 24 * 20)


@given(MINUTES, MINUTES, SPANS)
def test_time_worked_adds_up_and_is_never_more_than_time(first, second, spans):
    pattern, middle = hours(spans), NOON + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    parts = worked(pattern, NOON, middle), worked(pattern, middle, end)
    assert sum(parts, timedelta(0)) == worked(pattern, NOON, end)
    assert all(timedelta(0) <= part for part in parts) and worked(pattern, NOON, end) <= end - NOON


@given(MINUTES, SPANS)
def test_until_the_next_change_it_is_as_it_is_now(minutes, spans):
    pattern, at = hours(spans), NOON + timedelta(minutes=minutes)
    change = next_change(pattern, at)
    until = change or at + timedelta(days=3)
    assert worked(pattern, at, until) == (until - at if is_working(pattern, at) else timedelta(0))
    if change is not None:
        assert is_working(pattern, change) != is_working(pattern, at)


@given(st.integers(1, 600), st.integers(0, 10_000))
def test_the_end_of_a_stop_is_always_ahead_and_never_expected_earlier_than_before(usual, elapsed):
    start, length = ago(days=10), timedelta(minutes=usual)
    now = start + timedelta(minutes=elapsed)
    again = back_at(start, length, now)
    assert again > now and again >= start + length
    assert back_at(start, length, now + timedelta(minutes=1)) >= again
    assert back_at(start, length, again - timedelta(seconds=1)) == again


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(-3000, 3000), st.integers(0, 600))
def test_a_longer_stop_never_lets_production_end_earlier(short, longer, begins, length):
    begin = NOON + timedelta(minutes=begins)
    facts = stop(**waiting(begin, begin + timedelta(hours=2), length=timedelta(minutes=length)))
    until = facts.start_at + timedelta(minutes=short)
    later = until + timedelta(minutes=longer)
    assert held_up(facts, until) <= held_up(facts, later)
    before, after, never = ends_of(facts, until), ends_of(facts, later), ends_of(facts, facts.start_at)
    assert all(after[key] >= before[key] >= max(never[key], until) for key in before)


@given(st.lists(st.integers(0, 5000), max_size=12))
def test_the_usual_length_lies_between_the_shortest_and_the_longest(lengths):
    known = [timedelta(minutes=one) for one in lengths if one]
    found = usual_length([timedelta(minutes=one) for one in lengths])
    assert (found is None) == (len(known) < 3)
    if found is not None:
        assert min(known) <= found <= max(known)
