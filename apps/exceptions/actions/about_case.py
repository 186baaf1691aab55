"""How a request names the case that it helps, and what has become of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.actions.about import About, tied_by, told_by
from apps.actions.definition import Action
from apps.exceptions.case_records import newest_case, subject_of
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from controltower.lib.numbers import whole
from odoo_sync.mirror.base import Mirror

CASE = "case"
ENDED: dict[str, Any] = {
    CaseState.RESOLVED: _("Case resolved"),
    CaseState.CLOSED: _("The case was closed by a person"),
}


@tied_by(CASE)
def concerns_case(key: str, action: Action[Any], record: Mirror) -> bool:
    """Whether the case offers this action for the record, or names the record itself."""
    number = whole(key)
    case = None if number is None else Case.objects.filter(pk=number).first()
    if case is None:
        return False
    subject = subject_of(case)
    offered = None if subject is None else action.subject_for(subject)
    if offered is not None and (offered.key, offered.pk) == (record.key, record.pk):
        return True
    return newest_case(record, Case.objects.filter(pk=case.pk)) is not None


@told_by(CASE)
def case_for(key: str, reader: User) -> About | None:
    """The case in its own words, with the money at risk and where it stands; None for those who may not see it."""
    number = whole(key)
    if number is None:
        return None
    case = Case.objects.within(scope_of(reader, Permission.SEE_CASES)).filter(pk=number).first()
    if case is None:
        return None
    return About(
        title=case.summary,
        url=reverse("exceptions:case", args=[case.pk]),
        money=case.money,
        currency=case.currency,
        severity=case.severity,
        ended=str(ENDED.get(case.state, "")),
        judged_at=case.judged_at,
        needed_at=parse_datetime(case.impact.get("needed_at") or ""),
        expected_at=parse_datetime(case.impact.get("expected_at") or ""),
    )
