"""Changes of cases at a steady pace, in overlapping transactions, and the same bytes by a bare group_send."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection, transaction

from apps.exceptions import stream
from apps.exceptions.models import Case
from benchmarks.live.application import GROUP

WRITERS = 3


@dataclass
class Sent:
    """When each mark (``case:version``) was about to be sent, on the monotonic clock."""

    at: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, mark: str) -> None:
        with self.lock:
            self.at[mark] = time.monotonic()


def change_cases(ids: list[int], *, per_second: float, seconds: float, seed: int) -> Sent:
    """Change random cases; each transaction stays open for a random while, so that they overlap."""
    sent = Sent()
    threads = [
        threading.Thread(target=_writer, args=(ids, sent, WRITERS / per_second, seconds, seed * 31 + number))
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def _writer(ids: list[int], sent: Sent, pause: float, seconds: float, seed: int) -> None:
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    following = time.monotonic() + rng.random() * pause
    try:
        while following < end:
            time.sleep(max(0.0, following - time.monotonic()))
            with transaction.atomic():
                case = Case.objects.select_for_update().get(pk=rng.choice(ids))
                case.version += 1
                case.save(update_fields=["version"])
                mark = f"{case.pk}:{case.version}"
                transaction.on_commit(lambda mark=mark: sent.note(mark))  # type: ignore[misc]
                stream.announce(case)
                time.sleep(rng.random() * pause / 2)
            following += pause
    finally:
        connection.close()


def send_bare(texts: list[tuple[str, str]], *, per_second: float, seconds: float) -> Sent:
    """The floor: the given frames, one ``group_send`` each, at the same pace."""
    sent = Sent()
    layer = get_channel_layer()

    async def send_all() -> None:
        import asyncio

        start = time.monotonic()
        for number in range(round(per_second * seconds)):
            await asyncio.sleep(max(0.0, start + number / per_second - time.monotonic()))
            mark, text = texts[number % len(texts)]
            sent.note(mark)
            await layer.group_send(GROUP, {"type": "bare.text", "text": text})

    async_to_sync(send_all)()
    return sent
