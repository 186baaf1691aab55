"""Remembers a person's grants for the length of one web request, and never longer.

A socket lives for hours and a worker for days: there, grants are read from the database each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.accounts.models import Grant, User

_remembered: ContextVar[dict[int, list[Grant]] | None] = ContextVar("remembered_grants", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, each person's grants are read once."""
    mark = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(mark)


def grants_of(user: User) -> list[Grant]:
    """All grants of a person, ended ones too."""
    remembered = _remembered.get()
    if remembered is None:
        return list(user.grants.all())
    if user.pk not in remembered:
        remembered[user.pk] = list(user.grants.all())
    return remembered[user.pk]


def forget(user_id: int) -> None:
    """Read this person's grants anew: they have just changed."""
    (_remembered.get() or {}).pop(user_id, None)
