"""Let a machine run again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import Action, ActionForm, Plan, Reversibility, Step, actions, fact
from apps.exceptions.actions.stop_steps import BLOCKED, CENTRE, going_on, machine, names_of, odoo_company
from apps.exceptions.downtime import IN_USE
from apps.exceptions.machines import equipment_of, repairs_of
from apps.exceptions.stops import STOP
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.downtime import CentreTime


class UnblockForm(ActionForm):
    """Why the machine may run again."""

    reason = forms.CharField(label=gettext_lazy("Why it runs again"), max_length=200)


@actions.add
class Unblock(Action[CentreTime]):
    """Unblock the work centre: every open time of it ends now, the stops and the clocks of running work orders alike.

    Odoo refuses it where the work centre is not blocked any more; then nothing was left to do. Taking it back opens the
    same times again, as if they had never ended. The bot may write no note on a work centre.
    """

    key = "maintenance.unblock"
    title = gettext_lazy("Unblock the machine")
    explanation = gettext_lazy("Ends every stop of the work centre now, so that work can start again.")
    subject = CentreTime
    form = UnblockForm
    requires = Permission.REQUEST_MAINTENANCE_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    leaves_note = False
    writes = {"mrp.workcenter": ("read",), "mrp.workcenter.productivity": ("write",)}
    fields = {
        "working_state": gettext_lazy("state of the machine"),
        "date_end": gettext_lazy("end of the stop"),
        "workcenter_id": gettext_lazy("work centre"),
    }

    def subject_for(self, record: Mirror) -> CentreTime | None:
        return record if isinstance(record, CentreTime) and record.end_at is None else None

    def approver(self, subject: CentreTime, answer: Mapping[str, Any]) -> Role | None:
        return None

    def plan(self, subject: CentreTime, answer: Mapping[str, Any], *, by: User) -> Plan:
        centre = machine(subject)
        times = list(CentreTime.objects.filter(work_centre=centre, end_at=None).select_related("work_centre"))
        state = fact(CENTRE, centre.odoo_id, "working_state")
        step = Step(
            connection=subject.connection_id,
            company=odoo_company(subject),
            model=CENTRE,
            ids=(centre.odoo_id,),
            method="unblock",
            guard={**going_on(subject), state: BLOCKED},
            expect={state: "normal"},
            safe_again="state",
            label=_("Unblock the work centre"),
        )
        return Plan(
            steps=(step,),
            undo=(_reopening(step, times),),
            effect=_("%s may run again: its stop ends now.") % centre.name,
            follows=tuple(_follows(times)),
            warnings=tuple(_warnings(subject)),
            names=names_of(*times),
        )


def _reopening(step: Step, times: list[CentreTime]) -> Step:
    """The times that were open at once, open again."""
    ids = tuple(sorted(one.odoo_id for one in times))
    (centre,) = step.ids
    return Step(
        connection=step.connection,
        company=step.company,
        model=STOP,
        ids=ids,
        method="write",
        args={"vals": {"date_end": False}},
        guard={fact(CENTRE, centre, "working_state"): "normal"},
        expect={**{f"{one}.date_end": None for one in ids}, fact(CENTRE, centre, "working_state"): BLOCKED},
        safe_again="value",
        label=_("Open the stop again"),
    )


def _follows(times: list[CentreTime]) -> list[str]:
    clocks = sum(one.category in IN_USE for one in times)
    stops = len(times) - clocks
    told = []
    if stops > 1:
        told.append(ngettext("Odoo ends %d open stop.", "Odoo ends all %d open stops.", stops) % stops)
    if clocks:
        told.append(
            ngettext(
                "Odoo also ends the clock of %d running work order; its operator starts it again.",
                "Odoo also ends the clocks of %d running work orders; their operators start them again.",
                clocks,
            )
            % clocks
        )
    return told


def _warnings(stop: CentreTime) -> list[str]:
    if stop.work_centre_id is None:
        return []
    found = repairs_of(equipment_of([stop.work_centre_id])).get(stop.work_centre_id, [])
    return [_("A repair of this machine is not closed yet: %s.") % one.name for one in found]
