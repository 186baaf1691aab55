"""What people fill in about themselves."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User


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
