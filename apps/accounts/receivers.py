"""Leaves a trace of every sign-in, and ends what a person may no longer do."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from axes.signals import user_locked_out
from channels.layers import get_channel_layer
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.models import Grant, User
from apps.accounts.remembered import forget
from apps.accounts.sessions import trace_of
from apps.accounts.signals import grants_changed
from apps.audit.record import record

log = logging.getLogger(__name__)
PEOPLE = "people"
SEND_SECONDS = 3.0


@receiver(user_logged_in)
def signed_in(user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
    record(user, "person.signed_in", user, address=_address(request))


@receiver(user_logged_out)
def signed_out(user: User | None, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if user is not None:
        record(user, "person.signed_out", user, address=_address(request))


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """The name that was typed is kept only where it is a person's: people type passwords into the wrong field."""
    record(None, "person.sign_in_failed", _named(credentials.get("username")), address=_address(request))


@receiver(user_locked_out)
def locked_out(username: str | None = None, ip_address: str | None = None, **kwargs: Any) -> None:
    record(None, "person.locked_out", _named(username), address=ip_address)


@receiver(post_save, sender=Grant)
@receiver(post_delete, sender=Grant)
def announce_grant(instance: Grant, **kwargs: Any) -> None:
    announce(instance.user_id)


@receiver(post_save, sender=User)
def announce_person(instance: User, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    if not created and (update_fields is None or {"is_active", "password"} & set(update_fields)):
        announce(instance.pk)


def announce(user_id: int) -> None:
    """Tell the rest of the program, once this commits, that a person's rights are to be read anew."""
    forget(user_id)
    transaction.on_commit(lambda: grants_changed.send_robust(sender=User, user=user_id), robust=True)


@receiver(grants_changed)
def tell_sockets(user: int, **kwargs: Any) -> None:
    _tell({"type": "grants.changed", "user": user})


@receiver(post_delete, sender=Session)
def end_sockets(instance: Session, **kwargs: Any) -> None:
    """Signing out, a new key after signing in or a new password, and clearing away all delete the session's row.

    Told only then and not at the sign-out's own signal, which comes before the row is gone: a page that connects in
    between would stay.
    """
    message = {"type": "session.ended", "session": trace_of(instance.session_key)}
    transaction.on_commit(lambda: _tell(message), robust=True)


def _tell(message: dict[str, Any]) -> None:
    """A socket that is not reached still looks at its session and grants on its own timetable."""
    try:
        async_to_sync(_send)(message)
    except Exception as error:
        log.warning("Open pages could not be told of %s (%s).", message["type"], type(error).__name__)


async def _send(message: dict[str, Any]) -> None:
    await asyncio.wait_for(get_channel_layer().group_send(PEOPLE, message), SEND_SECONDS)


def _named(username: str | None) -> User:
    """The person of that name, or a nameless one."""
    return User.objects.filter(username=username or "").first() or User()


def _address(request: HttpRequest | None) -> str:
    return request.META.get("REMOTE_ADDR", "") if request is not None else ""
