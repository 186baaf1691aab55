"""What belongs together: every entry of one web request or one background task shares a group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID, uuid4

_group: ContextVar[UUID | None] = ContextVar("audit_group", default=None)


def current_group() -> UUID | None:
    """The group in force, or null outside of requests and tasks."""
    return _group.get()


@contextmanager
def grouped(group: UUID | None = None) -> Iterator[UUID]:
    """Everything recorded inside shares one group; an outer group is kept."""
    outer = _group.get()
    chosen = outer or group or uuid4()
    mark = _group.set(chosen)
    try:
        yield chosen
    finally:
        _group.reset(mark)
