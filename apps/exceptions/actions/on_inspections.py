"""What every action on an inspection has in common: it belongs where the goods lie."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from apps.actions.definition import Action
from apps.exceptions.goods_places import inspections_within, place_of_inspection
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.quality import Inspection


class InspectionAction(Action[Inspection]):
    """An action on the goods of an inspection, for those who hold its permission in their plant."""

    subject = Inspection

    def place(self, subject: Inspection) -> Slice:
        return place_of_inspection(subject)

    def reachable(self, scope: Scope) -> QuerySet[Any]:
        return inspections_within(scope)
