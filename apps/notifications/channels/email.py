"""E-mail: kept in the database with what it tells, gathered and sent by workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils import timezone

from apps.notifications.channels import Channel, channels
from apps.notifications.kinds import URGENT, kind_of
from apps.notifications.models import Notification, Sending, Way
from apps.notifications.wishes import Wishes


@channels.add
class Email(Channel):
    """Mail for those who wish it, where the tower has a mail server."""

    key = "email"

    def prepare(self, told: Sequence[Notification], wishes: Mapping[int, Wishes]) -> None:
        if not settings.MAIL_IS_SENT:
            return
        now = timezone.now()
        wanted = [(one, kind_of(one.kind).topic) for one in told]
        Sending.objects.bulk_create(
            Sending(notification=one, user_id=one.user_id, urgent=topic in URGENT, created_at=now)
            for one, topic in wanted
            if wishes[one.user_id].wants(topic, Way.MAIL)
        )
