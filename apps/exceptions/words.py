"""How the closed values of a case read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.exceptions.definition import Domain, Severity, detectors
from apps.exceptions.lifecycle import CaseState

SEVERITIES: dict[str, Any] = {
    Severity.CRITICAL: _("Critical"),
    Severity.HIGH: _("High"),
    Severity.MEDIUM: _("Medium"),
    Severity.LOW: _("Low"),
}

DOMAINS: dict[str, Any] = {
    Domain.DEMAND: _("Demand"),
    Domain.PROCURE: _("Procure"),
    Domain.PRODUCE: _("Produce"),
    Domain.QUALITY: _("Quality"),
    Domain.ASSETS: _("Assets"),
    Domain.FINANCE: _("Finance"),
    Domain.SERVICE: _("Service"),
    Domain.INTERCOMPANY: _("Intercompany"),
    Domain.MASTER_DATA: _("Master data"),
    Domain.INTEGRATION: _("Integration"),
}

STATES: dict[str, Any] = {
    CaseState.OPEN: _("Open"),
    CaseState.ACKNOWLEDGED: _("Acknowledged"),
    CaseState.IN_PROGRESS: _("In progress"),
    CaseState.SNOOZED: _("Snoozed"),
    CaseState.RESOLVED: _("Resolved"),
    CaseState.CLOSED: _("Closed"),
}


def kind_of(detector: str) -> tuple[str, Any]:
    """The catalogue code and title of a detector; a retired one is called by its key."""
    if detector not in detectors:
        return detector, detector
    member = detectors[detector]
    return member.code, member.title
