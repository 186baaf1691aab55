"""Every recorded request gets the same shape of answer and the same class of error from the stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.recordings import CASES, GAPS, Answered, compare, play, recording

DOCUMENT = Path(__file__).parents[2] / "docs" / "stand-in.md"


@pytest.fixture(scope="module")
def answers() -> dict[str, Answered]:
    return play()


@pytest.mark.parametrize("case", [case for case in CASES if case not in GAPS])
def test_the_answer_has_the_recorded_shape(case: str, answers: dict[str, Answered]) -> None:
    assert compare(recording(case), answers[case]) == []


@pytest.mark.parametrize("case", sorted(GAPS))
def test_a_listed_gap_is_still_one(case: str, answers: dict[str, Answered]) -> None:
    assert compare(recording(case), answers[case]), f"{case} is no gap any more: take it out of gaps.json"


@pytest.mark.parametrize("case", sorted(GAPS))
def test_a_listed_gap_is_told_to_the_reader(case: str) -> None:
    assert f"`{case}`" in DOCUMENT.read_text()


def test_every_gap_is_a_recorded_request() -> None:
    assert set(GAPS) <= set(CASES)
