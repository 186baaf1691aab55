"""What a request helps, shown beside it; the applications above tell how, since this one does not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.accounts.models import User


@dataclass(frozen=True)
class About:
    """The thing in a few words. ``money`` is what it puts at risk, in ``currency``; null where that is not known.

    ``ended`` says in words that it is over, and how; empty while it stands. ``judged_at`` is when that was last looked
    at. What it needs at ``needed_at`` is ``expected_at`` that moment; null where no such dates are known.
    """

    title: str
    url: str
    money: Decimal | None = None
    currency: str = ""
    severity: str = ""
    ended: str = ""
    judged_at: datetime | None = None
    needed_at: datetime | None = None
    expected_at: datetime | None = None


Teller = Callable[[str, User], About | None]
_tellers: dict[str, Teller] = {}


def told_by(kind: str) -> Callable[[Teller], Teller]:
    """Register who can tell about things of this kind: a function of their key and the reader."""

    def keep(teller: Teller) -> Teller:
        _tellers[kind] = teller
        return teller

    return keep


def about(kind: str, key: str, *, reader: User) -> About | None:
    """The thing, if there is one and the reader may see it."""
    teller = _tellers.get(kind)
    return teller(key, reader) if teller and key else None
