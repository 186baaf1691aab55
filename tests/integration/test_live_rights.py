"""A socket lives no longer than its session and sees no more than its person may, announced or not."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from websockets.exceptions import ConnectionClosed

from apps.accounts.models import Grant, User
from apps.exceptions import stream
from controltower.hub import WINDOW
from tests.integration.live import Group, Page, case_in, change, open_socket, person, session_cookie, two_companies
from tests.servers import Tower

pytestmark = pytest.mark.django_db(transaction=True)
QUIET = 0.8


@pytest.fixture
def group() -> Group:
    return two_companies()


@pytest.fixture
def lyon(group: Group) -> User:
    return person("lyon", group[1])


@pytest.fixture(scope="module")
def brisk(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Tower]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        server = Tower("tests.integration.brisk:application").start()
    yield server
    server.stop()


@contextmanager
def opened(tower: Tower, cookie: str) -> Iterator[Page]:
    page = Page(tower, cookie)
    page.open()
    yield page
    page.close()


@contextmanager
def busy(case_id: int) -> Iterator[None]:
    """Changes a case ten times a second."""
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.wait(0.1):
                change(case_id)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def seconds_to_bye(page: Page, patience: float) -> float:
    """How long it takes until the page is shown out."""
    began = time.monotonic()
    with pytest.raises(ConnectionClosed) as closed:
        while time.monotonic() - began < patience:
            page.read(QUIET)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4403
    assert page.received[-1] == {"type": "bye", "reason": "signed_out"}
    return time.monotonic() - began


def sign_out(cookie: str) -> None:
    client = Client()
    client.cookies["sessionid"] = cookie
    assert client.post("/sign-out/").status_code == 302


def test_signing_out_shows_every_page_of_the_session_out_and_no_other(tower: Tower, group: Group, lyon: User) -> None:
    cookie, elsewhere = session_cookie(lyon), session_cookie(lyon)
    with opened(tower, cookie) as first, opened(tower, cookie) as second, opened(tower, elsewhere) as phone:
        sign_out(cookie)
        assert seconds_to_bye(first, 10) < 2
        assert seconds_to_bye(second, 10) < 2
        case = case_in(group, group[1], "1")
        change(case.id)
        phone.read(QUIET)
        assert phone.versions == {case.id: 2}


def test_a_page_hears_nothing_after_its_person_has_signed_out(tower: Tower, group: Group, lyon: User) -> None:
    case, cookie = case_in(group, group[1], "1"), session_cookie(lyon)
    with opened(tower, cookie) as page:
        sign_out(cookie)
        time.sleep(1)
        change(case.id)
        with pytest.raises(ConnectionClosed):
            page.read(QUIET)
        assert page.versions == {}


def test_a_session_that_expires_ends_its_page_on_a_busy_board(brisk: Tower, group: Group, lyon: User) -> None:
    case, cookie = case_in(group, group[1], "1"), session_cookie(lyon)
    with opened(brisk, cookie) as page, busy(case.id):
        page.read(0.05)
        Session.objects.filter(session_key=cookie).update(expire_date=timezone.now() - timedelta(seconds=1))
        assert seconds_to_bye(page, 10) < 5
    assert page.versions[case.id] > 1


def test_a_grant_lost_without_a_word_is_noticed_on_a_busy_board(brisk: Tower, group: Group, lyon: User) -> None:
    case = case_in(group, group[1], "1")
    with opened(brisk, session_cookie(lyon)) as page, busy(case.id):
        page.read(0.05)
        withdraw_silently(lyon)
        deadline = time.monotonic() + 10
        while not page.reloads and time.monotonic() < deadline:
            page.read(0.05)
        assert page.reloads == 1
        seen = page.versions[case.id]
        page.read(QUIET)
        assert page.versions[case.id] == seen


def test_a_grant_lost_without_a_word_counts_for_what_was_missed(tower: Tower, group: Group, lyon: User) -> None:
    case = case_in(group, group[1], "1")
    change(case.id)
    with opened(tower, session_cookie(lyon)) as page:
        withdraw_silently(lyon)
        ask(page, {})
        page.read(QUIET)
        assert [message["type"] for message in page.received] == ["reload"]


def test_a_session_that_ended_without_a_word_is_told_nothing_it_missed(tower: Tower, group: Group, lyon: User) -> None:
    case, cookie = case_in(group, group[1], "1"), session_cookie(lyon)
    change(case.id)
    with opened(tower, cookie) as page:
        Session.objects.filter(session_key=cookie).update(expire_date=timezone.now() - timedelta(seconds=1))
        ask(page, {})
        assert seconds_to_bye(page, 10) < 2
        assert page.versions == {}


def withdraw_silently(user: User) -> None:
    """Take every grant away in a way that nobody announces."""
    Grant.objects.filter(user=user).update(ends_at=timezone.now() - timedelta(hours=1))


def ask(page: Page, numbers: dict[str, int]) -> None:
    assert page.socket is not None
    page.socket.send(json.dumps({"type": "catch_up", "channels": numbers}))


def test_a_flood_of_wishes_is_met_a_few_times_only(tower: Tower, group: Group, lyon: User) -> None:
    cases = [case_in(group, group[1], str(n)) for n in range(30)]
    for case in cases:
        change(case.id)
    with opened(tower, session_cookie(lyon)) as page:
        began = time.monotonic()
        for _ in range(1500):
            ask(page, {})
        page.read(2)
        rounds = (time.monotonic() - began) + 2
    cards = [message for message in page.received if message["type"] == "card"]
    assert page.versions == {case.id: 2 for case in cases}
    assert page.received[-1]["type"] == "caught_up"
    assert len(cards) <= rounds * len(cases)


def test_wishes_become_one_that_reaches_back_to_the_lowest_numbers(tower: Tower, group: Group, lyon: User) -> None:
    first, second = case_in(group, group[1], "1"), case_in(group, group[1], "2")
    for case in (first, second):
        change(case.id)
    key = stream.channel_key(group[0].id, group[1], None, "procure")
    with opened(tower, session_cookie(lyon)) as page:
        for last in (2, 0, 1, 2):
            ask(page, {key: last})
        page.read(2)
    assert page.versions == {first.id: 2, second.id: 2}
    assert page.numbers == {key: 2}


def test_a_reader_who_never_answers_is_sent_no_more_than_a_window(tower: Tower, group: Group, lyon: User) -> None:
    cases = [case_in(group, group[1], str(n)) for n in range(WINDOW + 30)]
    for case in cases:
        change(case.id)
    with ExitStack() as held:
        socket = open_socket(held, tower, session_cookie(lyon))
        for _ in range(3):
            socket.send(json.dumps({"type": "catch_up", "channels": {}}))
            time.sleep(1.1)
        heard = []
        with contextlib.suppress(TimeoutError):
            while True:
                heard.append(json.loads(socket.recv(timeout=QUIET)))
        kinds = [message["type"] for message in heard]
        assert kinds.count("card") == WINDOW
        assert "caught_up" not in kinds
        socket.send(json.dumps({"type": "ack", "mark": WINDOW}))
        while heard[-1]["type"] != "caught_up":
            heard.append(json.loads(socket.recv(timeout=5)))
            if heard[-1]["type"] == "mark":
                socket.send(json.dumps({"type": "ack", "mark": heard[-1]["mark"]}))
        assert {message["case"] for message in heard if message["type"] == "card"} == {case.id for case in cases}
