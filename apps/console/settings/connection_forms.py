"""What is filled in about a connection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.console.connections import LONGEST_NAME
from apps.console.settings.draft import Draft
from odoo_sync.models import Connection

PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def key_field(*, required: bool, help_text: Any) -> forms.CharField:
    """The key of a bot user: typed, never shown."""
    widget = forms.PasswordInput(attrs={**PLAIN, "autocomplete": "new-password"})
    label = gettext_lazy("API key")
    return forms.CharField(label=label, max_length=512, required=required, widget=widget, help_text=help_text)


class AddressForm(forms.Form):
    """Where Odoo answers."""

    url = forms.CharField(
        label=gettext_lazy("Address of Odoo"),
        max_length=512,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "url", "placeholder": "https://odoo.example.com"}),
        help_text=gettext_lazy("As in the browser's address bar, up to the first path: scheme, name and port."),
    )

    def clean_url(self) -> str:
        return str(self.cleaned_data["url"]).strip().rstrip("/")


class DatabaseForm(forms.Form):
    """Which of its databases; a list where the server has one to offer."""

    database = forms.CharField(
        label=gettext_lazy("Database"),
        max_length=128,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy(
            "Its exact name. Odoo shows it under Settings, after ?debug=1, in the menu of the user."
        ),
    )

    def __init__(self, *args: Any, draft: Draft, **options: Any) -> None:
        super().__init__(*args, **options)
        if draft.databases:
            self.fields["database"] = forms.ChoiceField(
                label=_("Database"),
                choices=[(one, one) for one in draft.databases],
                help_text=_("What this server has."),
            )


class SignInForm(forms.Form):
    """Who reads, with which key."""

    login = forms.CharField(
        label=gettext_lazy("Login of the bot user"),
        max_length=256,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("A user of its own, with the rights it needs and no more."),
    )

    def __init__(self, *args: Any, draft: Draft, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = _("The key that you entered is kept, and never shown. Leave this empty to use it again.")
        made = _(
            "In Odoo, signed in as the bot user: Preferences, Account Security, New API Key. It is never shown again."
        )
        self.fields["key"] = key_field(required=not draft.sealed, help_text=kept if draft.sealed else made)


class NameForm(forms.Form):
    """What people call it."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=LONGEST_NAME, help_text=gettext_lazy("What people here call this Odoo.")
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if Connection.objects.filter(name=name, retired_at=None).exists():
            raise forms.ValidationError(_("Another connection has this name. Choose one that tells them apart."))
        return name


class ChangeForm(forms.Form):
    """Everything about a connection that may change; without a key the present one stays."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    url = forms.CharField(
        label=gettext_lazy("Address of Odoo"),
        max_length=512,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "url"}),
    )
    database = forms.CharField(label=gettext_lazy("Database"), max_length=128, widget=forms.TextInput(attrs=PLAIN))
    login = forms.CharField(
        label=gettext_lazy("Login of the bot user"), max_length=256, widget=forms.TextInput(attrs=PLAIN)
    )
    key = key_field(
        required=False,
        help_text=gettext_lazy(
            "Leave it empty to keep the present one. A new key is tried out before it takes its place."
        ),
    )
