"""A mail that will never arrive, told to the administrators of the group: its reader would not hear of it."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import people_with
from apps.accounts.roles import Role
from apps.notifications.kinds import MailFailed
from apps.notifications.messages import tell_all
from apps.notifications.models import Mail, Notification

ONCE_IN = timedelta(days=1)


def tell_administrators(mail: Mail, why: str) -> None:
    """Who was to get it and why it did not leave, never what it said; the same word once a day.

    A mail that itself only told of such failures is not told of again.
    """
    if not mail.sendings.exclude(notification__kind=MailFailed.key).exists():
        return
    text = _("No mail reaches %(login)s. %(why)s") % {"login": mail.user.username, "why": why}
    lately = Notification.objects.filter(
        kind=MailFailed.key, text=text, created_at__gte=timezone.now() - ONCE_IN
    ).values_list("user_id", flat=True)
    told = set(lately)
    people = [one for one in people_with(Role.ADMINISTRATOR, None, None) if one.pk not in told]
    tell_all(people, MailFailed.key, about=mail, text=text, url=f"{reverse('notifications:mail')}?state=failed")
