"""Agree a new arrival date with the vendor: every open line of the order, and its open receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import Action, ActionForm, CannotPlanError, Plan, Reversibility, actions
from apps.exceptions.actions.purchase_dates import Dates, read_dates
from apps.exceptions.actions.purchase_limits import limits_for, worth_more_than
from apps.exceptions.actions.purchase_steps import forward, names_of, restoring
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.working_time import local_day, on_day


class NewDateForm(ActionForm):
    """The day the vendor has confirmed, who confirmed it, and why it moves."""

    new_date = forms.DateField(
        label=gettext_lazy("New arrival date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    confirmed_by = forms.CharField(
        label=gettext_lazy("Confirmed by (person at the vendor)"), max_length=120, required=False
    )
    reason = forms.CharField(label=gettext_lazy("Why the date moves"), max_length=200)

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        self.dates = read_dates(subject)  # type: ignore[arg-type]
        self.limits = limits_for(self.dates.order)
        field = self.fields["new_date"]
        field.help_text = (
            _("Day in the plant (%s). The hour of the present promise is kept.") % self.dates.calendar.zone
        )
        field.widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}

    @property
    def first(self) -> date:
        return local_day(timezone.now(), self.dates.calendar)

    @property
    def last(self) -> date:
        return self.first + self.limits.horizon

    def clean_new_date(self) -> date:
        day: date = self.cleaned_data["new_date"]
        if day < self.first:
            raise forms.ValidationError(_("That day has passed in the plant. Choose today or later."))
        if day > self.last:
            raise forms.ValidationError(_("That is more than %d days away. Check the year.") % self.limits.horizon.days)
        return day


@dataclass(frozen=True)
class Change:
    """The moment to which everything moves, and by how much."""

    to: datetime
    days: int


@actions.add
class AgreeNewDate(Action[PurchaseOrder]):
    """Move all open lines of a purchase order, and its open receipts, to the day the vendor has confirmed.

    Odoo keeps four dates that do not move together: writing the lines' date_planned also sets the order's, and the
    deadlines of moves and receipts; writing scheduled_date on the open receipts then moves the days that planners
    see. Odoo itself shifts the deadlines of later moves by the same span. One date for all lines: a line that the
    vendor delivers on another day is a different agreement. A change by more days than the limits of
    `purchase.changes` allow, against the present or the first promise, or of an order that is worth more than they
    allow, needs the plant manager.
    """

    key = "purchase.agree_new_date"
    title = gettext_lazy("Agree a new date")
    explanation = gettext_lazy("Moves every open line and receipt of the order to the day the vendor has confirmed.")
    subject = PurchaseOrder
    form = NewDateForm
    requires = Permission.REQUEST_PURCHASE_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    writes = {
        "purchase.order": ("write",),
        "purchase.order.line": ("write",),
        "stock.picking": ("write",),
        "stock.move": ("write",),
    }
    fields = {
        "date_planned": gettext_lazy("expected arrival"),
        "date_deadline": gettext_lazy("deadline"),
        "scheduled_date": gettext_lazy("scheduled date"),
        "date": gettext_lazy("scheduled date"),
        "state": gettext_lazy("state"),
        "date_done": gettext_lazy("done on"),
        "picking_ids": gettext_lazy("receipts"),
        "order_line": gettext_lazy("lines"),
        "body": gettext_lazy("message"),
    }

    def subject_for(self, record: Mirror) -> PurchaseOrder | None:
        return record.order if isinstance(record, PurchaseOrderLine) else super().subject_for(record)

    def initial(self, subject: PurchaseOrder) -> dict[str, Any]:
        dates = read_dates(subject)
        today = local_day(timezone.now(), dates.calendar)
        promised = [local_day(line.promised_at, dates.calendar) for line in dates.lines if line.promised_at]
        return {"new_date": max([today, *promised])}

    def approver(self, subject: PurchaseOrder, answer: Mapping[str, Any]) -> Role | None:
        dates, limits = read_dates(subject), limits_for(subject)
        moved = abs(change_of(dates, answer).days) > limits.days
        return Role.PLANT_MANAGER if moved or worth_more_than(limits.amount, subject) else None

    def plan(self, subject: PurchaseOrder, answer: Mapping[str, Any], *, by: User) -> Plan:
        dates = read_dates(subject)
        if not dates.lines:
            raise CannotPlanError(_("Nothing of %s is still to come: there is no date to agree.") % subject.name)
        to = change_of(dates, answer).to
        steps = forward(dates, to)
        if not steps:
            raise CannotPlanError(_("%s already has this date everywhere. Choose another day.") % subject.name)
        return Plan(
            steps=steps,
            undo=restoring(dates, to),
            effect=_effect(dates, to),
            follows=_follows(dates),
            warnings=_warnings(dates, to),
            names=names_of(dates),
        )


def change_of(dates: Dates, answer: Mapping[str, Any]) -> Change:
    """Where the dates go and the longest way any of them moves, in days of the plant.

    Counted from the present promise and from the first one, so that many small steps are not a way around approval.
    """
    day = answer["new_date"]
    day = date.fromisoformat(day) if isinstance(day, str) else day
    hour = dates.order.promised_at or min((line.promised_at for line in dates.lines if line.promised_at), default=None)
    to = on_day(hour or timezone.now(), day, dates.calendar).replace(microsecond=0)
    known = [line.promised_at for line in dates.lines] + list(dates.first.values())
    days = [(day - local_day(one, dates.calendar)).days for one in known if one is not None]
    return Change(to, max(days, key=abs, default=0))


def _effect(dates: Dates, to: datetime) -> str:
    lines = ngettext("%d open line", "%d open lines", len(dates.lines)) % len(dates.lines)
    receipts = ngettext("%d receipt", "%d receipts", len(dates.receipts)) % len(dates.receipts)
    return _("%(order)s from %(vendor)s arrives on %(day)s: %(lines)s and %(receipts)s move.") % {
        "order": dates.order.name,
        "vendor": dates.order.vendor or _("the vendor"),
        "day": _day(to, dates),
        "lines": lines,
        "receipts": receipts,
    }


def _follows(dates: Dates) -> tuple[str, ...]:
    told = [_("Odoo sets the order's own date to the earliest of its lines.")]
    if dates.moves:
        told.append(_("Odoo sets the deadline of the moves on these receipts to the new date."))
    if dates.later_moves:
        told.append(
            ngettext(
                "Odoo shifts the deadline of %d later move by the same span.",
                "Odoo shifts the deadlines of %d later moves by the same span.",
                dates.later_moves,
            )
            % dates.later_moves
        )
    return tuple(told)


def _warnings(dates: Dates, to: datetime) -> tuple[str, ...]:
    if dates.needed_at is None or local_day(to, dates.calendar) <= local_day(dates.needed_at, dates.calendar):
        return ()
    return (_("The goods are needed on %s. With this date the need is still missed.") % _day(dates.needed_at, dates),)


def _day(at: datetime, dates: Dates) -> str:
    return date_format(local_day(at, dates.calendar), "j F Y")
