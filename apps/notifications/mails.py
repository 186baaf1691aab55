"""From what people have been told to one mail each, and that mail to the mail server: once, as far as SMTP allows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic, sleep
from uuid import UUID

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.notifications.errors import MailDelayedError, MailRefusedError, MailServerError
from apps.notifications.failures import tell_administrators
from apps.notifications.letter import letter
from apps.notifications.models import Mail, MailState, Sending, SendingState
from apps.notifications.post import hand_over, opened
from apps.notifications.still import why_not
from apps.notifications.wishes import wishes_of
from controltower.lib.locks import session_lock

LOCK = "notifications.mail"
CALM, LONGEST_WAIT = timedelta(seconds=10), timedelta(seconds=60)
"""A mail leaves once nothing new has come for its reader for so long, and at the latest so long after the first."""
LEASE = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0
GIVE_UP_AFTER = timedelta(hours=24)
MOST_IN_ONE = 200
MOST_DELAYED = 3
"""So many mails in a row that are wanted later are no coincidence: the server is busy, and is left in peace."""
REMEMBER_SECONDS = 120.0
NO_LEASE = Q(lease_until=None)


def send_waiting() -> int:
    """Gather what waits and send what is due; returns how many mails left. One process at a time does it."""
    with session_lock(LOCK) as taken:
        if not taken:
            return 0
        gather(timezone.now())
        return _send_due()


def gather(now: datetime) -> int:
    """Make one mail a person of everything that waits for them and has settled; returns how many mails."""
    waiting = Sending.objects.filter(state=SendingState.WAITING, mail=None)
    people = User.objects.filter(pk__in=waiting.values("user_id"))
    wishes = wishes_of(people)
    made = 0
    for person in people:
        urgent_only = wishes[person.pk].quiet_until(now) is not None
        if urgent_only and wishes[person.pk].quiet_until(now, urgent=True) is not None:
            continue
        made += _gather_for(person, now, urgent_only=urgent_only)
    return made


@transaction.atomic
def _gather_for(person: User, now: datetime, *, urgent_only: bool) -> bool:
    waiting = Sending.objects.select_for_update().filter(user=person, state=SendingState.WAITING, mail=None)
    rows = list((waiting.filter(urgent=True) if urgent_only else waiting).order_by("id")[:MOST_IN_ONE])
    if not rows or not (rows[-1].created_at <= now - CALM or rows[0].created_at <= now - LONGEST_WAIT):
        return False
    mail = Mail.objects.create(user=person, next_at=now, created_at=now)
    Sending.objects.filter(pk__in=[one.pk for one in rows]).update(mail=mail)
    return True


def _send_due() -> int:
    """Send over one connection until nothing is due or the server cannot be used; what is left waits with it."""
    sent = delayed = 0
    server = get_connection()
    try:
        for key in _due():
            try:
                left = send(key, server)
                sent, delayed = sent + left, 0 if left else delayed
            except MailDelayedError as error:
                delayed += 1
                if delayed >= MOST_DELAYED:
                    raise MailServerError(str(error)) from None
    except MailServerError as error:
        _let_wait(error)
    finally:
        with suppress(Exception):
            server.close()
    return sent


def _due() -> Iterator[UUID]:
    """Mails to send now, the longest waiting first; each at most once a round."""
    now = timezone.now()
    due = Mail.objects.filter(NO_LEASE | Q(lease_until__lte=now), state=MailState.WAITING, next_at__lte=now)
    yield from list(due.order_by("next_at", "created_at").values_list("pk", flat=True)[:MOST_IN_ONE])


def send(key: UUID, server: BaseEmailBackend) -> bool:
    """Send one mail if it is this process's to send; whether it left. Raises MailDelayedError when this one is wanted
    later, MailServerError when none can leave now.

    Everything is looked at anew: who it goes to, what they may see, what still matters, and whether it is quiet now.
    """
    mail = _claim(key)
    if mail is None:
        return False
    put_off = _put_off(mail)
    sendings = _worth_sending(mail)
    if not sendings and put_off:
        _settle(mail, MailState.SKIPPED, _("Put off: these are its reader's quiet hours. It goes with a later mail."))
        return False
    if not sendings:
        _settle(mail, MailState.SKIPPED, _("Nothing in it was left to tell."))
        return False
    try:
        opened(server)
        message = letter(mail, [one.notification for one in sendings])
        Mail.objects.filter(pk=mail.pk).update(handed_at=timezone.now(), address=mail.user.email)
        hand_over(server, message)
    except MailRefusedError as error:
        _fail(mail, str(error))
        return False
    except (MailDelayedError, MailServerError) as error:
        _postpone(mail, error)
        raise
    _settle(mail, MailState.SENT, "")
    return True


def _claim(key: UUID) -> Mail | None:
    now = timezone.now()
    free = Mail.objects.filter(NO_LEASE | Q(lease_until__lte=now), pk=key, state=MailState.WAITING)
    if not free.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Mail.objects.select_related("user").get(pk=key)


def _put_off(mail: Mail) -> int:
    """In quiet hours, let what may not come through wait for a later mail; returns how much that is.

    Quiet hours may have begun since the mail was made: it waited for the server, or somebody sent it again.
    """
    now, wishes = timezone.now(), wishes_of([mail.user])[mail.user_id]
    if wishes.quiet_until(now) is None:
        return 0
    waiting = mail.sendings.filter(state=SendingState.WAITING)
    through = wishes.quiet_until(now, urgent=True) is None
    return (waiting.filter(urgent=False) if through else waiting).update(mail=None)


def _worth_sending(mail: Mail) -> list[Sending]:
    """What of it is still to be told; the rest is marked with the reason. Told kinds keep their order."""
    rows = mail.sendings.filter(state=SendingState.WAITING).select_related(
        "notification__company", "notification__plant"
    )
    wishes = wishes_of([mail.user])[mail.user_id]
    left: list[Sending] = []
    for one in rows.order_by("id"):
        why = why_not(one.notification, mail.user, wishes)
        if why:
            Sending.objects.filter(pk=one.pk).update(state=SendingState.SKIPPED, why=why[:128])
        else:
            left.append(one)
    return left


def _settle(mail: Mail, state: MailState, message: str) -> None:
    """Keep what became of it. A mail that has left is not forgotten because the database is away for a moment."""
    ended = {"state": state, "ended_at": timezone.now(), "lease_until": None, "message": message[:512]}
    deadline = monotonic() + REMEMBER_SECONDS
    while True:
        try:
            with transaction.atomic():
                Mail.objects.filter(pk=mail.pk, state=MailState.WAITING).update(**ended)
                mail.sendings.filter(state=SendingState.WAITING).update(state=SendingState(state.value))
            return
        except (OperationalError, InterfaceError):
            if monotonic() > deadline or connection.in_atomic_block:
                raise
            connection.close()
            sleep(1.0)


def _fail(mail: Mail, message: str) -> None:
    """It will not leave: kept with the reason, and told to those who can do something about it."""
    _settle(mail, MailState.FAILED, message)
    tell_administrators(mail, message)


def _postpone(mail: Mail, error: Exception) -> None:
    """Try again later, not for ever."""
    now = timezone.now()
    if now - mail.created_at > GIVE_UP_AFTER:
        _fail(mail, _("Not sent within 24 hours: %s") % error)
        return
    again = now + pause(mail.attempts)
    Mail.objects.filter(pk=mail.pk).update(next_at=again, lease_until=None, message=str(error)[:512])


def _let_wait(error: MailServerError) -> None:
    """The others need not knock at a server that just failed."""
    now = timezone.now()
    waiting = Mail.objects.filter(NO_LEASE, state=MailState.WAITING, next_at__lte=now)
    waiting.update(next_at=now + pause(1), message=str(error)[:512])


def pause(attempts: int) -> timedelta:
    """Twice as long each time, at most an hour, never all at once."""
    spread = random.uniform(0.75, 1.25)  # noqa: S311 spreads load, guards nothing
    return timedelta(seconds=min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1)) * spread)


def forget(before: datetime, *, states: Iterable[str] = (MailState.SENT, MailState.SKIPPED)) -> int:
    """Delete the records of mails that ended before a moment; returns how many."""
    return Mail.objects.filter(state__in=list(states), ended_at__lt=before).delete()[1].get("notifications.Mail", 0)
