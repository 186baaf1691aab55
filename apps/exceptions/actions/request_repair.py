"""Ask the maintenance team to repair the machine that stands still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import NEW, Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions
from apps.actions.selections import MAINTENANCE_KINDS
from apps.exceptions.actions.message_vendor import paragraphs
from apps.exceptions.actions.stop_steps import case_link, going_on, machine, names_of, odoo_company
from apps.exceptions.machines import IN_SERVICE, equipment_of, repairs_of
from apps.exceptions.stops import company_of
from controltower.lib.keys import split_key
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest, MaintenanceTeam

REQUEST, EQUIPMENT, TEAM = "maintenance.request", "maintenance.equipment", "maintenance.team"
PRIORITIES = (
    ("3", gettext_lazy("High")),
    ("2", gettext_lazy("Normal")),
    ("1", gettext_lazy("Low")),
    ("0", gettext_lazy("Very low")),
)


def teams_for(stop: CentreTime) -> list[MaintenanceTeam]:
    """The teams that may take a request of the stop's company."""
    rows = MaintenanceTeam.objects.of(stop.connection_id).filter(IN_SERVICE)
    return list(rows.filter(Q(company=company_of(stop)) | Q(company=None)).order_by("company", "name", "pk"))


def machines_for(stop: CentreTime) -> list[Equipment]:
    """The equipment that belongs to the machine, that which carries its name first."""
    centre = stop.work_centre
    if centre is None:
        return []
    rows = equipment_of([centre.pk])[centre.pk]
    return sorted(rows, key=lambda row: (row.name.casefold() != centre.name.casefold(), row.name, row.pk))


class RepairForm(ActionForm):
    """What has to be repaired, by whom, how soon, and what is known of it."""

    name = forms.CharField(label=gettext_lazy("What is wrong"), max_length=120)
    equipment = forms.ChoiceField(label=gettext_lazy("Equipment"), required=False)
    team = forms.ChoiceField(label=gettext_lazy("Maintenance team"))
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=PRIORITIES)
    description = forms.CharField(
        label=gettext_lazy("What is known"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The address of this case is added."),
    )

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        found = machines_for(subject)  # type: ignore[arg-type]
        field = self.fields["equipment"]
        field.choices = [*((str(one.odoo_id), named(one)) for one in found), ("", _("None"))]  # type: ignore[attr-defined]
        if not found:
            field.help_text = _("No equipment is tied to this work centre. Tie it under Settings, Machines.")
        teams = [(str(one.odoo_id), one.name) for one in teams_for(subject)]  # type: ignore[arg-type]
        self.fields["team"].choices = teams  # type: ignore[attr-defined]


def named(row: Equipment) -> str:
    """Equipment as people tell it apart."""
    return " · ".join(filter(None, [row.name, row.serial_number, row.location]))


@actions.add
class RequestRepair(Action[CentreTime]):
    """Make a corrective maintenance request about the machine that stands still.

    It is made by `load` under an external id of its own (module `control_tower`), of which Odoo keeps one, so that a
    lost answer never makes a second request. Team and company are always sent: Odoo takes the first team of the
    company, not that of the equipment, and refuses a company without one. The description carries the address of the
    case.
    Taking it back cancels the request (archive_equipment_request); Odoo keeps it.
    """

    key = "maintenance.request_repair"
    title = gettext_lazy("Request a repair")
    explanation = gettext_lazy("Makes a corrective maintenance request in Odoo, with this case in its description.")
    subject = CentreTime
    form = RepairForm
    requires = Permission.REQUEST_MAINTENANCE_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    leaves_note = False
    may_settle = False
    writes = {"maintenance.request": ("create", "write")}
    fields = {
        "name": gettext_lazy("what is wrong"),
        "maintenance_type": gettext_lazy("kind"),
        "priority": gettext_lazy("priority"),
        "equipment_id": gettext_lazy("equipment"),
        "maintenance_team_id": gettext_lazy("team"),
        "company_id": gettext_lazy("company"),
        "description": gettext_lazy("description"),
        "archive": gettext_lazy("cancelled"),
        "date_end": gettext_lazy("end of the stop"),
        "workcenter_id": gettext_lazy("work centre"),
    }
    selections = {"maintenance_type": MAINTENANCE_KINDS, "priority": dict(PRIORITIES)}

    def subject_for(self, record: Mirror) -> CentreTime | None:
        return record if isinstance(record, CentreTime) and record.end_at is None else None

    def initial(self, subject: CentreTime) -> dict[str, Any]:
        found, teams = machines_for(subject), teams_for(subject)
        own = next((one.team for one in found if one.team in teams), None)
        team = own or next((one for one in teams if one.company_id is not None), None)
        what = " · ".join(filter(None, [str(subject.reason or ""), (subject.description or "").split("\n")[0]]))
        return {
            "name": f"{subject.work_centre or _('A work centre')}: {what or _('stands still')}"[:120],
            "equipment": str(found[0].odoo_id) if found else "",
            "team": str(team.odoo_id) if team else "",
            "priority": "3",
            "description": subject.description or "",
        }

    def approver(self, subject: CentreTime, answer: Mapping[str, Any]) -> Role | None:
        return None

    def plan(self, subject: CentreTime, answer: Mapping[str, Any], *, by: User) -> Plan:
        centre, company = machine(subject), company_of(subject)
        teams = {str(one.odoo_id): one for one in teams_for(subject)}
        if not teams or company is None:
            raise CannotPlanError(
                _("Odoo makes no request without a team, and this company has none. Make one in Odoo, Maintenance.")
            )
        team, name, priority = teams[str(answer["team"])], str(answer["name"]), str(answer["priority"])
        row = next((one for one in machines_for(subject) if str(one.odoo_id) == answer.get("equipment")), None)
        columns = {
            "name": name,
            "maintenance_type": "corrective",
            "priority": priority,
            "company_id/.id": str(split_key(company)[1]),
            "maintenance_team_id/.id": str(team.odoo_id),
            "description": described(str(answer.get("description", "")), subject, by),
        }
        columns |= {"equipment_id/.id": str(row.odoo_id)} if row else {}
        step = Step(
            connection=subject.connection_id,
            company=odoo_company(subject),
            model=REQUEST,
            ids=(),
            method="load",
            args={"fields": list(columns), "data": [list(columns.values())]},
            guard=going_on(subject),
            expect={
                f"{NEW}.name": name,
                f"{NEW}.maintenance_type": "corrective",
                f"{NEW}.priority": priority,
                f"{NEW}.company_id": split_key(company)[1],
                f"{NEW}.maintenance_team_id": team.odoo_id,
                f"{NEW}.equipment_id": row.odoo_id if row else None,
                f"{NEW}.description": columns["description"],
            },
            safe_again="external_id",
            label=_("Make the maintenance request"),
        )
        return Plan(
            steps=(step,),
            undo=(_cancelling(step),),
            effect=_("%(team)s is asked to repair %(what)s: %(name)s.")
            % {"team": team.name, "what": row.name if row else centre.name, "name": name},
            follows=(
                _("Odoo puts it into the first stage, and tells the technician of the equipment, if it has one."),
            ),
            warnings=tuple(_warnings(subject, row)),
            names=names_of(subject) | _named_by(subject, team, row),
        )


def _named_by(subject: CentreTime, team: MaintenanceTeam, row: Equipment | None) -> dict[str, str]:
    """What people call the request and the records that it names."""
    company = subject.company or (subject.work_centre.company if subject.work_centre else None)
    known = {"maintenance_team_id": team, "equipment_id": row, "company_id": company}
    linked = {f"{field}={one.odoo_id}": str(one.name) for field, one in known.items() if one is not None}
    return {**linked, f"{REQUEST},{NEW}": _("New maintenance request")}


def described(text: str, stop: CentreTime, by: User) -> str:
    """The description as the HTML that Odoo keeps: what was written, who asked, and where the case is."""
    link, who = case_link(stop), by.shown_name
    told = escape(_("Requested by %s in the control tower.") % who)
    where = format_html(' <a href="{}">{}</a>', link, link) if link else ""
    return f"{paragraphs(text)}<p>{told}{where}</p>"


def _cancelling(step: Step) -> Step:
    return Step(
        connection=step.connection,
        company=step.company,
        model=REQUEST,
        ids=(NEW,),
        method="archive_equipment_request",
        guard={f"{NEW}.archive": None},
        expect={f"{NEW}.archive": True},
        safe_again="state",
        label=_("Cancel the maintenance request"),
    )


def _warnings(stop: CentreTime, row: Equipment | None) -> list[str]:
    found: list[MaintenanceRequest] = []
    if stop.work_centre_id is not None:
        found = repairs_of(equipment_of([stop.work_centre_id])).get(stop.work_centre_id, [])
    told = [_("A repair of this machine is under way already: %s.") % one.name for one in found]
    return told if row else [*told, _("The request names no equipment: Odoo will not count it for any.")]
