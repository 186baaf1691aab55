"""The ways by which a notification reaches its reader; a new way is a new file."""

from __future__ import annotations

import logging
from typing import ClassVar

from apps.notifications.models import Notification
from controltower.lib.registry import Registry

log = logging.getLogger(__name__)


class Channel:
    """One way to reach people beyond the list on the page, which every notification is on already."""

    key: ClassVar[str]

    def send(self, notification: Notification) -> None:
        """Hand it over, after the commit. An error of one way never stops another."""
        raise NotImplementedError


channels: Registry[Channel] = Registry("channels")


def deliver(notification: Notification) -> None:
    """Send a notification on every way there is; it stays on the list when a way fails."""
    for channel in channels:
        try:
            channel().send(notification)
        except Exception:
            log.exception("Notification %s was not sent by %s.", notification.pk, channel.key)
