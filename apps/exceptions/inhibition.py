"""When a detector must hold its tongue: data too old, or not all here yet; and what could not be judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from apps.exceptions.definition import Detector, detectors
from apps.exceptions.detectors.stale_data import Limits as Bounds
from apps.exceptions.detectors.stale_data import StaleData
from apps.exceptions.limits import Place, rule_of, ruling_of
from apps.exceptions.models import Check
from controltower.lib.scope import Scope
from odoo_sync.freshness import Freshness, freshness
from odoo_sync.models import Connection


@dataclass(frozen=True)
class Unjudged:
    """So many subjects of one detector that could not be judged, for the same reason."""

    connection_name: str
    title: str
    reason: str
    subjects: int


def stale_reasons(detector: type[Detector[Any]], now: datetime) -> dict[int, str]:
    """Per connection, why this detector may neither open nor close a case now; only connections where it may not."""
    if not detector.needs_fresh:
        return {}
    connections = Connection.objects.prefetch_related("cursors")
    bounds: Bounds = ruling_of(rule_of(StaleData.key)).at(Place()).values
    found = {one.pk: reason_of(detector, freshness(one, now), bounds) for one in connections}
    return {key: reason for key, reason in found.items() if reason}


def is_loading(detector: type[Detector[Any]], connection: int, now: datetime) -> bool:
    """Whether a mirror that this detector looks at has not been loaded for the first time."""
    one = Connection.objects.prefetch_related("cursors").get(pk=connection)
    state = freshness(one, now)
    return any(not state.mirrors[key].loaded for key in (m.key for m in detector.depends_on) if key in state.mirrors)


def reason_of(detector: type[Detector[Any]], state: Freshness, bounds: Bounds) -> str:
    """Why the data of one connection cannot be judged by; empty when it can. Absent models are not waited for.

    The bound is that of the stale-data detector in the group, so that what is silent and what is said to be stale
    agree.
    """
    known = {mirror: state.mirrors[mirror.key] for mirror in detector.depends_on if mirror.key in state.mirrors}
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
