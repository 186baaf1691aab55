"""No card is lost between a commit and the sockets: publishers that meet, fail, are cut off or die, and no worker."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from apps.exceptions import stream
from apps.exceptions.models import Case, Event
from controltower.hub import CHECK_SECONDS
from tests.integration.live import Group, Page, case_in, change, person, session_cookie, two_companies
from tests.servers import Tower

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "t" * 32
QUIET = 0.8
SWEPT = CHECK_SECONDS * 2 + QUIET


@pytest.fixture
def group() -> Group:
    return two_companies()


@pytest.fixture
def cookie(group: Group) -> str:
    return session_cookie(person("lyon", group[1]))


@pytest.fixture
def page(tower: Tower, cookie: str) -> Iterator[Page]:
    one = Page(tower, cookie)
    one.open()
    yield one
    one.close()


def elsewhere(work: Callable[..., None], *arguments: Any) -> threading.Thread:
    """Runs it in a thread with a database connection of its own."""

    def run() -> None:
        try:
            work(*arguments)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def unsent() -> int:
    return Event.objects.filter(published_at=None).count()


def test_whoever_finds_the_lock_taken_leaves_at_once_and_the_holder_sends_their_card(group, page):
    ours, theirs = case_in(group, group[1], "1"), case_in(group, group[1], "2")
    sending, go_on, send = threading.Event(), threading.Event(), stream._send

    def slowly(cards: list[stream.Card]) -> None:
        sending.set()
        assert go_on.wait(20)
        send(cards)

    with patch("apps.exceptions.stream._send", slowly):
        holder = elsewhere(change, ours.id)
        assert sending.wait(20)
        other = elsewhere(change, theirs.id)
        other.join(20)
        left = not other.is_alive()
        go_on.set()
        holder.join(20), other.join(20)
    assert left
    assert unsent() == 0
    page.read(QUIET)
    assert page.versions == {ours.id: 2, theirs.id: 2}


def test_what_is_committed_between_the_last_look_and_the_letting_go_is_sent(group, page):
    ours, theirs = case_in(group, group[1], "1"), case_in(group, group[1], "2")
    number, late = stream._number, []

    def looked() -> tuple[list[stream.Card], list[int]]:
        found = number()
        if not found[1] and not late:
            late.append(elsewhere(change, theirs.id))
            late[0].join(20)
            assert not late[0].is_alive()
        return found

    with patch("apps.exceptions.stream._number", looked):
        change(ours.id)
    assert late
    assert unsent() == 0
    page.read(QUIET)
    assert page.versions == {ours.id: 2, theirs.id: 2}


def test_a_change_that_commits_after_a_later_one_was_sent_but_not_marked_is_not_swallowed(group, page):
    case = case_in(group, group[1], "1")
    change(case.id)
    announced, go_on = threading.Event(), threading.Event()

    def slow_change() -> None:
        with transaction.atomic():
            stream.announce(case)
            announced.set()
            assert go_on.wait(20)
            Case.objects.filter(pk=case.pk).update(version=4)

    slow, send = elsewhere(slow_change), stream._send
    assert announced.wait(20)

    def sent_and_killed(cards: list[stream.Card]) -> None:
        send(cards)
        raise KeyboardInterrupt

    with patch("apps.exceptions.stream._send", sent_and_killed), pytest.raises(KeyboardInterrupt):
        change(case.id)
    page.read(QUIET)
    assert page.versions == {case.id: 3}
    go_on.set()
    slow.join(20)
    page.read(QUIET)
    assert page.versions == {case.id: 4}


def test_without_a_worker_the_process_that_serves_the_page_sends_what_was_left_behind(group, page):
    case = case_in(group, group[1], "1")
    with patch("apps.exceptions.stream._number", side_effect=DatabaseError("the server closed the connection")):
        change(case.id)
    assert Event.objects.get().number is None
    page.read(SWEPT)
    assert page.versions == {case.id: 2}
    assert unsent() == 0


class Layer:
    """The real channel layer, which sends only when told to."""

    def __init__(self) -> None:
        self.sending, self.go_on = threading.Event(), asyncio.Event()

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.sending.set()
        await self.go_on.wait()
        await get_channel_layer().group_send(group, message)


def test_a_reader_who_hangs_up_does_not_take_the_cards_of_others_along(group, page):
    case = case_in(group, group[1], "1")

    def serve() -> None:
        try:
            change(case.id)
        finally:
            connection.close()

    async def cut_off() -> None:
        layer = Layer()
        with patch("apps.exceptions.stream.get_channel_layer", lambda: layer):
            request = asyncio.create_task(sync_to_async(serve, thread_sensitive=False)())
            assert await asyncio.to_thread(layer.sending.wait, 20)
            request.cancel()
            await asyncio.sleep(0.1)
            layer.go_on.set()
            with contextlib.suppress(asyncio.CancelledError):
                await request

    asyncio.run(cut_off())
    assert unsent() == 0
    page.read(QUIET)
    assert page.versions == {case.id: 2}


def test_a_channel_layer_that_hangs_keeps_the_lock_from_nobody_and_its_cards_are_found_by_number(group, page):
    case = case_in(group, group[1], "1")
    hanging = Layer()
    with (
        patch("apps.exceptions.stream.get_channel_layer", lambda: hanging),
        patch("apps.exceptions.stream.SEND_SECONDS", 0.2),
        pytest.raises(TimeoutError),
    ):
        with patch("apps.exceptions.stream._publish_after_commit"):
            change(case.id)
        stream.publish_pending()
    page.read(SWEPT)
    assert page.versions == {case.id: 2}


def acknowledge(tower: Tower, cookie: str, case: Case, hang_up: bool) -> None:
    """A click on Acknowledge, by a reader who may not wait for the answer."""
    link = HTTPConnection(urlsplit(tower.url).netloc, timeout=60)
    body = urlencode({"version": case.version, "csrfmiddlewaretoken": TOKEN})
    headers = {
        "Cookie": f"sessionid={cookie}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    link.request("POST", f"/cases/{case.pk}/acknowledge/", body, headers)
    if not hang_up:
        assert link.getresponse().status == 302
    link.close()


def test_thirty_cases_acknowledged_at_once_all_reach_the_page_without_a_worker(tower, group, cookie, page):
    cases = [case_in(group, group[1], str(n)) for n in range(30)]
    with ThreadPoolExecutor(len(cases)) as clicks:
        answers = [clicks.submit(acknowledge, tower, cookie, case, n % 5 == 0) for n, case in enumerate(cases)]
    [answer.result() for answer in answers]
    page.read(SWEPT)
    stored = dict(Case.objects.filter(version__gt=1).values_list("pk", "version"))
    assert len(stored) >= 24
    assert page.versions == stored
    assert unsent() == 0


def test_two_towers_on_one_redis_do_not_hear_each_other():
    layer = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    assert layer["prefix"].endswith(urlsplit(layer["hosts"][0]["address"]).path)
    assert urlsplit(layer["hosts"][0]["address"]).path.strip("/").isdigit()
