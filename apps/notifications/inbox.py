"""What one person has been told, newest first."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.notifications.models import Notification

PAGE = 50


def told(user: User | AnonymousUser) -> QuerySet[Notification]:
    """Everything one person has been told; nobody reads another person's."""
    return Notification.objects.filter(user_id=user.pk or 0).order_by("-id")


def unread(user: User | AnonymousUser) -> int:
    """How many wait to be read."""
    return told(user).filter(read_at=None).count()


def page(user: User, before: int | None = None) -> tuple[list[Notification], int | None]:
    """One page of messages, and the id to go on from; null on the last page."""
    messages = told(user).filter(id__lt=before) if before is not None else told(user)
    found = list(messages[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def mark_read(messages: QuerySet[Notification]) -> int:
    """Mark unread messages as read; the first time counts. Gives back how many were unread."""
    return messages.filter(read_at=None).update(read_at=timezone.now())
