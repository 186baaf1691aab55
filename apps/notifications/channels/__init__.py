"""The ways by which a notification reaches its reader; a new way is a new file."""

from __future__ import annotations

from typing import ClassVar

from apps.notifications.models import Notification
from controltower.lib.registry import Registry


class Channel:
    """One way to reach people beyond the list on the page, which every notification is on already."""

    key: ClassVar[str]

    def send(self, notification: Notification) -> None:
        """Hand it over, after the commit. An error of one way never stops another."""
        raise NotImplementedError


channels: Registry[Channel] = Registry("channels")


def deliver(notification: Notification) -> None:
    """Send a notification on every way there is."""
    for channel in channels:
        channel().send(notification)
