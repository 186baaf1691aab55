"""Background work of actions."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from apps.actions import outbox
from apps.audit.group import grouped


@shared_task
def deliver(request_id: str) -> None:
    """Send what an approved request says; ids only, the rest is in the database."""
    with grouped(UUID(request_id)):
        outbox.deliver(UUID(request_id))


@shared_task
def deliver_waiting() -> None:
    """Take up what waits: after a crash, a pause, a switch turned on again."""
    with grouped():
        outbox.deliver_waiting()
