"""How old Odoo's data is, in the words of the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controltower.lib.scope import Scope
from odoo_sync.connections import connections_within
from odoo_sync.freshness import freshness as freshness_of
from odoo_sync.models import Connection


@dataclass(frozen=True)
class Freshness:
    """``as_of`` is the oldest moment up to which the hot mirrors are complete; null while nothing is loaded.

    ``state`` is fresh, stale, loading or none; a ``banner`` says what the age means for what is shown. ``stopped``
    names the databases to which nothing is written now.
    """

    as_of: datetime | None
    state: str
    banner: str = ""
    meaning: str = ""
    tone: str = "high"
    stopped: str = ""


def freshness(scope: Scope, now: datetime | None = None) -> Freshness:
    """The worst of the connections that the scope has to do with."""
    now = now or timezone.now()
    connections = list(connections_within(scope).prefetch_related("cursors"))
    order = ["stale", "loading", "fresh"]
    worst = min((_of(one, now) for one in connections), key=lambda one: order.index(one.state), default=NONE)
    return replace(worst, stopped=", ".join(sorted(one.name for one in connections if not one.writes_enabled)))


NONE = Freshness(None, "none")
NO_BROKER = gettext_lazy(
    "The tower's Valkey does not answer, so its worker gets no work: let an administrator look at that server."
)
NO_WORKER = gettext_lazy("No error is known: it seems that no worker of the tower is running, or that it gets no work.")


def _of(connection: Connection, now: datetime) -> Freshness:
    state = freshness_of(connection, now)
    if state.as_of is None and state.unreadable and state.loaded:
        why = next(iter(state.unreadable.values()))
        return Freshness(None, "stale", _("Nothing of %s can be read.") % connection.name, why)
    if state.as_of is None:
        meaning = _("Cases appear as the mirror fills; nothing shown yet is complete.")
        text = _("%s is being loaded for the first time.") % connection.name
        return Freshness(None, "loading", text, f"{state.problem} {meaning}".strip(), "accent")
    if not state.stale and connection.paused_at is None:
        return Freshness(state.as_of, "fresh")
    why = _("Syncing with %s is paused.") if connection.paused_at else _("%s has not been read for a while.")
    meaning = _("What changed in Odoo since then is not on this page, and cases that depend on time open no new ones.")
    problem = state.problem or ("" if connection.paused_at else _no_work())
    return Freshness(state.as_of, "stale", why % connection.name, f"{problem} {meaning}".strip(), "high")


def _no_work() -> str:
    """Why nothing is read though no error is known: a worker that gets no work looks like none."""
    try:
        cache.get("health")
    except Exception:
        return str(NO_BROKER)
    return str(NO_WORKER)
