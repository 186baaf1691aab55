"""What people fill in about themselves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Role
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse

LONGEST = timedelta(days=3653)


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if not name.startswith("posix")]


class SignInForm(AuthenticationForm):
    """Name and password; the same words whether the name or the password was wrong."""

    error_messages = {
        "invalid_login": _("Name and password do not match, or the sign-in is not active. Mind upper and lower case."),
        "inactive": _("Name and password do not match, or the sign-in is not active. Mind upper and lower case."),
    }


class PreferencesForm(forms.ModelForm):
    """How the tower looks to one person."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=lazy(_zones, list)())

    class Meta:
        model = User
        fields = ["theme", "time_zone"]
        labels = {"theme": _("Theme")}


class NewPersonForm(forms.Form):
    """A sign-in for somebody; the first password is made, not typed."""

    login = forms.CharField(label=_("Name to sign in with"), max_length=150)
    name = forms.CharField(label=_("Name as others see it"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)


class DetailsForm(forms.Form):
    """What others see of a person, and where messages go."""

    name = forms.CharField(label=_("Name as others see it"), max_length=150, required=False)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Messages go there as well as to the list on the page.")
    )


class GrantForm(forms.Form):
    """One role in one place, with an end if it is for a time."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])
    place = forms.ChoiceField(label=_("Where"))
    until = forms.DateField(label=_("Last day, if any"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, places: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["place"]).choices = [("", _("Choose a place")), *places]

    def clean_until(self) -> date | None:
        """A day to come: a role that has ended already is none, and one for ever has no last day."""
        until: date | None = self.cleaned_data["until"]
        today = timezone.localdate()
        if until is not None and until < today:
            raise forms.ValidationError(_("This day lies in the past. The last day may be today at the earliest."))
        if until is not None and until - today >= LONGEST:
            raise forms.ValidationError(
                _("Choose a day within the next ten years, or leave it empty for a role without an end.")
            )
        return until

    def given(self) -> dict[str, Any]:
        """What ``grants.give`` takes. The last day is included, in the giver's time zone."""
        company, _dot, plant = self.cleaned_data["place"].partition(".")
        until = self.cleaned_data["until"]
        zone = timezone.get_current_timezone()
        return {
            "role": self.cleaned_data["role"],
            "company": Company.objects.get(pk=int(company)) if company != "group" else None,
            "plant": Warehouse.objects.get(pk=int(plant)) if plant else None,
            "ends_at": datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
        }
