"""Records of a plan that Odoo no longer has: deleting is not changing, and nothing can be planned on them."""

from __future__ import annotations

from collections.abc import Iterable

from apps.actions.definition import split_fact
from apps.actions.models import Delivery, DeliveryState, Request
from controltower.lib.keys import row_key
from odoo_sync.mirror.base import mirrors


def deleted(deliveries: Iterable[Delivery]) -> list[tuple[str, int]]:
    """The records (Odoo model, Odoo id) that stopped a plan because Odoo no longer showed them."""
    stopped = [one for one in deliveries if one.state == DeliveryState.CONFLICT]
    differences = [(one.step["model"], each) for one in stopped for each in one.evidence.get("differences", ())]
    return sorted({split_fact(each["key"], model)[:2] for model, each in differences if each.get("gone")})


def is_plannable(request: Request, missing: Iterable[tuple[str, int]]) -> bool:
    """Whether the mirror still has what is acted on, and has learnt of everything that is missing in Odoo."""
    subject = next((mirror for mirror in mirrors if mirror.key == request.subject_model), None)
    if subject is None or not subject.objects.filter(pk=request.subject_id).exists():
        return False
    by_model = {mirror.source.model: mirror for mirror in mirrors}
    return not any(
        by_model[model].objects.filter(pk=row_key(request.connection_id, one)).exists()
        for model, one in missing
        if model in by_model
    )
