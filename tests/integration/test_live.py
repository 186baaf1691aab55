"""The live socket: who hears what, in which order, and what happens when things break."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed, InvalidStatus

from apps.accounts.models import User
from apps.exceptions import stream
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case, Channel, Event
from controltower.hub import WINDOW
from tests.integration.live import Group, Page, case_in, change, open_socket, person, session_cookie, two_companies
from tests.servers import Tower

pytestmark = pytest.mark.django_db(transaction=True)
QUIET = 0.8


@pytest.fixture
def group() -> Group:
    return two_companies()


@pytest.fixture
def lyon_page(tower: Tower, group: Group) -> Iterator[Page]:
    page = Page(tower, session_cookie(person("lyon", group[1])))
    page.open()
    yield page
    page.close()


def test_a_change_reaches_those_who_may_see_it_and_nobody_else(tower, group, lyon_page):
    stranger = Page(tower, session_cookie(person("stranger", group[2])))
    nobody = Page(tower, session_cookie(person("nobody")))
    for page in (stranger, nobody):
        assert page.open()["channels"] == {}
    ours, theirs = case_in(group, group[1], "1"), case_in(group, group[2], "2")
    groupwide = case_in(group, None, "3")
    for case in (ours, theirs, groupwide):
        change(case.id)
    lyon_page.read(QUIET), stranger.read(QUIET), nobody.read(QUIET)
    assert lyon_page.versions == {ours.id: 2}
    assert stranger.versions == {theirs.id: 2}
    assert nobody.versions == {}
    assert "Late line 1" in lyon_page.received[-1]["html"]
    stranger.close(), nobody.close()


def test_a_socket_needs_a_session_and_the_right_origin(tower, group):
    with ExitStack() as held, pytest.raises(InvalidStatus) as refused:
        open_socket(held, tower, None)
    assert refused.value.response.status_code == 403
    cookie = session_cookie(person("lyon", group[1]))
    with ExitStack() as held, pytest.raises(InvalidStatus):
        open_socket(held, tower, cookie, origin="http://elsewhere.example")


def test_numbers_are_dense_per_channel_under_overlapping_transactions(group):
    cases = [case_in(group, group[1 + n % 2], str(n)) for n in range(6)]

    def work(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(8):
                change(rng.choice(cases).id, pause=rng.random() / 50)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    for channel in Channel.objects.all():
        given = sorted(channel.events.values_list("number", flat=True))
        assert given == list(range(1, channel.last_number + 1))
    assert not Event.objects.filter(published_at=None).exists()


def test_every_page_ends_like_a_fresh_one_through_overlaps_and_reconnects(tower, group):
    cases = [case_in(group, group[1], str(n)) for n in range(5)]
    pages = [Page(tower, session_cookie(person(f"p{n}", group[1]))) for n in range(4)]
    for page in pages:
        page.open()

    def work(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(15):
                change(rng.choice(cases).id, pause=rng.random() / 30)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    [one.start() for one in threads]
    for page in pages[:2]:
        page.read(0.05)
        page.close()
        time.sleep(0.2)
        page.open()
    [one.join() for one in threads]
    fresh = dict(Case.objects.values_list("id", "version"))
    for page in pages:
        page.read(QUIET)
        changed = {key: version for key, version in fresh.items() if version > 1}
        assert {key: page.versions.get(key) for key in changed} == changed
        page.close()


def test_what_a_killed_publisher_left_behind_is_published_by_the_next(tower, group, lyon_page):
    case = case_in(group, group[1], "1")
    with patch("apps.exceptions.stream._send", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        change(case.id)
    assert Event.objects.filter(published_at=None, number__isnull=False).count() == 1
    stream.publish_pending()
    lyon_page.read(QUIET)
    assert lyon_page.versions == {case.id: 2}


def test_what_the_broker_lost_is_found_by_number(tower, group, lyon_page):
    case = case_in(group, group[1], "1")
    with patch("apps.exceptions.stream._send"):
        change(case.id)
    other = case_in(group, group[1], "2")
    change(other.id)
    lyon_page.read(QUIET)
    assert lyon_page.versions == {case.id: 2, other.id: 2}


def test_too_much_missed_asks_for_a_reload(tower, group, lyon_page):
    case = case_in(group, group[1], "1")
    lyon_page.close()
    channel = Channel.objects.create(
        key=stream.channel_key(group[0].id, group[1], None, "procure"),
        connection=group[0],
        company=group[1],
        domain="procure",
        last_number=stream.MOST_MISSED + 1,
    )
    lyon_page.numbers = {channel.key: 0}
    lyon_page.open()
    lyon_page.read(QUIET)
    assert lyon_page.reloads == 1
    assert case.id not in lyon_page.versions


def test_the_first_page_after_a_quiet_night_has_missed_nothing(tower, group, lyon_page):
    """What changed while nobody listened is on the page that is opened now: it is not to be read anew."""
    case = case_in(group, group[1], "1")
    change(case.id)
    lyon_page.read(QUIET)
    assert lyon_page.numbers
    lyon_page.close()
    time.sleep(QUIET)
    Channel.objects.update(last_number=stream.MOST_MISSED + 10)
    fresh = Page(tower, session_cookie(person("early", group[1])))
    fresh.open()
    assert fresh.read(3 + QUIET) == []
    change(case.id)
    fresh.read(QUIET)
    assert fresh.versions == {case.id: 3}
    assert fresh.reloads == 0
    fresh.close()


def test_a_case_that_ends_leaves_with_an_empty_card(group, lyon_page):
    case = case_in(group, group[1], "1")
    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=CaseState.RESOLVED, ended_at="2026-01-01T00:00Z", version=2)
        case.refresh_from_db()
        stream.announce(case)
    lyon_page.read(QUIET)
    assert lyon_page.received[-1]["html"] == ""
    assert lyon_page.states == {case.id: CaseState.RESOLVED}


def test_a_case_that_moves_to_another_plant_leaves_the_channel_it_was_in(group, lyon_page):
    case = case_in(group, group[1], "1")
    change(case.id)
    lyon_page.read(QUIET)
    with transaction.atomic():
        case.refresh_from_db()
        case.company_id, case.version = group[2], 3
        case.save(update_fields=["company", "version"])
        stream.announce(case)
        stream.announce_departure(case, company=group[1], plant=None)
    lyon_page.read(QUIET)
    assert lyon_page.received[-1]["html"] == ""
    assert not any("· 3" in message.get("html", "") for message in lyon_page.received)


def test_a_grant_that_ends_closes_the_channels_at_once(group, lyon_page):
    from asgiref.sync import async_to_sync
    from channels.layers import get_channel_layer

    user = User.objects.get(username="lyon")
    user.grants.all().delete()
    async_to_sync(get_channel_layer().group_send)("people", {"type": "grants.changed", "user": user.pk})
    lyon_page.read(QUIET)
    assert lyon_page.reloads == 1
    case = case_in(group, group[1], "1")
    change(case.id)
    lyon_page.read(QUIET)
    assert lyon_page.versions == {}


def test_a_person_who_is_deactivated_is_shown_out(group, lyon_page):
    from asgiref.sync import async_to_sync
    from channels.layers import get_channel_layer

    user = User.objects.get(username="lyon")
    User.objects.filter(pk=user.pk).update(is_active=False)
    async_to_sync(get_channel_layer().group_send)("people", {"type": "grants.changed", "user": user.pk})
    with pytest.raises(ConnectionClosed):
        lyon_page.read(3)
    assert lyon_page.received[-1] == {"type": "bye", "reason": "signed_out"}


RUBBISH = ["", "null", "[]", "{", '"x"', '{"type":"catch_up"}', '{"type":"catch_up","channels":{"a":-1}}', "[" * 50_000]


@pytest.mark.parametrize("text", [*RUBBISH, '{"type":"ack","mark":true}', "x" * 70_000, b"\x00\xff"])
def test_rubbish_on_the_socket_is_answered_and_the_socket_lives(group, lyon_page, text):
    assert lyon_page.socket is not None
    lyon_page.socket.send(text)
    assert json.loads(lyon_page.socket.recv(timeout=10))["type"] == "error"
    case = case_in(group, group[1], "1")
    change(case.id)
    lyon_page.read(QUIET)
    assert lyon_page.versions == {case.id: 2}


def test_endless_rubbish_ends_the_socket(lyon_page):
    assert lyon_page.socket is not None
    for _ in range(10):
        lyon_page.socket.send("rubbish")
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            lyon_page.socket.recv(timeout=10)
    assert closed.value.rcvd.code == 4400


def test_a_slow_reader_gets_the_newest_version_of_each_card(group, lyon_page):
    case = case_in(group, group[1], "1")
    for _ in range(150):
        change(case.id)
    lyon_page.read(QUIET)
    cards = [message for message in lyon_page.received if message["type"] == "card"]
    assert lyon_page.versions == {case.id: 151}
    assert len(cards) <= WINDOW + 2
