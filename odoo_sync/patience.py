"""Waiting, while somebody watches, for an Odoo that asks for patience."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from odoo_sync.errors import ThrottledError

MOST_TRIES = 5
LONGEST_WAIT = 30.0
T = TypeVar("T")


def patiently(work: Callable[[], T], told: Callable[[str], object]) -> T:
    """Do something that may be done again from its beginning; where Odoo asks for patience, wait and try again.

    Waits as long as Odoo names, else 2, 4, 8 and 16 seconds, never more than 30 at once, and tells each time. Raises
    ThrottledError, saying what to do, when the fifth try is refused as well.
    """
    for number in range(1, MOST_TRIES):
        try:
            return work()
        except ThrottledError as error:
            wait = min(2.0**number if error.retry_after is None else error.retry_after, LONGEST_WAIT)
            told(f"Odoo asks for patience; trying again in {wait:.0f} s ({number} of {MOST_TRIES - 1})")
            sleep(wait)
    try:
        return work()
    except ThrottledError as error:
        raise ThrottledError(
            f"Odoo, or the proxy before it, asked for patience {MOST_TRIES} times in a row. Wait some minutes and "
            "start again; if it stays so, let more requests of the tower through.",
            retry_after=error.retry_after,
        ) from None
