"""Let a machine run again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import (
    Action,
    ActionForm,
    CannotPlanError,
    Done,
    Plan,
    Reversibility,
    Step,
    actions,
    fact,
    split_fact,
)
from apps.actions.selections import WORKING_STATES
from apps.exceptions.actions.stop_steps import BLOCKED, CENTRE, going_on, machine, names_of, odoo_company
from apps.exceptions.downtime import IN_USE
from apps.exceptions.machines import equipment_of, repairs_of
from apps.exceptions.stops import STOP
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.downtime import CentreTime

END = "date_end"


class UnblockForm(ActionForm):
    """Why the machine may run again."""

    reason = forms.CharField(label=gettext_lazy("Why it runs again"), max_length=200)


@actions.add
class Unblock(Action[CentreTime]):
    """Unblock the work centre: every open time of it ends now, the stops and the clocks of running work orders alike.

    Odoo refuses it where the work centre is not blocked any more; then nothing was left to do. Taking it back opens
    those stops again that it has ended, unless somebody has given one another end since; the clocks of work orders stay
    ended, for nobody has worked meanwhile. The bot may write no note on a work centre.
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
    selections = {"working_state": WORKING_STATES}

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
            watch=tuple(sorted(fact(STOP, one.odoo_id, END) for one in times if one.category not in IN_USE)),
        )
        return Plan(
            steps=(step,),
            undo=(_reopening(step, dict.fromkeys(step.watch)),),
            effect=_("%s may run again: its stop ends now.") % centre.name,
            follows=tuple(_follows(times)),
            warnings=tuple(_warnings(subject)),
            names=names_of(*times),
        )

    def way_back(self, done: Done) -> Plan:
        (step,) = done.plan.steps
        ended = {key: done.after.get(key) for key in step.watch if done.before.get(key) is None and done.after.get(key)}
        if not ended:
            raise CannotPlanError(_("It has ended no stop that could be opened again."))
        told = _("Clocks of work orders stay ended: their operators start them again.")
        return done.back([_reopening(step, ended)], follows=(told,))


def _reopening(step: Step, ended: Mapping[str, Any]) -> Step:
    """Stops that were open at once, open again; ``ended`` are their ends as the call has left them."""
    ids = tuple(sorted(split_fact(key, STOP)[1] for key in ended))
    state = fact(CENTRE, step.ids[0], "working_state")
    return Step(
        connection=step.connection,
        company=step.company,
        model=STOP,
        ids=ids,
        method="write",
        args={"vals": {END: False}},
        guard={**ended, state: "normal"},
        expect={**dict.fromkeys(ended), state: BLOCKED},
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
