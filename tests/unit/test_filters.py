"""The filter language: what it understands, what it says of the rest, and that nothing typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.filters import SORTS, Filters, Vocabulary, opened_bound, parse
from apps.exceptions.lifecycle import AWAKE, ENDED
from apps.exceptions.places import Directory, Plant

KNOWN = Vocabulary(
    places=Directory(
        companies={1: "Aurora", 2: "Aurora UK"},
        plants={11: Plant(11, "Lyon", 1), 12: Plant(12, "Lyon North", 1), 21: Plant(21, "Lyon", 2)},
    ),
    me=7,
    person={"bo": 8}.get,
)


def understood(text: str) -> Filters:
    filters = parse(text, KNOWN)
    assert not filters.problems, filters.problems
    return filters


def test_nothing_asks_for_what_is_open_by_risk():
    filters = understood("")
    assert (filters.states, filters.sort, filters.text) == (AWAKE, "risk", "")


def test_terms_of_all_kinds_are_read():
    filters = understood('is:ended severity:critical,high domain:procure plant:"Lyon North" owner:me money>10k bearing')
    assert filters.states == ENDED
    assert filters.severity == {"critical", "high"}
    assert filters.domain == {"procure"}
    assert filters.plant == {12}
    assert filters.owner == {7}
    assert filters.words == ("bearing",)
    assert [(one.field, one.operator, one.value) for one in filters.limits] == [("money", ">", Decimal(10_000))]


def test_two_plants_of_one_name_are_one_choice():
    assert understood("plant:lyon").plant == {11, 21}


def test_unowned_and_others_may_be_asked_for_together():
    assert understood("owner:none,bo").owner == {None, 8}


def test_quotation_marks_make_words_of_anything():
    assert understood('"severity:hihg"').words == ("severity:hihg",)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("severity:hihg", "Use critical, high, medium, low"),
        ("plant:Lyoon", "among yours: Lyon, Lyon North"),
        ("owner:nobody-here", "me, none or a sign-in name"),
        ("colour:red", "There is no filter “colour”"),
        ("money:10", "money>10"),
        ("money>many", "no number here"),
        ("age>2y", "age>2d"),
        ("severity>high", "Write “severity:value”"),
        ("plant:", "Say what after"),
        ("sort:loudness", "risk, money, age, due"),
        ("type:X9", "no kind of case"),
        ("state:asleep", "no state"),
    ],
)
def test_a_term_that_makes_no_sense_is_said_kept_and_left_out(text: str, part: str):
    filters = parse(f"bearing {text}", KNOWN)
    assert [problem.raw for problem in filters.problems] == [text]
    assert part in filters.problems[0].problem
    assert filters.text == f"bearing {text}"
    assert filters.words == ("bearing",)
    assert (filters.severity, filters.plant, filters.limits) == (frozenset(), frozenset(), ())


@given(st.text(max_size=700))
def test_no_text_whatever_is_refused(text: str):
    filters = parse(text, KNOWN)
    assert filters.sort in SORTS
    assert parse(filters.text, KNOWN) == filters


words = st.sampled_from(["bearing", "severity:high", "owner:me", 'plant:"Lyon North"', "money>10", "is:all", "foo:bar"])


@given(st.lists(words, max_size=6), st.sampled_from(["severity", "domain", "plant", "state", "is"]))
def test_asking_for_one_value_keeps_everything_else(texts: list[str], key: str):
    filters = parse(" ".join(texts), KNOWN)
    value = {"severity": "low", "domain": "quality", "plant": "Lyon", "state": "open", "is": "snoozed"}[key]
    asked = parse(filters.with_only(key, value), KNOWN)
    assert asked.says(key, value)
    rivals = {"is", "state"} if key in {"is", "state"} else {key}
    assert [one for one in asked.terms if one.key not in rivals] == [
        one for one in filters.terms if one.key not in rivals
    ]
    assert not parse(asked.with_only(key, ""), KNOWN).says(key, value)


def test_older_than_two_days_means_opened_before():
    now = datetime(2026, 3, 10, tzinfo=UTC)
    (limit,) = understood("age>2d").limits
    assert opened_bound(limit, now) == ("opened_at__lt", now - timedelta(days=2))


def test_a_term_can_be_taken_away():
    filters = understood("severity:high bearing sort:money")
    assert filters.without(filters.terms[1]) == "severity:high sort:money"
