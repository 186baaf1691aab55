"""What a request helps, shown beside it; the applications above tell how, since this one does not know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.accounts.models import User
from apps.actions.definition import Action
from odoo_sync.mirror.base import Mirror


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
Tie = Callable[[str, Action[Any], Mirror], bool]
_tellers: dict[str, Teller] = {}
_ties: dict[str, Tie] = {}


def told_by(kind: str) -> Callable[[Teller], Teller]:
    """Register who can tell about things of this kind: a function of their key and the reader."""

    def keep(teller: Teller) -> Teller:
        _tellers[kind] = teller
        return teller

    return keep


def tied_by(kind: str) -> Callable[[Tie], Tie]:
    """Register who knows whether a thing of this kind is about what an action does to a record."""

    def keep(tie: Tie) -> Tie:
        _ties[kind] = tie
        return tie

    return keep


def concerns(kind: str, key: str, action: Action[Any], record: Mirror) -> bool:
    """Whether doing this to the record can help the thing: an address may name any, and people decide by it."""
    tie = _ties.get(kind)
    return tie is not None and tie(key, action, record)


def about(kind: str, key: str, *, reader: User) -> About | None:
    """The thing, if there is one and the reader may see it."""
    teller = _tellers.get(kind)
    return teller(key, reader) if teller and key else None
