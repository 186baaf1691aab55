"""Tells the open pages of people that what waits for them has changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)
PEOPLE = "people"
SEND_SECONDS = 3.0


def ring(users: Iterable[int]) -> None:
    """Have the pages of these people count anew, once this commits. They are told that it changed, never what it is:
    each socket reads that itself, with the rights of that moment.
    """
    keys = sorted(set(users))
    transaction.on_commit(lambda: _ring(keys), robust=True)


def _ring(users: list[int]) -> None:
    """A page that is not reached looks by itself, a little later."""
    try:
        async_to_sync(_send)({"type": "told", "users": users})
    except Exception as error:
        log.warning("Open pages could not be told that something waits (%s).", type(error).__name__)


async def _send(message: dict[str, object]) -> None:
    await asyncio.wait_for(get_channel_layer().group_send(PEOPLE, message), SEND_SECONDS)
