"""What people say about a case: who takes it, until when it may rest, why it is closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Grant, User
from apps.accounts.roles import Permission, roles_with
from apps.exceptions.models import Case

MORNING = 8
RESTS = (
    ("hour", _("An hour")),
    ("today", _("4 hours")),
    ("tomorrow", _("Tomorrow morning")),
    ("week", _("Monday morning")),
    ("until", _("Another time")),
)


class NamedUserField(forms.ModelChoiceField):
    """People by the name they are shown under."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.shown_name)


class AssignForm(forms.Form):
    """Who takes the case. Nobody is an answer, and no answer is none: an owner is never taken away by an omission."""

    to = NamedUserField(
        queryset=User.objects.none(), label=_("Who takes it"), empty_label=_("Nobody: give it back"), required=False
    )

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if self.add_prefix("to") not in self.data:
            self.add_error("to", _("Say who takes it, or choose nobody to give it back."))
        return super().clean() or {}


class SnoozeForm(forms.Form):
    """Until when the case may rest. Moments are in the zone that the browser names, else in the person's own."""

    rest = forms.ChoiceField(choices=RESTS, initial="hour", widget=forms.RadioSelect, label=_("Rest for"))
    until = forms.DateTimeField(
        required=False,
        label=_("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-zone-field": True}))

    def __init__(self, *args: Any, zone: str = "UTC", **options: Any) -> None:
        super().__init__(*args, **options)
        self.own = zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rest") == "until" and not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until when."))
        return cleaned

    def moment(self, now: datetime | None = None) -> datetime:
        """The chosen moment, in UTC."""
        now = (now or timezone.now()).astimezone(self._zone())
        morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
        rest = self.cleaned_data["rest"]
        if rest == "until":
            chosen: datetime = self.cleaned_data["until"]
            return chosen.replace(tzinfo=self._zone()).astimezone(ZoneInfo("UTC"))
        moments = {
            "hour": now + timedelta(hours=1),
            "today": now + timedelta(hours=4),
            "tomorrow": morning + timedelta(days=1),
            "week": morning + timedelta(days=7 - now.weekday()),
        }
        return moments[rest].astimezone(ZoneInfo("UTC"))

    def _zone(self) -> ZoneInfo:
        named = self.cleaned_data.get("zone") or self.own
        return ZoneInfo(named if named in available_timezones() else "UTC")


class NoteForm(forms.Form):
    """A note for whoever looks at the case next."""

    text = forms.CharField(
        max_length=4000,
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("What should the next person know?")}),
    )


class CloseForm(forms.Form):
    """Why a person ends a case that the data still shows."""

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


def people_for(cases: list[Case]) -> QuerySet[User]:
    """Who works cases in every one of these places."""
    found = User.objects.filter(is_active=True)
    for company, plant in {(case.company_id, case.plant_id) for case in cases}:
        place = Q(company=None)
        if company is not None:
            place |= Q(company=company, plant=None) | (
                Q(company=company, plant=plant) if plant is not None else Q(pk__in=[])
            )
        live = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
        grants = Grant.objects.filter(place, live, role__in=sorted(roles_with(Permission.WORK_CASES)))
        found = found.filter(pk__in=grants.values("user_id"))
    return found.order_by("first_name", "last_name", "username")
