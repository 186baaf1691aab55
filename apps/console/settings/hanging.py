"""What stops holding when an Odoo is disconnected, or gives its place to another: all that names its companies."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from apps.accounts.models import Grant
from apps.exceptions.limits import Kind, rules
from apps.exceptions.models import EquipmentLink, LimitOverride
from apps.notifications.models import EscalationPath
from controltower.lib.keys import key_range
from odoo_sync.models import Connection


@dataclass(frozen=True)
class Hanging:
    """How many people hold roles in its companies and plants, and what else was set for them alone."""

    people: int
    grants: int
    approvals: int
    thresholds: int
    paths: int
    ties: int

    @property
    def is_any(self) -> bool:
        return any((self.grants, self.approvals, self.thresholds, self.paths, self.ties))


def hanging_on(connection: Connection) -> Hanging:
    """Count what names a company, plant, product or machine of this Odoo."""
    own = key_range(connection.pk)
    grants = Grant.objects.filter(company__id__range=own, user__is_active=True)
    limits = LimitOverride.objects.filter(Q(company__id__range=own) | Q(product__id__range=own))
    of_actions = [one.key for one in rules() if one.kind == Kind.ACTION]
    return Hanging(
        people=grants.values("user").distinct().count(),
        grants=grants.count(),
        approvals=limits.filter(rule__in=of_actions).count(),
        thresholds=limits.exclude(rule__in=of_actions).count(),
        paths=EscalationPath.objects.filter(company__id__range=own).count(),
        ties=EquipmentLink.objects.filter(equipment__id__range=own).count(),
    )
