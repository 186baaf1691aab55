"""Whether a session still stands for somebody, asked long after it was opened."""

from __future__ import annotations

import hashlib
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from apps.accounts.models import User


def person_of(session: SessionBase | None) -> User | None:
    """The person whom a session stands for now, read anew from the database.

    Null when it has ended or expired, when the person is deactivated, and when the password has changed since.
    """
    if session is None or not session.session_key:
        return None
    stored = import_module(settings.SESSION_ENGINE).SessionStore(session.session_key).load()
    user = User.objects.filter(pk=stored.get(SESSION_KEY), is_active=True).first()
    if user is None or not constant_time_compare(stored.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    return user


def trace_of(session_key: str) -> str:
    """A name for a session that tells nothing of its key: for messages that others may read."""
    return hashlib.sha256(session_key.encode()).hexdigest()
