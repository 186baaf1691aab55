"""The ways by which a notification reaches its reader beyond the list; a new way is a new file."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import ClassVar

from apps.notifications.models import Notification
from apps.notifications.wishes import Wishes
from controltower.lib.registry import Registry

log = logging.getLogger(__name__)


class Channel:
    """One way to reach people beyond the list on the page, which every notification is on already."""

    key: ClassVar[str]

    def prepare(self, told: Sequence[Notification], wishes: Mapping[int, Wishes]) -> None:
        """In the transaction that tells: keep what must not be lost. ``wishes`` are those of the readers by key."""

    def send(self, notification: Notification) -> None:
        """Hand one over, after the commit. An error of one way never stops another."""

    def send_all(self, told: Sequence[Notification]) -> None:
        """Hand over everything that one transaction told."""
        for one in told:
            self.send(one)


channels: Registry[Channel] = Registry("channels")


def prepare(told: Sequence[Notification], wishes: Mapping[int, Wishes]) -> None:
    """Let every way keep what it will need. An error here takes the whole transaction back."""
    for channel in channels:
        channel().prepare(told, wishes)


def deliver(told: Sequence[Notification]) -> None:
    """Send notifications on every way there is; they stay on the list when a way fails."""
    for channel in channels:
        try:
            channel().send_all(told)
        except Exception:
            log.exception("%s notifications were not sent by %s.", len(told), channel.key)
