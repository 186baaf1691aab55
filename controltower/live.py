"""The single websocket: authenticate, join what the person may see, send cards and catch up by number."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from apps.accounts.scope import scope_of
from apps.accounts.sessions import person_of
from apps.exceptions import stream
from controltower.hub import Frame, Outlet, hub
from controltower.lib.scope import Scope

MOST_BYTES = 64_000
MOST_RUBBISH = 10
NOT_SIGNED_IN, SIGNED_OUT, TOO_MUCH_RUBBISH = 4401, 4403, 4400
RECHECK_SECONDS = 300.0


class LiveConsumer(AsyncWebsocketConsumer):
    """One open page. It receives only cards of channels that its user could fetch over HTTP."""

    outlet: Outlet | None = None
    writer: asyncio.Task[None] | None = None
    rubbish = 0

    async def connect(self) -> None:
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(NOT_SIGNED_IN)
            return
        self.user_id = user.pk
        self.outlet = Outlet(user.pk, await self._scope() or Scope(), settings.LANGUAGE_CODE)
        await hub().join(self.outlet)
        await self.accept()
        await self._say("hello", channels=await database_sync_to_async(stream.numbers)(self.outlet.scope))
        self.writer = asyncio.create_task(self._write())

    async def disconnect(self, code: int) -> None:
        if self.outlet is not None:
            await hub().leave(self.outlet)
        if self.writer is not None and self.writer is not asyncio.current_task():
            self.writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.writer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        message = understood(text_data)
        if message is None or self.outlet is None:
            await self._refuse()
        elif message["type"] == "ack":
            self.outlet.answer(message["mark"])
        elif message["type"] == "catch_up":
            await self._catch_up(message["channels"])

    async def _catch_up(self, seen: dict[str, int]) -> None:
        assert self.outlet is not None
        cards, now = await database_sync_to_async(stream.missed)(self.outlet.scope, seen)
        if cards is None:
            await self._say("reload")
            return
        for card in cards:
            await self.send(Frame(card).text(self.outlet.language))
        await self._say("caught_up", channels=now)

    async def _write(self) -> None:
        assert self.outlet is not None
        while True:
            try:
                texts = await asyncio.wait_for(self.outlet.following(), RECHECK_SECONDS)
            except TimeoutError:
                texts, self.outlet.recheck = [], True
            if self.outlet.recheck and not await self._still_allowed():
                return
            if self.outlet.lost:
                self.outlet.lost, texts = False, []
                await self._say("reload")
            for text in texts:
                await self.send(text)

    async def _still_allowed(self) -> bool:
        """Look at the person's rights again; what is no longer theirs is dropped before anything more is sent."""
        assert self.outlet is not None
        self.outlet.recheck = False
        allowed = await self._scope()
        if allowed is None:
            await self._say("bye", reason="signed_out")
            await self.close(SIGNED_OUT)
            return False
        if allowed != self.outlet.scope:
            self.outlet.scope, self.outlet.lost = allowed, True
            self.outlet.waiting.clear()
        return True

    @database_sync_to_async
    def _scope(self) -> Scope | None:
        """What the person may see now; None when they are no longer signed in."""
        user = person_of(self.scope.get("session"))
        return scope_of(user) if user is not None and user.pk == self.user_id else None

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
