"""The bell of open pages."""

from __future__ import annotations

from collections.abc import Sequence

from apps.notifications.channels import Channel, channels
from apps.notifications.live import ring
from apps.notifications.models import Notification


@channels.add
class Bell(Channel):
    """Counts anew on every open page of the reader."""

    key = "page"

    def send_all(self, told: Sequence[Notification]) -> None:
        ring(one.user_id for one in told if one.read_at is None)
