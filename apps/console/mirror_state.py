"""How the mirror stands: per connection and per mirrored model, in words and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.actions.rights import Barred, barred_by, kept_refusals
from apps.console.looks import Shown, latest_looks
from apps.exceptions.definition import detectors
from controltower.lib.scope import Scope
from odoo_sync.connections import connections_within
from odoo_sync.freshness import Freshness, freshness
from odoo_sync.health import IDENTITY
from odoo_sync.mirror.base import Lane, Mirror, mirrors
from odoo_sync.models import Connection, Cursor, Quarantine, Run

MOST_HELD = 100
LANES = {Lane.HOT: gettext_lazy("hot"), Lane.WARM: gettext_lazy("warm"), Lane.COLD: gettext_lazy("cold")}
TIERS = {
    "L1": gettext_lazy(
        "Tier L1, polling alone: a committed change arrives with the next poll of its lane. One whose transaction "
        "stayed open in Odoo arrives within 150 seconds, after many hours within one more hour. Deletions are found "
        "by comparing all ids every five minutes."
    ),
}


@dataclass(frozen=True)
class MirrorRow:
    """One mirrored model of one connection. ``lag`` is how long ago the last complete pass began."""

    key: str
    lane: str
    rows: int
    total: int | None
    as_of: datetime | None
    lag: timedelta | None
    stale: bool
    loaded: bool
    last_run: Run | None
    swept_at: datetime | None
    held: int
    problem: str


@dataclass(frozen=True)
class Closed:
    """One model that is not read, why, and what that does to the kinds of cases that look at it."""

    model: str
    why: str
    is_absent: bool
    meaning: str


@dataclass(frozen=True)
class Standing:
    """One connection as the page shows it."""

    connection: Connection
    fresh: Freshness
    tier: str
    state: str
    tone: str
    rows: Sequence[MirrorRow]
    held: Sequence[Quarantine]
    looks: Sequence[Shown]
    closed: Sequence[Closed]
    identity_differs: bool
    barred: Sequence[Barred] = ()

    @property
    def quarantined(self) -> int:
        return sum(row.held for row in self.rows)


def standings(scope: Scope, now: datetime | None = None) -> list[Standing]:
    """The connections that hold a company of the scope; all of them for the whole group."""
    moment = now or timezone.now()
    connections = connections_within(scope).prefetch_related("cursors")
    return [_standing(connection, moment, scope.is_group) for connection in connections]


def standing_of(connection: Connection) -> Standing:
    """One connection in full."""
    return _standing(connection, timezone.now(), True)


def _standing(connection: Connection, now: datetime, in_full: bool) -> Standing:
    fresh = freshness(connection, now)
    state, tone = _state(connection, fresh)
    held = Quarantine.objects.filter(connection=connection, released_at=None)
    return Standing(
        connection=connection,
        fresh=fresh,
        tier=str(TIERS.get(fresh.tier, fresh.tier)),
        state=state,
        tone=tone,
        rows=_rows(connection, fresh, dict(held.values_list("mirror").annotate(Count("id")))),
        held=list(held.order_by("mirror", "odoo_id")[:MOST_HELD]) if in_full else [],
        looks=list(latest_looks(connection)) if in_full else [],
        closed=_closed(connection, fresh),
        identity_differs=connection.problem_kind == IDENTITY,
        barred=barred_by(kept_refusals(connection)) if in_full else [],
    )


def _state(connection: Connection, fresh: Freshness) -> tuple[str, str]:
    """The state in a word or two, and its tone."""
    if connection.paused_at is not None:
        return _("paused"), "medium"
    if connection.problem:
        return _("failing"), "critical"
    if not fresh.loaded:
        return _("loading for the first time"), "accent"
    if fresh.stale or fresh.unreadable:
        return (_("behind") if fresh.stale else _("not all can be read")), "high"
    return _("up to date"), "good"


def _closed(connection: Connection, fresh: Freshness) -> list[Closed]:
    """What is not read: first what could be, then what this Odoo never had."""
    reasons = {**connection.capabilities.get("unavailable", {}), **fresh.unreadable}
    found = [
        Closed(key, why, key not in fresh.unreadable, meaning_of(key, absent=key not in fresh.unreadable))
        for key, why in reasons.items()
        if key in mirrors
    ]
    return sorted(found, key=lambda one: (one.is_absent, one.model))


def meaning_of(key: str, *, absent: bool) -> str:
    """What it means for the cases that a model is not installed, or kept from the bot user."""
    looking = [one for one in detectors if mirrors[key] in one.depends_on]
    needing = [str(one.title) for one in looking if mirrors[key] not in one.enriching]
    others = [str(one.title) for one in looking if mirrors[key] in one.enriching]
    told = []
    if absent and looking:
        told.append(_("Left out of: %s.") % ", ".join(str(one.title) for one in looking))
    elif needing:
        told.append(_("Cannot be judged without it: %s.") % ", ".join(needing))
    if others and not absent:
        told.append(_("Says less without it: %s.") % ", ".join(others))
    return " ".join(told)


def _rows(connection: Connection, fresh: Freshness, held: Mapping[str, int]) -> list[MirrorRow]:
    cursors = {cursor.mirror: cursor for cursor in connection.cursors.all()}
    latest = Run.objects.filter(connection=connection).order_by("mirror", "-started_at").distinct("mirror")
    runs = {run.mirror: run for run in latest}
    shown = sorted((mirror for mirror in mirrors if mirror.key in fresh.mirrors), key=_order)
    return [_row(one, connection, cursors.get(one.key), runs.get(one.key), fresh, held) for one in shown]


def _order(mirror: type[Mirror]) -> tuple[int, str]:
    return list(Lane).index(mirror.source.lane), mirror.key


def _row(
    mirror: type[Mirror],
    connection: Connection,
    cursor: Cursor | None,
    run: Run | None,
    fresh: Freshness,
    held: Mapping[str, int],
) -> MirrorRow:
    age = fresh.mirrors[mirror.key]
    loading = cursor is not None and cursor.loaded_at is None and cursor.load_started_at is not None
    return MirrorRow(
        key=mirror.key,
        lane=str(LANES[mirror.source.lane]),
        rows=mirror.objects.of(connection.pk).count() if loading else (cursor.rows if cursor else 0),
        total=cursor.load_total if loading and cursor else None,
        as_of=age.as_of,
        lag=age.age,
        stale=age.stale,
        loaded=age.loaded,
        last_run=run,
        swept_at=cursor.swept_at if cursor else None,
        held=held.get(mirror.key, 0),
        problem=(cursor.problem or cursor.frozen_reason) if cursor else "",
    )


def as_context(scope: Scope) -> dict[str, Any]:
    """What the page needs, read at this moment."""
    return {"standings": standings(scope), "read_at": timezone.now()}
