"""When a detector must hold its tongue: data too old, not all here yet or kept from us; and what it could not judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from apps.exceptions.definition import Detector, detectors
from apps.exceptions.detectors.stale_data import Limits as Bounds
from apps.exceptions.detectors.stale_data import StaleData
from apps.exceptions.limits import Place, rule_of, ruling_of
from apps.exceptions.models import Check
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope
from odoo_sync.connections import connections_within
from odoo_sync.freshness import Freshness, freshness
from odoo_sync.models import Connection
from odoo_sync.reading import lost_companies


@dataclass(frozen=True)
class Unjudged:
    """So many subjects of one detector that could not be judged, for the same reason; null ``subjects`` for all."""

    connection_name: str
    title: str
    reason: str
    subjects: int | None = None


@dataclass(frozen=True)
class Silences:
    """Per connection, why a detector must hold its tongue; only connections where it must.

    ``stale``: for the moment, since data is old or still to come. ``blind``: until somebody gives a right, since what
    it needs cannot be read. ``lost``: by company, since the bot user was taken out of it. ``lacking``: what its
    findings leave out, since what would enrich them cannot be read.
    """

    stale: Mapping[int, str] = field(default_factory=dict)
    blind: Mapping[int, str] = field(default_factory=dict)
    lost: Mapping[int, str] = field(default_factory=dict)
    lacking: Mapping[int, str] = field(default_factory=dict)


def silences(detector: type[Detector[Any]], now: datetime, *, connection: int | None = None) -> Silences:
    """What keeps this detector from judging now, everywhere or for one connection."""
    if not detector.needs_fresh:
        return Silences()
    connections = Connection.objects.prefetch_related("cursors")
    if connection is not None:
        connections = connections.filter(pk=connection)
    bounds: Bounds = ruling_of(rule_of(StaleData.key)).at(Place()).values
    states = {one.pk: freshness(one, now) for one in connections}
    followed = {one.pk: states[one.pk] for one in connections if one.retired_at is None}
    lost = {key: why for one in connections if one.pk in followed for key, why in lost_companies(one).items()}
    return Silences(
        stale=_told((key, reason_of(detector, state, bounds)) for key, state in states.items()),
        blind=_told((key, blind_reason(detector, state)) for key, state in followed.items()),
        lost=lost,
        lacking=_told((key, lacking_reason(detector, state)) for key, state in followed.items()),
    )


def _told(reasons: Iterable[tuple[int, str]]) -> dict[int, str]:
    return {key: reason for key, reason in reasons if reason}


def blind_reason(detector: type[Detector[Any]], state: Freshness) -> str:
    """Why nothing can be judged by what this connection shows; empty when it can."""
    return " ".join(_kept_from(detector, state, enriching=False))


def lacking_reason(detector: type[Detector[Any]], state: Freshness) -> str:
    """What a finding leaves out for want of a right; empty when it leaves out nothing."""
    return " ".join(_kept_from(detector, state, enriching=True))


def _kept_from(detector: type[Detector[Any]], state: Freshness, *, enriching: bool) -> list[str]:
    wanted = sorted(m.key for m in detector.depends_on if (m in detector.enriching) == enriching)
    return list(dict.fromkeys(state.unreadable[key] for key in wanted if key in state.unreadable))


def is_loading(detector: type[Detector[Any]], connection: int, now: datetime) -> bool:
    """Whether a mirror that this detector looks at is still to be loaded for the first time."""
    one = Connection.objects.prefetch_related("cursors").get(pk=connection)
    state = freshness(one, now)
    wanted = {mirror.key for mirror in detector.depends_on} - state.unreadable.keys()
    return any(not state.mirrors[key].loaded for key in wanted if key in state.mirrors)


def reason_of(detector: type[Detector[Any]], state: Freshness, bounds: Bounds) -> str:
    """Why the data of one connection cannot be judged by; empty when it can. Absent models are not waited for.

    The bound is that of the stale-data detector in the group, so that what is silent and what is said to be stale
    agree.
    """
    readable = state.mirrors.keys() - state.unreadable.keys()
    known = {mirror: state.mirrors[mirror.key] for mirror in detector.depends_on if mirror.key in readable}
    loading = sorted(mirror.__name__ for mirror, age in known.items() if not age.loaded)
    if loading:
        return _("The first load is under way: %s.") % ", ".join(loading)
    old = [
        age.age
        for mirror, age in known.items()
        if mirror.source.lane in detector.needs_fresh
        and age.age is not None
        and age.age > bounds.bound_of(mirror.source.lane)
    ]
    return _("The data from Odoo is %d seconds old.") % max(old).total_seconds() if old else ""


def silenced(scope: Scope, now: datetime) -> list[Unjudged]:
    """The detectors that can judge nothing of a connection that the scope has to do with, each with its reason."""
    states = [(one, freshness(one, now)) for one in connections_within(scope).prefetch_related("cursors")]
    found = [
        (connection, detector, blind_reason(detector, state))
        for connection, state in states
        for detector in detectors
        if state.unreadable
    ]
    kinds = [Unjudged(one.name, str(detector.title), reason) for one, detector, reason in found if reason]
    return [*kinds, *_lost_within(scope, [one for one, _state in states])]


def _lost_within(scope: Scope, connections: Iterable[Connection]) -> Iterator[Unjudged]:
    """Companies of the scope that the bot user no longer sees: nothing of them is judged."""
    own = {one.company for one in scope.slices}
    for one in connections:
        for key, why in lost_companies(one).items():
            if scope.is_group or key in own:
                yield Unjudged(one.name, one.capabilities["lost"][str(split_key(key)[1])], why)


def unjudged(scope: Scope) -> list[Unjudged]:
    """What keeps the board of this scope from being complete, for a note on it; empty when all is judged.

    Only subjects of the scope are counted, so that nothing can be told from it about other companies.
    """
    rows = (
        Check.objects.within(scope)
        .exclude(cannot_judge="")
        .values("connection__name", "detector", "cannot_judge")
        .annotate(count=Count("pk"))
        .order_by("connection__name", "detector", "cannot_judge")
    )
    return [
        Unjudged(row["connection__name"], str(detectors[row["detector"]].title), row["cannot_judge"], row["count"])
        for row in rows
        if row["detector"] in detectors
    ]
