"""The board of a tower that is new: whoever administers it is told what to do first, and where."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.accounts import grants
from apps.accounts.models import User
from apps.accounts.roles import Role
from tests import people
from tests.boards import Group

pytestmark = pytest.mark.django_db


def board(client: Client, user: User) -> str:
    client.force_login(user)
    return client.get("/").content.decode()


def steps(text: str) -> list[tuple[str, bool]]:
    """Where each step leads, and whether it counts as done."""
    listed = re.search(r'<ol class="first-steps">.*?</ol>', text, re.DOTALL)
    found = re.findall(r'<li( data-done)?><a href="([^"]+)"', listed[0] if listed else "")
    return [(url, bool(done)) for done, url in found]


def test_the_first_administrator_is_led_from_the_empty_board(client: Client) -> None:
    first = people.administrator()
    text = board(client, first)
    assert "ask an administrator" not in text
    expected = ["/settings/connections/new/", "/people/new/", "/people/"]
    assert steps(text) == [(url, False) for url in expected]
    for url in expected:
        assert client.get(url).status_code == 200, url


def test_what_is_done_counts_as_done(client: Client) -> None:
    group, first = Group(), people.administrator()
    assert [done for _url, done in steps(board(client, first))] == [True, False, False]
    people.person(Role.BUYER)
    assert [done for _url, done in steps(board(client, first))] == [True, True, False]
    second = people.administrator()
    assert [done for _url, done in steps(board(client, first))] == [True, True, True]
    grants.give(first, Role.CONTROLLER, by=second)
    assert not steps(board(client, first)), "who sees cases needs no first steps"
    assert group.connection.pk


def test_others_without_cases_are_sent_to_an_administrator(client: Client) -> None:
    assert "ask an administrator for a role" in board(client, people.nobody())
