"""The witness of the outages: harmless repetition is no fault, and a card that never came is one."""

from __future__ import annotations

from typing import Any

from tests.outage.witness import Witness


def greeted(**channels: int) -> Witness:
    witness = Witness("http://tower.example", "")
    witness.hear({"type": "hello", "channels": channels})
    return witness


def card(number: int, *, case: int = 7, version: int = 2, state: str = "open", channel: str = "lyon") -> dict[str, Any]:
    known = {"type": "card", "channel": channel, "number": number, "case": case, "version": version}
    return {**known, "facets": {"state": state}}


def rows(**versions: int) -> dict[str, dict[str, Any]]:
    return {key.removeprefix("case"): {"version": version, "state": "open"} for key, version in versions.items()}


def test_a_card_that_crosses_its_own_catch_up_is_no_fault() -> None:
    witness = greeted(lyon=4)
    witness.hear({"type": "hello", "channels": {"lyon": 5}})
    witness.hear(card(5))
    witness.hear(card(5))
    assert not witness.doubled


def test_a_card_that_comes_twice_unasked_is_a_fault() -> None:
    witness = greeted(lyon=4)
    witness.hear(card(5))
    witness.hear(card(5))
    assert witness.doubled == [("lyon", 5)]


def test_a_card_that_comes_more_often_than_it_was_asked_for_is_a_fault() -> None:
    witness = greeted(lyon=4)
    witness.hear({"type": "hello", "channels": {"lyon": 5}})
    for _ in range(3):
        witness.hear(card(5))
    assert witness.doubled == [("lyon", 5)]


def test_asking_for_what_is_later_excuses_nothing_earlier() -> None:
    witness = greeted(lyon=4)
    witness.hear(card(5))
    assert witness.hear(card(7)) == [{"type": "catch_up", "channels": {"lyon": 5}}]
    witness.hear(card(5))
    assert witness.doubled == [("lyon", 5)]


def test_a_new_case_whose_card_never_came_is_missed() -> None:
    witness = greeted(lyon=4)
    witness.begin(rows(case7=1))
    assert witness.behind(rows(case7=1)) == []
    assert witness.behind(rows(case7=1, case8=1)) == ["8"]
    witness.hear(card(5, case=8, version=1))
    assert witness.behind(rows(case7=1, case8=1)) == []


def test_a_card_that_says_what_is_no_longer_so_is_missed() -> None:
    witness = greeted(lyon=4)
    witness.begin(rows(case7=1))
    assert witness.behind(rows(case7=2)) == ["7"]
    witness.hear(card(5, state="resolved"))
    assert witness.behind(rows(case7=2)) == ["7"]
    witness.hear(card(6))
    assert witness.behind(rows(case7=2)) == []
