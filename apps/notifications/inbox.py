"""What one person has been told and may still see, newest first."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.scope import scope_of
from apps.notifications.kinds import Topic, kinds
from apps.notifications.live import ring
from apps.notifications.models import Notification

PAGE = 50
MOST_COUNTED = 99


def told(user: User | AnonymousUser) -> QuerySet[Notification]:
    """Everything one person has been told, as far as it is still theirs to see; nobody reads another person's.

    A grant that ends takes the messages of its place along.
    """
    scope = scope_of(user)
    visible = Q(placed=False) if scope.is_empty else Q(placed=False) | scope.condition("company_id", "plant_id")
    if scope.is_group:
        visible = Q()
    return Notification.objects.filter(visible, user_id=user.pk or 0).order_by("-id")


def unread(user: User | AnonymousUser) -> int:
    """How many wait to be read, counted up to a bound: beyond it the number says nothing more."""
    return told(user).filter(read_at=None).order_by()[: MOST_COUNTED + 1].count()


def narrowed(messages: QuerySet[Notification], *, topic: str = "", state: str = "") -> QuerySet[Notification]:
    """Only one topic, only what is unread or read; what is not understood narrows nothing."""
    if topic in Topic:
        own = [one.key for one in kinds if one.topic == topic]
        messages = messages.filter(kind__in=own) if topic != Topic.OTHER else messages.exclude(kind__in=_known())
    if state in {"unread", "read"}:
        messages = messages.filter(read_at__isnull=state == "unread")
    return messages


def page(messages: QuerySet[Notification], before: int | None = None) -> tuple[list[Notification], int | None]:
    """One page of messages, and the id to go on from; null on the last page."""
    found = list((messages.filter(id__lt=before) if before is not None else messages)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def mark_read(messages: QuerySet[Notification], *, by: User) -> int:
    """Mark unread messages as read; the first time counts. Gives back how many were unread."""
    marked = messages.filter(read_at=None).order_by().update(read_at=timezone.now())
    if marked:
        ring([by.pk])
    return marked


def mark_unread(messages: QuerySet[Notification], *, by: User) -> int:
    """Let messages wait again. Gives back how many had been read."""
    marked = messages.exclude(read_at=None).order_by().update(read_at=None)
    if marked:
        ring([by.pk])
    return marked


def _known() -> list[str]:
    return [one.key for one in kinds if one.topic is not Topic.OTHER]


def told_since(last: int | None) -> tuple[int, set[int]]:
    """The newest message there is, and who has been told after ``last``; nobody where there is no ``last`` yet."""
    newest = Notification.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if last is None or newest <= last:
        return max(newest, last or 0), set()
    return newest, set(Notification.objects.filter(id__gt=last).order_by().values_list("user_id", flat=True).distinct())


def bell(user: User) -> dict[str, object]:
    """What the bell of an open page shows: how many wait, and the newest of them."""
    newest = told(user).filter(read_at=None).first()
    shown = {"id": newest.pk, "text": newest.text} if newest is not None else None
    return {"unread": unread(user) if newest is not None else 0, "newest": shown}
