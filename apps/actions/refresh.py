"""Bringing the mirror up to date with what the tower itself has just changed."""

from __future__ import annotations

import logging
from collections import defaultdict
from uuid import UUID

from apps.actions.definition import Plan
from apps.actions.models import DeliveryState, Request
from odoo_sync.connections import open_client
from odoo_sync.errors import OdooError
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.sync import resync

logger = logging.getLogger(__name__)


def after(request_id: UUID) -> None:
    """Read the records of a request anew where any of it was sent or stood in conflict.

    The mirror then shows the truth at once, and the detectors close or keep the case by it. A failure is only logged:
    the next poll brings the same rows.
    """
    request = Request.objects.select_related("connection").get(pk=request_id)
    if not request.deliveries.exclude(state__in=[DeliveryState.WAITING, DeliveryState.SKIPPED]).exists():
        return
    touched: dict[type[Mirror], set[int]] = defaultdict(set)
    by_model = {mirror.source.model: mirror for mirror in mirrors}
    for model, odoo_id in Plan.load(request.plan).records():
        if model in by_model:
            touched[by_model[model]].add(odoo_id)
    try:
        client = open_client(request.connection)
        try:
            for mirror, ids in touched.items():
                resync(request.connection, mirror, ids, client)
        finally:
            client.close()
    except OdooError as error:
        logger.warning("The records of request %s were not read anew: %s", request.pk, error)
