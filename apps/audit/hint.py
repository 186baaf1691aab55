"""Tells the sealer that there is something to seal; losing a hint costs a second, never an entry."""

from __future__ import annotations

import logging
from time import monotonic

from django.db import transaction

log = logging.getLogger(__name__)
SPACING = 0.5
_hinted_at = float("-inf")


def hint_on_commit() -> None:
    """Ask for sealing when this transaction commits, at most twice a second per process."""
    global _hinted_at
    if monotonic() - _hinted_at < SPACING:
        return
    _hinted_at = monotonic()
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    from apps.audit.tasks import seal

    try:
        seal.apply_async(expires=5, retry=False)
    except Exception as error:
        log.warning("The sealer could not be hinted (%s); the timetable seals instead.", type(error).__name__)
