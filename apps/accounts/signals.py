"""The announcement that somebody's rights have changed."""

from django.dispatch import Signal

grants_changed = Signal()
"""Sent after the commit: ``user`` (primary key) whose grants, activity or password have changed. Open sockets of that
person are told through the channel layer group ``people`` as ``{"type": "grants.changed", "user": key}``; those of a
session that ends as ``{"type": "session.ended", "session": trace}``."""
