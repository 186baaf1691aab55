"""Gives every background task its own audit group, as the middleware does for requests."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from uuid import UUID

from celery.signals import task_postrun, task_prerun

from apps.audit.group import grouped

_running: dict[str, ExitStack] = {}


@task_prerun.connect
def open_group(task_id: str | None = None, **kwargs: Any) -> None:
    if task_id is None:
        return
    stack = ExitStack()
    stack.enter_context(grouped(_as_uuid(task_id)))
    _running[task_id] = stack


@task_postrun.connect
def close_group(task_id: str | None = None, **kwargs: Any) -> None:
    stack = _running.pop(task_id or "", None)
    if stack is not None:
        stack.close()


def _as_uuid(task_id: str) -> UUID | None:
    try:
        return UUID(task_id)
    except ValueError:
        return None
