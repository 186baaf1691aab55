"""Every message of the socket × roles × companies × plants: a page is told what its person could fetch, and no more.

The kinds of messages are read from the sources of both ends: a new one fails until it is walked here.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from apps.accounts.roles import Permission
from apps.exceptions import stream
from apps.exceptions.models import Case
from apps.notifications.inbox import bell, unread
from apps.notifications.messages import tell
from controltower import hub, live
from controltower.hub import MARK_EVERY
from controltower.live import SIGNED_OUT
from tests.everyone import Person, World
from tests.integration.live import open_socket
from tests.servers import Tower

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATIENCE = 60.0
FIELDS: dict[str, set[str]] = {
    "hello": {"channels", "bell"},
    "card": {"channel", "number", "case", "version", "facets", "html"},
    "caught_up": {"channels"},
    "mark": {"mark"},
    "told": {"bell"},
    "error": {"message"},
    "reload": set(),
    "bye": {"reason"},
}
"""What each kind says besides its type."""


class Listener:
    """One person's open page and everything that it was ever told."""

    def __init__(self, person: Person, socket: ClientConnection) -> None:
        self.person, self.socket = person, socket
        self.heard: list[dict[str, Any]] = []

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def until(self, kind: str) -> list[dict[str, Any]]:
        """What comes up to the first message of a kind, with that one."""
        come: list[dict[str, Any]] = []
        while not come or come[-1]["type"] != kind:
            come.append(json.loads(self.socket.recv(timeout=PATIENCE)))
            if come[-1]["type"] == "mark":
                self.say(type="ack", mark=come[-1]["mark"])
        self.heard += come
        return come


class Walk:
    """Everybody's page, opened in a group with a case in each place."""

    def __init__(self, world: World, pages: list[Listener]) -> None:
        self.world, self.pages = world, pages
        self.keys = {
            label: stream.channel_key(one.connection_id, one.company_id, one.plant_id, one.domain)
            for label, one in world.cases.items()
        }

    def seen(self, page: Listener) -> set[str]:
        """The places whose cases this person may see."""
        return {label for label, place in self.world.things.items() if page.person.may(Permission.SEE_CASES, place)}

    def cases(self, page: Listener) -> set[int]:
        return {self.world.cases[label].pk for label in self.seen(page)}

    def channels(self, page: Listener) -> set[str]:
        return {self.keys[label] for label in self.seen(page)}


@pytest.fixture
def walk(tower: Tower) -> Iterator[Walk]:
    world = World()
    stream.announce_all(world.cases.values())
    stream.publish_pending()
    with ExitStack() as held:
        pages = [Listener(one, open_socket(held, tower, one.client.cookies["sessionid"].value)) for one in world.people]
        yield Walk(world, pages)


def cards(messages: list[dict[str, Any]]) -> set[int]:
    return {one["case"] for one in messages if one["type"] == "card"}


def test_every_message_tells_a_person_what_they_may_see_and_nothing_else(walk: Walk) -> None:
    greetings_name_the_channels_of_the_person(walk)
    what_was_missed_is_what_may_be_seen(walk)
    changes_reach_those_who_may_see_them(walk)
    nonsense_is_answered_alike(walk)
    the_bell_rings_for_its_person(walk)
    who_loses_every_grant_hears_of_nothing(walk)
    who_is_deactivated_is_shown_out(walk)
    for page in walk.pages:
        for message in page.heard:
            assert set(message) - {"type"} == FIELDS[message["type"]], message
    assert {message["type"] for page in walk.pages for message in page.heard} == set(FIELDS)


def test_every_kind_of_message_is_walked() -> None:
    sources = inspect.getsource(live) + inspect.getsource(hub)
    said = set(re.findall(r'_say\(\s*"(\w+)"', sources)) | set(re.findall(r'"type\W+(card|mark|caught_up)\b', sources))
    others = set(re.findall(r'"type": "(\w+)"', sources)) | set(re.findall(r'\{"type":"(\w+)"', sources))
    assert said | others == set(FIELDS)
    understood = set(re.findall(r'"type"\)? == "(\w+)"', inspect.getsource(live)))
    assert understood == {"catch_up", "ack"}


def greetings_name_the_channels_of_the_person(walk: Walk) -> None:
    for page in walk.pages:
        [hello] = page.until("hello")
        assert set(hello["channels"]) == walk.channels(page), page.person.label
        assert hello["bell"] == bell(page.person.user), page.person.label


def what_was_missed_is_what_may_be_seen(walk: Walk) -> None:
    """Asked so often that a mark comes by; nobody is told of a channel by naming it."""
    for _ in range(MARK_EVERY // len(walk.world.cases) + 1):
        for page in walk.pages:
            page.say(type="catch_up", channels=dict.fromkeys(walk.keys.values(), 0))
        for page in walk.pages:
            told = page.until("caught_up")
            assert cards(told) == walk.cases(page), page.person.label
            assert set(told[-1]["channels"]) == walk.channels(page), page.person.label


def changes_reach_those_who_may_see_them(walk: Walk) -> None:
    """Each change comes by itself to whom it concerns; what is asked for afterwards brings no more than that."""
    for case in walk.world.cases.values():
        with transaction.atomic():
            Case.objects.filter(pk=case.pk).update(version=2)
            case.refresh_from_db()
            stream.announce(case)
    for page in walk.pages:
        wanted, told = walk.cases(page), set[int]()
        while told < wanted:
            told |= cards(page.until("card"))
        page.say(type="catch_up", channels={})
        assert told | cards(page.until("caught_up")) == wanted, page.person.label


def nonsense_is_answered_alike(walk: Walk) -> None:
    for page in walk.pages:
        page.say(type="give_me", channels=walk.keys)
    assert len({page.until("error")[-1]["message"] for page in walk.pages}) == 1


def the_bell_rings_for_its_person(walk: Walk) -> None:
    waiting = {page.person.label: unread(page.person.user) for page in walk.pages}
    for page in walk.pages:
        tell(page.person.user, "case.assigned", about=page.person.user, text=page.person.label, url="/me/")
    for page in walk.pages:
        label, rung = page.person.label, page.until("told")[-1]["bell"]
        assert (rung["unread"], rung["newest"]["text"]) == (waiting[label] + 1, label)


def who_loses_every_grant_hears_of_nothing(walk: Walk) -> None:
    for page in walk.pages:
        page.person.user.grants.all().delete()
    for page in walk.pages:
        if walk.seen(page):
            page.until("reload")
    stream.announce_all(walk.world.cases.values())
    stream.publish_pending()
    for page in walk.pages:
        page.say(type="catch_up", channels=dict.fromkeys(walk.keys.values(), 0))
        told = page.until("caught_up")
        assert cards(told) == set(), page.person.label
        assert told[-1]["channels"] == {}, page.person.label


def who_is_deactivated_is_shown_out(walk: Walk) -> None:
    for page in walk.pages:
        user = page.person.user
        user.is_active = False
        user.save(update_fields=["is_active"])
    stream.announce_all(walk.world.cases.values())
    stream.publish_pending()
    for page in walk.pages:
        with pytest.raises(ConnectionClosed) as end:
            while True:
                assert cards(page.until("bye")) == set(), page.person.label
        assert end.value.rcvd and end.value.rcvd.code == SIGNED_OUT, "a bye that is overtaken by the end says the same"
