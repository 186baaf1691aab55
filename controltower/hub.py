"""One subscription per server process, fanned out to its own sockets.

A group message per socket costs the channel layer ten times what a local fan-out does (docs/adr); this is the only
piece of that kind that is ours. What was missed on the way (a lost subscription, a restarted broker) is found by
number and read again from the database, once per process. What a publisher left behind unsent is sent by any process
with an open socket: where somebody listens, somebody sweeps, with or without a worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from apps.exceptions import stream
from apps.notifications import inbox
from controltower.lib.scope import Scope

PEOPLE = "people"
CAUGHT_UP = ("", 0)
WINDOW = 64
MARK_EVERY = 32
CHECK_SECONDS = 2.0
logger = logging.getLogger(__name__)


class Frame:
    """A card encoded once per language, shared by every socket that gets it."""

    __slots__ = ("_texts", "card")

    def __init__(self, card: stream.Card) -> None:
        self.card = card
        self._texts: dict[str, str] = {}

    def text(self, language: str) -> str:
        if language not in self._texts:
            shown = {**self.card, "type": "card", "html": self.card["html"].get(language, "")}
            del shown["company"], shown["plant"]
            self._texts[language] = json.dumps(shown, separators=(",", ":"))
        return self._texts[language]


class Outlet:
    """One socket's side of the hub: what it may see, and what waits for it.

    At most ``WINDOW`` cards are on the way unanswered; beyond that a newer card of a case replaces the older one, so a
    slow reader gets the latest state and costs a bounded amount of memory. ``session`` is the trace of the session it
    belongs to; with that it ends. What the reader has missed takes the same way as everything else. A page without
    cards has its bell alone.
    """

    def __init__(self, user: int, scope: Scope, language: str, *, session: str = "", cards: bool = True) -> None:
        self.user, self.scope, self.language, self.session = user, scope, language, session
        self.takes_cards, self.rung = cards, False
        self.waiting: dict[tuple[str, int], Frame | str] = {}
        self.wake, self.asking = asyncio.Event(), asyncio.Event()
        self.asked: dict[str, int] = {}
        self.sent = self.answered = 0
        self.recheck = self.lost = self.ended = False

    def offer(self, frame: Frame) -> None:
        """Let a card wait for its turn, unless one that is as new waits already."""
        card = frame.card
        if not self.takes_cards or not self.scope.covers(card["company"], card["plant"]):
            return
        place = (card["channel"], card["case"])
        former = self.waiting.get(place)
        if isinstance(former, Frame) and former.card["number"] >= card["number"]:
            return
        self.waiting.pop(place, None)
        self.waiting[place] = frame
        self.wake.set()

    def ask(self, seen: dict[str, int]) -> None:
        """Want everything after these numbers. Wishes that wait for their turn become one: the lowest numbers count."""
        if self.asking.is_set():
            seen = {key: min(last, self.asked[key]) for key, last in seen.items() if key in self.asked}
        self.asked = seen
        self.asking.set()

    async def wish(self) -> dict[str, int]:
        """The numbers after which everything is wanted, once it is."""
        await self.asking.wait()
        self.asking.clear()
        return self.asked

    def make_good(self, cards: list[stream.Card] | None, numbers: dict[str, int]) -> None:
        """Let what was missed wait, and behind it the word to which numbers it leads; None asks for a reload."""
        if cards is None:
            self.lose()
            return
        for card in cards:
            self.offer(Frame(card))
        self.waiting.pop(CAUGHT_UP, None)
        self.waiting[CAUGHT_UP] = json.dumps({"type": "caught_up", "channels": numbers}, separators=(",", ":"))
        self.wake.set()

    def lose(self) -> None:
        """Ask for a reload instead of everything that waits."""
        self.waiting.clear()
        self.lost = True
        self.wake.set()

    def ring(self) -> None:
        """Something waits for the person, or no longer does: have it counted anew."""
        self.rung = True
        self.wake.set()

    def look_again(self) -> None:
        """Have the person's rights read anew before anything more is sent."""
        self.recheck = True
        self.wake.set()

    def end(self) -> None:
        """The session is over: nothing more is sent."""
        self.ended = True
        self.wake.set()

    def answer(self, mark: int) -> None:
        self.answered = max(self.answered, min(mark, self.sent))
        self.wake.set()

    @property
    def is_called(self) -> bool:
        """Whether there is something to do that does not wait for the reader."""
        return self.recheck or self.lost or self.ended or self.rung

    async def following(self) -> list[str]:
        """The next texts to send, waiting until there are some and the reader keeps up."""
        while not self.is_called and (not self.waiting or self.sent - self.answered >= WINDOW):
            self.wake.clear()
            await self.wake.wait()
        texts: list[str] = []
        while self.waiting and self.sent - self.answered < WINDOW:
            item = self.waiting.pop(next(iter(self.waiting)))
            if isinstance(item, str):
                texts.append(item)
                continue
            texts.append(item.text(self.language))
            self.sent += 1
            if self.sent % MARK_EVERY == 0:
                texts.append(f'{{"type":"mark","mark":{self.sent}}}')
        return texts


class Hub:
    """The fan-out of one event loop."""

    def __init__(self) -> None:
        self.outlets: set[Outlet] = set()
        self.heard: dict[str, int] = {}
        self.told: int | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = asyncio.Event()

    async def join(self, outlet: Outlet) -> None:
        """Let a socket hear everything from now on; returns when the subscription stands."""
        self.outlets.add(outlet)
        if not self._tasks or any(task.done() for task in self._tasks):
            for task in self._tasks:
                task.cancel()
            self._ready.clear()
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._check())]
        await self._ready.wait()

    async def leave(self, outlet: Outlet) -> None:
        """Let a socket hear nothing more. With the last one goes what was heard: what is published while nobody
        listens has been missed by nobody, and the next page that opens has it on it."""
        self.outlets.discard(outlet)
        if not self.outlets:
            for task in self._tasks:
                task.cancel()
            self._tasks, self.heard = [], {}
            self._ready.clear()

    async def _listen(self) -> None:
        layer = get_channel_layer()
        while True:
            channel = await layer.new_channel()
            try:
                await layer.group_add(stream.GROUP, channel)
                await layer.group_add(PEOPLE, channel)
                self.heard = {**await database_sync_to_async(stream.all_numbers)(), **self.heard}
                self._ready.set()
                while True:
                    await self._hear(await layer.receive(channel))
            except asyncio.CancelledError:
                with contextlib.suppress(Exception):
                    await layer.group_discard(stream.GROUP, channel)
                    await layer.group_discard(PEOPLE, channel)
                raise
            except Exception:
                logger.exception("The live subscription broke; subscribing again.")
                await asyncio.sleep(1)

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "grants.changed":
            for outlet in self.outlets:
                if outlet.user == message["user"]:
                    outlet.look_again()
            return
        if message["type"] == "told":
            self._ring(message["users"])
            return
        if message["type"] == "session.ended":
            for outlet in self.outlets:
                if outlet.session == message["session"]:
                    outlet.end()
            return
        cards: list[stream.Card] = message["cards"]
        for card in cards:
            if card["number"] > self.heard.get(card["channel"], 0) + 1 and await self._recover():
                return
            self._spread(card)

    def _ring(self, users: Iterable[int]) -> None:
        for outlet in self.outlets:
            if outlet.user in users:
                outlet.ring()

    def _spread(self, card: stream.Card) -> None:
        if card["number"] <= self.heard.get(card["channel"], 0):
            return
        self.heard[card["channel"]] = card["number"]
        frame = Frame(card)
        for outlet in self.outlets:
            outlet.offer(frame)

    async def _recover(self) -> bool:
        """Read what was missed; true when it came from the database and nothing is left to spread."""
        cards, now = await database_sync_to_async(stream.missed)(Scope.everything(), dict(self.heard))
        if cards is None:
            self.heard = now
            for outlet in self.outlets:
                if outlet.takes_cards:
                    outlet.lose()
            return True
        for card in cards:
            self._spread(card)
        self.heard = {**self.heard, **{key: max(last, self.heard.get(key, 0)) for key, last in now.items()}}
        return True

    async def _check(self) -> None:
        """Send what was left behind, then compare numbers: the second finds what was numbered and could not be sent."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self._try(self._sweep)
            await self._try(self._compare)
            await self._try(self._listen_for_bells)

    async def _try(self, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except Exception:
            logger.warning("The live stream could not be checked; trying again.", exc_info=True)

    async def _sweep(self) -> None:
        await database_sync_to_async(stream.publish_pending)()

    async def _compare(self) -> None:
        now = await database_sync_to_async(stream.all_numbers)()
        if self._ready.is_set() and any(last > self.heard.get(key, 0) for key, last in now.items()):
            await self._recover()

    async def _listen_for_bells(self) -> None:
        """Ring for those who were told while no message could reach this process."""
        self.told, users = await database_sync_to_async(inbox.told_since)(self.told)
        self._ring(users)


_hubs: dict[int, Hub] = {}


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = id(asyncio.get_running_loop())
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
