"""The record of mail: what waits, what left, what failed, and sending again what failed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.accounts.models import User
from apps.audit.record import record
from apps.notifications.models import Mail, MailState, SendingState

PAGE = 50
STATES = MailState.choices


def page(state: str = "", before: str = "") -> tuple[list[Mail], str]:
    """One page of mails, newest first, and from where the next goes on; empty on the last."""
    mails: QuerySet[Mail] = Mail.objects.select_related("user").annotate(told=Count("sendings"))
    if state in MailState:
        mails = mails.filter(state=state)
    since = _moment(before)
    if since is not None:
        mails = mails.filter(created_at__lt=since)
    found = list(mails.order_by("-created_at", "-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].created_at.isoformat() if len(found) > PAGE else ""


def counts() -> list[tuple[str, str, int]]:
    """How many there are in each state: key, label, number."""
    found = dict(Mail.objects.values_list("state").annotate(Count("pk")))
    return [(key, str(label), found.get(key, 0)) for key, label in STATES]


@transaction.atomic
def again(key: UUID, *, by: User) -> bool:
    """Let a failed mail try anew, as if it were fresh; False when there is no such failed mail."""
    mail = Mail.objects.select_for_update(of=("self",)).select_related("user").filter(pk=key).first()
    if mail is None or mail.state != MailState.FAILED:
        return False
    mail.sendings.filter(state=SendingState.FAILED).update(state=SendingState.WAITING)
    now = timezone.now()
    Mail.objects.filter(pk=key).update(
        state=MailState.WAITING, ended_at=None, next_at=now, created_at=now, attempts=0, message=""
    )
    record(by, "mail.sent_again", mail, login=mail.user.username)
    return True


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
