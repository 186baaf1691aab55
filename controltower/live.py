"""The single websocket: authenticate, join what the person may see, send cards and catch up by number."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from apps.accounts.scope import scope_of
from apps.accounts.sessions import person_of, trace_of
from apps.exceptions import stream
from apps.notifications.inbox import bell
from controltower.hub import Outlet, hub
from controltower.lib.scope import Scope

MOST_BYTES = 64_000
MOST_RUBBISH = 10
NOT_SIGNED_IN, SIGNED_OUT, TOO_MUCH_RUBBISH, FAILED = 4401, 4403, 4400, 4500
RECHECK_SECONDS = 60.0
CATCH_UP_SECONDS = 1.0
logger = logging.getLogger(__name__)


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page. It receives only cards of channels that its user could fetch over HTTP."""

    outlet: Outlet
    tasks: tuple[asyncio.Task[None], ...] = ()
    rubbish = 0
    told: Mapping[str, object] = {}

    async def connect(self) -> None:
        """Join first and read the rights then, so that no change of them falls between."""
        user, session = self.scope.get("user"), self.scope.get("session")
        if user is None or not user.is_authenticated or session is None:
            await self.close(NOT_SIGNED_IN)
            return
        trace, cards = trace_of(session.session_key or ""), b"cards=no" not in self.scope.get("query_string", b"")
        self.outlet = Outlet(user.pk, Scope(), settings.LANGUAGE_CODE, session=trace, cards=cards)
        await hub().join(self.outlet)
        allowed = await self._scope()
        if allowed is None:
            await hub().leave(self.outlet)
            await self.close(NOT_SIGNED_IN)
            return
        self.outlet.scope = allowed
        await self.accept()
        numbers = await database_sync_to_async(stream.numbers)(allowed) if cards else {}
        self.told = await self._bell() or {}
        await self._say("hello", channels=numbers, bell=self.told)
        work = (self._write, self._catch_up, self._watch)
        self.tasks = tuple(asyncio.create_task(self._guard(one)) for one in work)

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "outlet"):
            await hub().leave(self.outlet)
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Take what the page says without the detour that Channels makes before every message.

        It looks for stale database connections in another thread, for each word of acknowledgement too. Nothing here
        reads the database but through ``database_sync_to_async``, which looks for itself.
        """
        if message["type"] == "websocket.receive":
            await self.websocket_receive(message)
        else:
            await super().dispatch(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = understood(text_data)
        if message is None:
            await self._refuse()
        elif message["type"] == "ack":
            self.outlet.answer(message["mark"])
        elif message["type"] == "catch_up":
            self.outlet.ask(message["channels"])

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """A socket that can no longer do its work is closed: the page connects again and asks for what it missed."""
        try:
            await work()
        except Exception:
            logger.exception("A socket failed and is closed; its page connects again.")
            await self.close(FAILED)

    async def _catch_up(self) -> None:
        """Look up what the page has missed, one wish at a time and not too often, with the rights of this moment."""
        while True:
            seen = await self.outlet.wish()
            allowed = await self._scope()
            if allowed is None or allowed != self.outlet.scope:
                self.outlet.look_again()
            else:
                self.outlet.make_good(*await database_sync_to_async(stream.missed)(allowed, seen))
            await asyncio.sleep(CATCH_UP_SECONDS)

    async def _watch(self) -> None:
        """Have session and rights looked at again on a clock of its own, however busy the board is."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 spreads load, guards nothing
            self.outlet.look_again()

    async def _write(self) -> None:
        while True:
            texts = await self.outlet.following()
            if not await self._still_allowed():
                await self._say("bye", reason="signed_out")
                await self.close(SIGNED_OUT)
                return
            if self.outlet.lost:
                self.outlet.lost, texts = False, []
                await self._say("reload")
            for text in texts:
                await self.base_send({"type": "websocket.send", "text": text})
            await self._ring()

    async def _ring(self) -> None:
        """Say how many messages wait for the person, where that has changed."""
        if self.outlet.rung:
            self.outlet.rung = False
            told = await self._bell()
            if told is not None and told != self.told:
                self.told = told
                await self._say("told", bell=told)

    async def _still_allowed(self) -> bool:
        """Look at the person's rights again where that is due; what is no longer theirs is dropped unsent."""
        if self.outlet.recheck and not self.outlet.ended:
            self.outlet.recheck, self.outlet.rung = False, True
            allowed = await self._scope()
            if allowed is None:
                self.outlet.end()
            elif allowed != self.outlet.scope:
                self.outlet.scope = allowed
                self.outlet.lose()
        return not self.outlet.ended

    @database_sync_to_async
    def _scope(self) -> Scope | None:
        """What the person may see now; None when they are no longer signed in."""
        user = person_of(self.scope.get("session"))
        return scope_of(user) if user is not None and user.pk == self.outlet.user else None

    @database_sync_to_async
    def _bell(self) -> dict[str, object] | None:
        """What waits for the person, by the rights of this moment; None when they are no longer signed in."""
        user = person_of(self.scope.get("session"))
        return bell(user) if user is not None and user.pk == self.outlet.user else None

    async def _say(self, kind: str, **values: Any) -> None:
        await self.send(json.dumps({"type": kind, **values}, separators=(",", ":")))

    async def _refuse(self) -> None:
        self.rubbish += 1
        if self.rubbish >= MOST_RUBBISH:
            await self.close(TOO_MUCH_RUBBISH)
            return
        await self._say("error", message="Not understood. Say catch_up with your channel numbers, or ack with a mark.")


def understood(text: str | None) -> dict[str, Any] | None:
    """A message that makes sense, or None: only ``catch_up`` and ``ack`` exist, with whole numbers that fit."""
    if text is None or len(text) > MOST_BYTES:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    if message.get("type") == "ack" and _is_count(message.get("mark")):
        return message
    channels = message.get("channels")
    if message.get("type") == "catch_up" and isinstance(channels, dict) and all(map(_is_count, channels.values())):
        return message
    return None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62
