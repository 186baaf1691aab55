"""Bringing the mirror up to date with what the tower itself has just changed."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Min

from apps.actions.definition import Plan
from apps.actions.models import DeliveryState, Request
from controltower.lib.keys import row_key
from odoo_sync import tasks
from odoo_sync.connections import open_client
from odoo_sync.errors import OdooError
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.sync import resync

logger = logging.getLogger(__name__)


def after(request_id: UUID) -> None:
    """Read the records of a request anew where any of it was sent or stood in conflict.

    The mirror then shows the truth at once, and the detectors close or keep the case by it. What Odoo no longer has
    does not come back from reading: it is looked for, and for a second time some seconds later. A failure is only
    logged: the next poll brings the same rows, and the next sweep finds the same absence.
    """
    request = Request.objects.select_related("connection").get(pk=request_id)
    if not request.deliveries.exclude(state__in=[DeliveryState.WAITING, DeliveryState.SKIPPED]).exists():
        return
    touched = _touched(Plan.load(request.plan), made(request))
    try:
        client = open_client(request.connection)
        try:
            for mirror, ids in touched.items():
                resync(request.connection, mirror, ids, client)
            tasks.look_now(request.connection, touched, client)
        finally:
            client.close()
    except OdooError as error:
        logger.warning("The records of request %s were not read anew: %s", request.pk, error)


def read_anew_at(request: Request, plan: Plan) -> datetime | None:
    """When the last of the records of a request was read after it had moved on; None while one is still older."""
    moments: list[datetime | None] = []
    for mirror, ids in _touched(plan, made(request)).items():
        rows = mirror.objects.filter(pk__in=[row_key(request.connection_id, one) for one in ids])
        seen = rows.aggregate(first=Min("read_began_at"), last=Max("read_ended_at"))
        moments += [seen["last"] if seen["first"] and seen["first"] >= request.state_at else None]
    known = [one for one in moments if one is not None]
    return max(known) if len(known) == len(moments) and known else None


def made(request: Request) -> set[tuple[str, int]]:
    """The records (Odoo model, Odoo id) that a request has made, with the first line of each."""
    steps = request.deliveries.filter(evidence__has_key="made").values_list("step__model", "evidence")
    found = ({**evidence.get("lines", {}), model: evidence["made"]} for model, evidence in steps)
    return {one for made in found for one in made.items()}


def _touched(plan: Plan, made: set[tuple[str, int]]) -> dict[type[Mirror], set[int]]:
    """The mirrored records of a plan and those it has made, by mirror."""
    touched: dict[type[Mirror], set[int]] = defaultdict(set)
    by_model = {mirror.source.model: mirror for mirror in mirrors}
    for model, odoo_id in {*plan.records(), *made}:
        if model in by_model:
            touched[by_model[model]].add(odoo_id)
    return touched
