"""What a request helps, shown beside it; the applications above tell how, since this one does not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from apps.accounts.models import User


@dataclass(frozen=True)
class About:
    """The thing in a few words. ``money`` is what it puts at risk, in ``currency``; null where that is not known."""

    title: str
    url: str
    money: Decimal | None = None
    currency: str = ""
    severity: str = ""


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
