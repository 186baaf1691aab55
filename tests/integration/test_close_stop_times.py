"""The end of a stop in the nights when the clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from apps.exceptions.actions.close_stop import CloseForm, CloseStop
from odoo_sync.mirror.downtime import CentreTime, LossReason
from tests.mirrored import Group

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
MORNING = datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


@pytest.fixture
def group() -> Group:
    return Group()


def stop(group: Group, start_at: datetime = EVENING) -> CentreTime:
    reason = group.add(LossReason, name="Jam", is_manual=True, category="availability")
    return group.add(CentreTime, company=group.plant, start_at=start_at, reason=reason, category="availability")


def form(one: CentreTime, ended_at: str, monkeypatch: pytest.MonkeyPatch, now: datetime = MORNING, **more: str):
    monkeypatch.setattr(timezone, "now", lambda: now)
    return CloseForm({"loss": str(one.reason.odoo_id), "ended_at": ended_at, **more}, subject=one)


def test_a_time_that_came_twice_is_asked_about_and_taken_as_answered(group, monkeypatch) -> None:
    one = stop(group)
    asked = form(one, "2026-10-25T02:30:00", monkeypatch)
    assert not asked.is_valid()
    assert asked.errors["ended_at"] == ["This time came twice that night. Choose below which of the two it was."]
    assert list(asked.fields) == ["loss", "ended_at", "which", "description"]
    assert [label for _value, label in asked.fields["which"].choices] == [
        "choose", "the first time (UTC+02:00)", "the second time (UTC+01:00)",
    ]  # fmt: skip
    for which, moment in (("0", "2026-10-25 00:30:00"), ("1", "2026-10-25 01:30:00")):
        answered = form(one, "2026-10-25T02:30:00", monkeypatch, which=which)
        assert answered.is_valid(), answered.errors
        assert answered.cleaned_data["ended_at"] == moment and "which" not in answered.cleaned_data


def test_of_two_moments_one_that_cannot_be_is_not_asked_about(group, monkeypatch) -> None:
    late = stop(group, start_at=datetime(2026, 10, 25, 0, 45, tzinfo=UTC))
    assert form(late, "2026-10-25T02:30:00", monkeypatch).is_valid()
    second = form(late, "2026-10-25T02:30:00", monkeypatch)
    assert second.is_valid() and second.cleaned_data["ended_at"] == "2026-10-25 01:30:00"
    early = form(stop(group), "2026-10-25T02:30:00", monkeypatch, now=datetime(2026, 10, 25, 0, 40, tzinfo=UTC))
    assert early.is_valid() and early.cleaned_data["ended_at"] == "2026-10-25 00:30:00"


def test_a_time_that_was_left_out_is_refused_with_the_reason(group, monkeypatch) -> None:
    one = stop(group, start_at=datetime(2026, 3, 28, 20, 0, tzinfo=UTC))
    refused = form(one, "2026-03-29T02:30:00", monkeypatch, now=datetime(2026, 3, 29, 8, 0, tzinfo=UTC))
    assert refused.errors["ended_at"] == ["The clocks went forward that night: this time was left out. Write another."]


def test_an_ordinary_time_is_not_asked_about(group, monkeypatch) -> None:
    plain = form(stop(group), "2026-10-25T03:30:00", monkeypatch)
    assert "which" not in plain.fields and plain.is_valid()
    assert plain.cleaned_data["ended_at"] == "2026-10-25 02:30:00"


@pytest.mark.parametrize(("now", "which"), [("00:30", "0"), ("01:30", "1")])
def test_the_form_starts_with_the_present_moment_also_in_the_repeated_hour(group, monkeypatch, now, which) -> None:
    one = stop(group)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat(f"2026-10-25T{now}:00+00:00"))
    fresh = CloseForm(initial=CloseStop().initial(one), subject=one)
    assert (fresh["ended_at"].value(), fresh["which"].value()) == ("2026-10-25T02:30:00", which)
    former = CloseForm(initial={"ended_at": f"2026-10-25 {now}:00"}, subject=one)
    assert (former["ended_at"].value(), former["which"].value()) == ("2026-10-25T02:30:00", which)
