"""The board's reads: who sees what, in which order, with which counts and which money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.exceptions.board import Board
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from apps.exceptions.rows import PAGE
from apps.exceptions.sight import Sight
from tests.boards import Group, fill
from tests.people import person

pytestmark = pytest.mark.django_db
ORDERED = {"risk": "score", "money": "money", "due": "delay_days"}


@pytest.fixture
def group() -> Group:
    return Group()


def board(user: User, text: str = "", **marks: str) -> Board:
    return Board.read(Sight(user), text=text, now=timezone.now(), **marks)


def shown(found: Board) -> list[int]:
    return [row["case"].pk for row in found.rows]


def choice(found: Board, key: str, value: str) -> Any:
    return next(one for facet in found.facets if facet.key == key for one in facet.choices if one.value == value)


def test_a_planner_of_one_plant_sees_its_cases_and_counts_only(group: Group):
    cases = [group.case(number) for number in range(1, 13)]
    mine, place = cases[0], cases[0].plant_id
    found = board(person(Role.PLANNER, company=mine.company_id, plant=place))
    assert set(shown(found)) == {case.pk for case in cases if case.plant_id == place}
    assert found.total == len(found.rows) < len(cases)
    assert {one.value for facet in found.facets if facet.key == "plant" for one in facet.choices} == {mine.plant.name}


def test_someone_without_a_grant_sees_an_empty_board(group: Group):
    group.case(1)
    found = board(person())
    assert (found.rows, found.total, found.money, found.numbers) == ([], 0, Decimal(0), {})


@pytest.mark.parametrize("sort", ["risk", "money", "age", "due"])
def test_pages_follow_one_another_without_gap_or_double(group: Group, sort: str):
    fill(group, PAGE * 2 + 7)
    Case.objects.filter(pk__gt=0).update(delay_days=3)
    user, pages, mark = person(Role.PLANNER), [], ""
    while True:
        found = board(user, f"sort:{sort}", after=mark)
        pages.append(shown(found))
        mark = found.after
        if not mark:
            break
    keys = [key for page in pages for key in page]
    assert [len(page) for page in pages] == [PAGE, PAGE, 7]
    assert len(set(keys)) == len(keys)
    if sort in ORDERED:
        values = [getattr(Case.objects.get(pk=key), ORDERED[sort]) for key in keys]
        assert values == sorted(values, reverse=True)
    back = board(user, f"sort:{sort}", before=found.before)
    assert shown(back) == pages[1]


@pytest.mark.parametrize(
    "mark", ["zzz", "1~", "~5", "NaN~5", "1~-4", "1e999999~5", "2026-01-01~5", "5~99999999999999999999"]
)
@pytest.mark.parametrize("sort", ["risk", "age"])
def test_a_damaged_page_mark_shows_the_first_page_and_says_so(group: Group, mark: str, sort: str):
    case = group.case(1)
    found = board(person(Role.PLANNER), f"sort:{sort}", after=mark)
    assert (shown(found), found.damaged) == ([case.pk], True)


def test_an_order_line_that_several_cases_threaten_counts_once(group: Group):
    first, second = group.case(1, severity="high"), group.case(2, severity="low")
    impact = second.impact | {"chain": [*second.impact["chain"], *first.impact["chain"]]}
    Case.objects.filter(pk=second.pk).update(impact=impact, money=first.money + second.money)
    user = person(Role.PLANNER)
    assert board(user).money == first.money + second.money
    assert board(user, "severity:low").money == first.money + second.money
    assert board(user, "severity:high").money == first.money


def test_money_that_no_order_line_carries_counts_too(group: Group):
    one = group.case(1)
    bill = group.case(2, impact={"chain": []}, money=Decimal("18950.00"))
    assert board(person(Role.PLANNER)).money == one.money + bill.money


def test_facets_count_what_each_choice_would_show(group: Group):
    group.case(1, severity="high", domain="procure")
    group.case(2, severity="high", domain="quality")
    group.case(3, severity="low", domain="quality")
    found = board(person(Role.PLANNER), "severity:high")
    assert choice(found, "severity", "low").count == 1
    assert choice(found, "severity", "high").count == 2
    assert choice(found, "domain", "quality").count == 1
    assert found.total == 2


def test_a_choice_leads_to_as_many_cases_as_it_says(group: Group):
    user = person(Role.PLANNER)
    fill(group, 40)
    for start in ("", "severity:high", "domain:quality owner:none", "state:acknowledged"):
        for facet in board(user, start).facets:
            for one in facet.choices:
                if one.count is not None and not one.chosen:
                    text = parse_qs(urlsplit(one.url).query).get("q", [""])[0]
                    assert board(user, text).total == one.count, (start, facet.key, one.value)


def test_mine_unowned_and_a_colleagues_are_told_apart(group: Group):
    me, colleague = person(Role.PLANNER), person(Role.PLANNER, username="bo")
    mine, theirs, nobodys = group.case(1, owner=me), group.case(2, owner=colleague), group.case(3)
    assert shown(board(me, "owner:me")) == [mine.pk]
    assert shown(board(me, "owner:bo")) == [theirs.pk]
    assert shown(board(me, "owner:none")) == [nobodys.pk]
    assert board(me, "owner:bo").total == 1
    assert (choice(board(me), "owner", "me").count, choice(board(me), "owner", "none").count) == (1, 1)


def test_snoozed_and_ended_cases_are_apart_from_the_open_ones(group: Group):
    soon = timezone.now() + timedelta(hours=1)
    opened, snoozed = group.case(1), group.case(2, state=CaseState.SNOOZED, snoozed_until=soon)
    ended = group.case(3, state=CaseState.RESOLVED, ended_at=timezone.now())
    user = person(Role.PLANNER)
    assert shown(board(user)) == [opened.pk]
    assert shown(board(user, "is:snoozed")) == [snoozed.pk]
    assert shown(board(user, "is:ended")) == [ended.pk]
    assert board(user, "is:all").total == 3


def test_limits_bound_what_is_shown(group: Group):
    old = group.case(1, money=Decimal(500), opened_at=timezone.now() - timedelta(days=9))
    group.case(2, money=Decimal(50), opened_at=timezone.now())
    user = person(Role.PLANNER)
    assert shown(board(user, "money>100")) == [old.pk]
    assert shown(board(user, "age>1w")) == [old.pk]


def test_the_page_says_where_the_stream_stood_before_it_was_read(group: Group):
    fill(group, 5)
    found = board(person(Role.PLANNER))
    assert set(found.numbers.values()) == {0}
    assert found.script["numbers"] == found.numbers


def test_the_whole_page_takes_at_most_twelve_queries(group: Group, client: Client, django_assert_max_num_queries: Any):
    user = person(Role.PLANT_MANAGER)
    fill(group, PAGE + 5)
    client.force_login(user)
    with django_assert_max_num_queries(12):
        assert client.get("/?q=sort:money").status_code == 200
