"""When a row must be read again although its stamp is known. Pure.

Odoo stamps a row with the start of its transaction, cut to the second. Two transactions of one second are
indistinguishable by it, and the later one may commit long after: a row is settled only when it was read later than any
transaction of its second can last. Until then it is read again each time its age has doubled, and once when the fast
window closes; a row read in its own second, or the one after, is read with every poll.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

FAST_WINDOW = timedelta(seconds=150)
SLOW_WINDOW = timedelta(hours=26)
CLOCK_MARGIN = timedelta(minutes=15)
YOUNG = timedelta(seconds=2)


class Known(NamedTuple):
    """What the mirror holds of a row: its stamp, when its read began (our clock), and whether it counts as gone."""

    written_at: datetime | None
    read_began_at: datetime | None
    gone_at: datetime | None


def must_read(stamp: datetime, known: Known | None, now: datetime, ahead: timedelta) -> bool:
    """Whether a row with this stamp has to be read. ``now`` is Odoo's clock, ``ahead`` how far it is before ours."""
    if known is None or known.gone_at is not None or known.written_at != stamp or known.read_began_at is None:
        return True
    age, age_when_read = now - stamp, known.read_began_at + ahead - stamp
    if age_when_read > SLOW_WINDOW:
        return False
    if age_when_read <= FAST_WINDOW < age:
        return True
    return age_when_read <= YOUNG or age >= 2 * age_when_read


def server_now(date: float | None, elapsed: float, ours: datetime) -> datetime:
    """Odoo's clock when the question was asked, at the latest; with a wide margin where Odoo names no time."""
    if date is None:
        return ours - CLOCK_MARGIN
    return datetime.fromtimestamp(date, UTC) - timedelta(seconds=elapsed)


def horizon(now: datetime, window: timedelta = FAST_WINDOW) -> datetime:
    """The second before which no transaction is still open, if none lasts longer than the window (tier L1)."""
    return (now - window).replace(microsecond=0)
