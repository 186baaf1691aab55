"""Agree that an inspection which did not pass has failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import ActionForm, CannotPlanError, Plan, Reversibility, actions, fact
from apps.actions.selections import INSPECTION_STATES
from apps.exceptions.actions.held_stock import read_held
from apps.exceptions.actions.inspection_steps import INSPECTION, back_to, call, names_of
from apps.exceptions.actions.on_inspections import InspectionAction
from apps.exceptions.actions.quality_limits import approver_above, limits_for
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.quality import Inspection


class FailureForm(ActionForm):
    """Why the failure stands."""

    reason = forms.CharField(label=gettext_lazy("Why the failure stands"), max_length=200)


@actions.add
class AgreeFailure(InspectionAction):
    """Decide an inspection that waits: it has failed.

    The same button of the OCA lets an inspection pass whose answers are all good by then; the plan stops in that case,
    since letting goods pass is another decision. Stock that is worth more than the limits of `quality.decisions` allow
    needs the plant manager. The goods themselves stay where they are.
    """

    key = "quality.agree_failure"
    title = gettext_lazy("Agree that it has failed")
    explanation = gettext_lazy("Decides the inspection that waits: it has failed.")
    form = FailureForm
    requires = Permission.REQUEST_QUALITY_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    may_settle = False
    writes = {"qc.inspection": ("write",)}
    fields = {
        "state": gettext_lazy("state"),
        "success": gettext_lazy("all answers good"),
        "body": gettext_lazy("message"),
    }
    selections = {"state": INSPECTION_STATES}

    def subject_for(self, record: Mirror) -> Inspection | None:
        return record if isinstance(record, Inspection) and record.state == "waiting" else None

    def approver(self, subject: Inspection, answer: Mapping[str, Any]) -> Role | None:
        held = read_held(subject)
        return approver_above(limits_for(held).failure_amount, held)

    def plan(self, subject: Inspection, answer: Mapping[str, Any], *, by: User) -> Plan:
        if subject.state != "waiting":
            raise CannotPlanError(_("%s does not wait for a decision.") % subject.name)
        if subject.success:
            raise CannotPlanError(_("All answers of %s are good now: record them instead.") % subject.name)
        still_bad = {fact(INSPECTION, subject.odoo_id, "success"): None}
        return Plan(
            steps=(call(subject, "action_approve", "waiting", "failed", guard=still_bad),),
            undo=back_to(subject, "failed"),
            effect=_("%s has failed.") % subject.name,
            follows=(_("Odoo notes the moment of the decision on the inspection."),),
            warnings=(_("The goods stay where they are. Set them aside so that nobody takes them."),),
            names=names_of(subject),
        )
