"""How old Odoo's data is, in the words of the frame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from odoo_sync.mirror.base import Lane, mirrors
from odoo_sync.models import Connection

STALE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Freshness:
    """``as_of`` is the oldest moment up to which every hot mirror is complete; null while nothing is loaded.

    ``state`` is fresh, stale, loading or none; a ``banner`` says what the age means for what is shown.
    """

    as_of: datetime | None
    state: str
    banner: str = ""
    meaning: str = ""
    tone: str = "high"


def freshness(now: datetime | None = None) -> Freshness:
    """The worst of all connections."""
    now = now or timezone.now()
    hot = [one.key for one in mirrors if one.source.lane == Lane.HOT]
    rows = Connection.objects.annotate(
        as_of=Min("cursors__as_of", filter=Q(cursors__mirror__in=hot)),
        loading=Min("cursors__load_started_at", filter=Q(cursors__loaded_at=None)),
    ).values_list("name", "as_of", "loading", "problem", "paused_at")
    found = [_of(name, as_of, loading, problem, paused, now) for name, as_of, loading, problem, paused in rows]
    order = ["stale", "loading", "fresh"]
    return min(found, key=lambda one: order.index(one.state), default=Freshness(None, "none"))


def _of(
    name: str, as_of: datetime | None, loading: datetime | None, problem: str, paused: datetime | None, now: datetime
) -> Freshness:
    if as_of is None:
        meaning = _("Cases appear as the mirror fills; nothing shown yet is complete.")
        return Freshness(None, "loading", _("%s is being loaded for the first time.") % name, meaning, "accent")
    if now - as_of <= STALE_AFTER and not paused:
        return Freshness(as_of, "fresh")
    why = _("Syncing with %s is paused.") if paused else _("%s has not been read for a while.")
    meaning = _("What changed in Odoo since then is not on this page, and cases that depend on time open no new ones.")
    return Freshness(as_of, "stale", why % name, f"{problem} {meaning}".strip(), "high")
