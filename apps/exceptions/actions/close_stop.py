"""End a stop at the right moment and for the right reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions, fact
from apps.exceptions.actions.purchase_steps import odoo_time
from apps.exceptions.actions.stop_steps import going_on, machine, names_of, odoo_company
from apps.exceptions.downtime import IN_USE
from apps.exceptions.purchases import ODOO_TIME
from apps.exceptions.stops import STOP, company_of
from controltower.lib.wall_clock import moments_of, offset_text
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.downtime import CentreTime, LossReason
from odoo_sync.working_time import ASSUMED, calendars_of, zone_of

SECONDS = "%Y-%m-%dT%H:%M:%S"
AHEAD = timedelta(minutes=1)
"""How far the clocks of browser, tower and Odoo may differ."""


def reasons_for(stop: CentreTime) -> list[LossReason]:
    """The reasons that people may give for lost time, and the present one."""
    lost = Q(is_manual=True) & ~Q(category__in=IN_USE)
    rows = LossReason.objects.of(stop.connection_id).filter(lost | Q(pk=stop.reason_id))
    return list(rows.order_by("sequence", "pk"))


class CloseForm(ActionForm):
    """Why it stood still, when it ran again, and what was found."""

    loss = forms.ChoiceField(label=gettext_lazy("Reason"))
    ended_at = forms.CharField(
        label=gettext_lazy("Ran again at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )
    description = forms.CharField(
        label=gettext_lazy("What was found"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        self.stop: CentreTime = subject  # type: ignore[assignment]
        self.zone = zone_for(self.stop)
        self.fields["loss"].choices = [  # type: ignore[attr-defined]
            (str(one.odoo_id), f"{one.name} ({one.category})" if one.category else one.name)
            for one in reasons_for(self.stop)
        ]
        if isinstance(former := self.initial.get("ended_at"), str) and " " in former:
            self._show(datetime.strptime(former, ODOO_TIME).replace(tzinfo=UTC))
        elif isinstance(former, datetime):
            self._show(former)
        self.fields["ended_at"].help_text = _("Time in the plant (%s).") % self.zone
        self._ask_which()

    def _show(self, at: datetime) -> None:
        """Start with this moment, by the clock of the plant."""
        self.initial["ended_at"] = local_time(at, self.zone)
        self.initial["which"] = str(at.astimezone(zone_of(self.zone)).fold)

    def _ask_which(self) -> None:
        """In the hour that comes twice when the clocks go back, ask which of the two is meant."""
        moments = self._moments(str(self["ended_at"].value() or ""))
        if len(moments) < 2:
            return
        words = (_("the first time (%s)"), _("the second time (%s)"))
        zone = zone_of(self.zone)
        choices = [(str(n), words[n] % offset_text(at, zone)) for n, at in enumerate(moments)]
        asked = forms.ChoiceField(
            label=_("Which of the two"),
            choices=[("", _("choose")), *choices],
            required=False,
            help_text=_("The clocks went back that night: this time came twice."),
        )
        names = list(self.fields)
        self.fields["which"] = asked
        self.order_fields([*names[: names.index("ended_at") + 1], "which", *names[names.index("ended_at") + 1 :]])

    def _moments(self, text: str) -> tuple[datetime, ...]:
        """The moments that a typed time may mean; none where it is no time, or was left out."""
        try:
            return moments_of(datetime.fromisoformat(text).replace(microsecond=0), zone_of(self.zone))
        except (ValueError, OverflowError):
            return ()

    def clean(self) -> dict[str, Any]:
        """The moment as Odoo takes it: UTC to the second. Of two that a time may mean, one that cannot be is none."""
        answer = super().clean() or {}
        which = answer.pop("which", "")
        if "ended_at" not in answer:
            return answer
        try:
            answer["ended_at"] = odoo_time(self._ended_at(answer["ended_at"], which)) or ""
        except forms.ValidationError as error:
            self.add_error("ended_at", error)
        return answer

    def _ended_at(self, text: str, which: str) -> datetime:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise forms.ValidationError(_("Write a day and a time, such as 2026-05-04T14:30.")) from None
        moments = self._moments(text)
        if not moments:
            raise forms.ValidationError(_("The clocks went forward that night: this time was left out. Write another."))
        began = self.stop.start_at.replace(microsecond=0) if self.stop.start_at is not None else None
        latest = timezone.now() + AHEAD
        possible = [at for at in moments if at <= latest and (began is None or at >= began)]
        if len(possible) > 1:
            if which not in {"0", "1"}:
                raise forms.ValidationError(_("This time came twice that night. Choose below which of the two it was."))
            return moments[int(which)]
        if possible:
            return possible[0]
        if moments[0] > latest:
            raise forms.ValidationError(_("That moment has not come yet. A stop ends now or earlier."))
        raise forms.ValidationError(_("That is before the stop began."))


def local_time(at: datetime, zone: str) -> str:
    """A moment as the field of a form shows it, by the clock of the plant."""
    return at.astimezone(zone_of(zone)).strftime(SECONDS)


def zone_for(stop: CentreTime) -> str:
    """The time zone of the plant."""
    company = company_of(stop)
    return calendars_of([company]).get(company, ASSUMED).zone if company is not None else ASSUMED.zone


@actions.add
class CloseStop(Action[CentreTime]):
    """End one stop at a given moment, with its reason and what was found, in one write.

    Odoo itself takes an end in the future or before the beginning, and counts a stop whose reason is work as none: the
    form refuses these. Other stops of the same work centre go on. Taking it back opens the stop again as it was.
    """

    key = "maintenance.close_stop"
    title = gettext_lazy("Close the stop with a reason")
    explanation = gettext_lazy("Ends this stop in Odoo at the moment you give, with the reason that was found.")
    subject = CentreTime
    form = CloseForm
    requires = Permission.REQUEST_MAINTENANCE_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    leaves_note = False
    writes = {"mrp.workcenter.productivity": ("write",)}
    fields = {
        "loss_id": gettext_lazy("reason"),
        "date_end": gettext_lazy("end of the stop"),
        "description": gettext_lazy("description"),
        "workcenter_id": gettext_lazy("work centre"),
    }

    def subject_for(self, record: Mirror) -> CentreTime | None:
        return record if isinstance(record, CentreTime) and record.end_at is None else None

    def initial(self, subject: CentreTime) -> dict[str, Any]:
        now = max(timezone.now(), subject.start_at or timezone.now())
        return {
            "loss": str(subject.reason.odoo_id) if subject.reason else "",
            "ended_at": now,
            "description": subject.description or "",
        }

    def approver(self, subject: CentreTime, answer: Mapping[str, Any]) -> Role | None:
        return None

    def plan(self, subject: CentreTime, answer: Mapping[str, Any], *, by: User) -> Plan:
        centre = machine(subject)
        reasons = {str(one.odoo_id): one for one in reasons_for(subject)}
        reason = reasons.get(str(answer["loss"]))
        if reason is None:
            raise CannotPlanError(_("This reason is not one of Odoo's any more. Choose another."))
        text, end = str(answer.get("description", "")).strip(), str(answer["ended_at"])
        values = {"loss_id": reason.odoo_id, "date_end": end, "description": text or False}
        before: dict[str, Any] = {
            "loss_id": subject.reason.odoo_id if subject.reason else None,
            "description": (subject.description or "").strip() or None,
        }
        stands = {fact(STOP, subject.odoo_id, name): value for name, value in before.items()}
        after = {fact(STOP, subject.odoo_id, name): value or None for name, value in values.items()}
        return Plan(
            steps=(self._write(subject, values, {**going_on(subject), **stands}, after, _("Close the stop")),),
            undo=(self._back(subject, before, after),),
            effect=_("The stop of %(centre)s ends for this reason: %(reason)s.")
            % {"centre": centre.name, "reason": reason.name},
            warnings=tuple(_warnings(subject)),
            names=names_of(subject) | {f"loss_id={one.odoo_id}": str(one.name) for one in reasons.values()},
        )

    def _back(self, subject: CentreTime, before: dict[str, Any], after: dict[str, Any]) -> Step:
        expect = {fact(STOP, subject.odoo_id, name): value for name, value in {**before, "date_end": None}.items()}
        values = {name: value or False for name, value in {**before, "date_end": None}.items()}
        return self._write(subject, values, after, expect, _("Open the stop again"))

    @staticmethod
    def _write(
        stop: CentreTime, values: dict[str, Any], guard: dict[str, Any], expect: dict[str, Any], label: str
    ) -> Step:
        return Step(
            connection=stop.connection_id,
            company=odoo_company(stop),
            model=STOP,
            ids=(stop.odoo_id,),
            method="write",
            args={"vals": values},
            guard=guard,
            expect=expect,
            safe_again="value",
            label=label,
        )


def _warnings(stop: CentreTime) -> list[str]:
    others = CentreTime.objects.filter(work_centre=stop.work_centre_id, end_at=None).exclude(category__in=IN_USE)
    if not others.exclude(pk=stop.pk).exists():
        return []
    return [_("Another stop of this machine goes on: it stays blocked until that ends too.")]
