"""Telling who listens that rows of the mirror have changed, also when the process that changed them has died."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.models import Announcement, Connection
from odoo_sync.signals import mirror_changed

logger = logging.getLogger(__name__)
IN_HAND = timedelta(seconds=20)
"""How long whoever changed the rows has for telling of it, before somebody else does."""
MOST_TRIES = 8


def keep(connection: Connection, mirror: type[Mirror], ids: Sequence[int]) -> list[int]:
    """Write down, in the transaction that changes these rows, that it is still to be told; the keys of the note."""
    if not ids:
        return []
    due = timezone.now() + IN_HAND
    return [Announcement.objects.create(connection=connection, mirror=mirror.key, ids=list(ids), next_at=due).pk]


def announce(
    connection: Connection,
    mirror: type[Mirror],
    ids: Sequence[int],
    *,
    whole: bool = False,
    kept: Sequence[int] = (),
) -> bool:
    """Tell who listens, and forget the notes about it; whether everybody took it.

    Must be called after the commit. A listener that fails does not stop the mirror: the note stays, and it is told
    again a little later.
    """
    if not ids and not whole:
        return True
    answers = mirror_changed.send_robust(
        sender=mirror, mirror=mirror, connection=connection, ids=list(ids), whole=whole
    )
    failures = [(receiver, answer) for receiver, answer in answers if isinstance(answer, Exception)]
    for receiver, answer in failures:
        logger.error("%s failed on a change of %s", receiver, mirror.key, exc_info=answer)
    if kept and not failures:
        Announcement.objects.filter(pk__in=list(kept)).delete()
    return not failures


def announce_left_behind() -> int:
    """Tell what a process that died, or a listener that failed, has left behind; how many notes that were.

    Listeners judge by what the mirror says now, so that a word too much changes nothing. What fails again and again is
    left to the sweep over everything.
    """
    now = timezone.now()
    left = list(Announcement.objects.filter(next_at__lte=now).select_related("connection").order_by("pk")[:100])
    for one in left:
        if one.mirror not in mirrors or one.tries >= MOST_TRIES:
            one.delete()
            continue
        again = now + IN_HAND * 2 ** (one.tries + 1)
        Announcement.objects.filter(pk=one.pk).update(tries=one.tries + 1, next_at=again)
        announce(one.connection, mirrors[one.mirror], one.ids, kept=[one.pk])
    return len(left)
