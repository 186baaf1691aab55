"""Who may do what: one table of roles and permissions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is responsible for, in the field's terms."""

    BUYER = "buyer", _("Buyer")
    PLANNER = "planner", _("Planner")
    PLANT_MANAGER = "plant_manager", _("Plant manager")
    QUALITY_LEAD = "quality_lead", _("Quality lead")
    MAINTENANCE_LEAD = "maintenance_lead", _("Maintenance lead")
    CONTROLLER = "controller", _("Controller")
    EXECUTIVE = "executive", _("Executive")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Permission(models.TextChoices):
    """One thing that a role may do within its companies and plants."""

    SEE_CASES = "see_cases", _("See cases")
    WORK_CASES = "work_cases", _("Acknowledge, assign, snooze and note cases")
    REQUEST_PURCHASE_ACTIONS = "request_purchase_actions", _("Request actions on purchases")
    REQUEST_QUALITY_ACTIONS = "request_quality_actions", _("Request actions on inspections and stock on hold")
    REQUEST_MAINTENANCE_ACTIONS = "request_maintenance_actions", _("Request actions on machines and their stops")
    REQUEST_FINANCE_ACTIONS = "request_finance_actions", _("Request actions on invoices and bills")
    TIE_MACHINES = "tie_machines", _("Say which equipment stands at which work centre")
    APPROVE_ACTIONS = "approve_actions", _("Approve actions")
    SEE_AUDIT = "see_audit", _("Read the audit trail")
    SEE_SYNC = "see_sync", _("See the state of the mirror")
    MANAGE_SYNC = "manage_sync", _("Manage connections, pause sync, stop writes")
    MANAGE_PEOPLE = "manage_people", _("Give and take roles, end sign-ins")
    SET_LIMITS = "set_limits", _("Set from when on something is a case, or needs approval")


_EVERYONE = {Permission.SEE_CASES}
_FLOOR = _EVERYONE | {Permission.WORK_CASES, Permission.SEE_SYNC}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.BUYER: frozenset(_FLOOR | {Permission.REQUEST_PURCHASE_ACTIONS}),
    Role.PLANNER: frozenset(_FLOOR | {Permission.REQUEST_PURCHASE_ACTIONS}),
    Role.PLANT_MANAGER: frozenset(
        _FLOOR
        | {
            Permission.REQUEST_PURCHASE_ACTIONS,
            Permission.REQUEST_QUALITY_ACTIONS,
            Permission.REQUEST_MAINTENANCE_ACTIONS,
            Permission.TIE_MACHINES,
            Permission.APPROVE_ACTIONS,
        }
    ),
    Role.QUALITY_LEAD: frozenset(_FLOOR | {Permission.REQUEST_QUALITY_ACTIONS}),
    Role.MAINTENANCE_LEAD: frozenset(_FLOOR | {Permission.REQUEST_MAINTENANCE_ACTIONS, Permission.TIE_MACHINES}),
    Role.CONTROLLER: frozenset(_FLOOR | {Permission.REQUEST_FINANCE_ACTIONS, Permission.APPROVE_ACTIONS}),
    Role.EXECUTIVE: frozenset(_EVERYONE),
    Role.AUDITOR: frozenset(_EVERYONE | {Permission.SEE_AUDIT, Permission.SEE_SYNC}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_SYNC,
            Permission.MANAGE_SYNC,
            Permission.SEE_AUDIT,
            Permission.MANAGE_PEOPLE,
            Permission.SET_LIMITS,
            Permission.TIE_MACHINES,
        }
    ),
}


def roles_with(permission: Permission) -> frozenset[str]:
    """The roles that carry a permission."""
    return frozenset(role for role, allowed in PERMISSIONS.items() if permission in allowed)
