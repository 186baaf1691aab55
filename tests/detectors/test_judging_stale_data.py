"""N1's judgement alone, on both sides of each limit."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from apps.exceptions.definition import Clear, Finding, Moot, Severity, Subject, Verdict, detectors
from apps.exceptions.detectors.stale_data import LaneFacts
from apps.exceptions.score import score
from odoo_sync.freshness import limit_of
from odoo_sync.mirror.base import Lane

DETECTOR = "integration.stale_mirror"
NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
HOT = LaneFacts(Subject("connection.lane", "1:hot", 1), "Group", Lane.HOT)
WARM = replace(HOT, lane=Lane.WARM)


def judged(facts: LaneFacts, age: timedelta | None) -> Verdict:
    detector = detectors[DETECTOR]
    return detector().judge(replace(facts, as_of=None if age is None else NOW - age), detector.limits, NOW)


def test_a_hot_lane_is_stale_beyond_a_minute():
    assert isinstance(judged(HOT, timedelta(seconds=60)), Clear)
    assert isinstance(judged(HOT, timedelta(seconds=60, milliseconds=1)), Finding)


def test_a_warm_lane_is_stale_beyond_twice_its_own_limit():
    assert isinstance(judged(WARM, 2 * limit_of(Lane.WARM)), Clear)
    assert isinstance(judged(WARM, 2 * limit_of(Lane.WARM) + timedelta(seconds=1)), Finding)


def test_a_first_load_is_no_finding_unless_it_has_had_a_problem_for_long():
    assert isinstance(judged(HOT, None), Clear)
    assert isinstance(judged(replace(HOT, problem="no", problem_since=NOW - timedelta(seconds=59)), None), Clear)
    assert isinstance(judged(replace(HOT, problem="no", problem_since=NOW - timedelta(seconds=61)), None), Finding)


def test_a_connection_that_is_no_more_is_moot():
    assert isinstance(judged(replace(HOT, gone=True), None), Moot)


def test_a_finding_says_which_data_of_whom_and_why_and_is_looked_at_again_soon():
    finding = judged(replace(HOT, problem="Wrong password."), timedelta(hours=2))
    assert "Orders, stock and production of Group" in finding.summary
    assert finding.detail == "Wrong password."
    assert finding.next_check_at == NOW + timedelta(seconds=10)
    assert finding.impact.control and finding.impact.money == 0


def test_stale_data_weighs_as_a_breach_of_control_and_is_never_less_than_high():
    finding = judged(HOT, timedelta(hours=2))
    assert score(finding.impact)[0] == 25
    points, terms = score(finding.impact, detectors[DETECTOR].least)
    assert (points, terms["floor"]) == (60, "60")
    assert Severity.of_score(points) == Severity.HIGH
