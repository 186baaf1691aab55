"""What is filled in about a connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.console.connections import LONGEST_NAME
from apps.console.settings.draft import Draft
from odoo_sync.likeness import Answer
from odoo_sync.models import Connection

CLIENT_PATHS = frozenset({"web", "odoo", "my", "jsonrpc", "xmlrpc", "scoped_app"})
"""Where Odoo 16 to 19 serves its client and its services: what follows is no part of where Odoo answers."""
PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def plain_address(typed: str) -> str:
    """An address without what a browser adds to it: the client's own path, a query, a fragment; a prefix stays."""
    text = typed.strip()
    for cut in ("#", "?"):
        text = text.partition(cut)[0]
    scheme, sign, rest = text.partition("://")
    host, *path = rest.split("/") if sign else [text]
    kept = next((path[:at] for at, part in enumerate(path) if part in CLIENT_PATHS), path)
    return (f"{scheme}{sign}{'/'.join([host, *kept])}" if sign else text).rstrip("/")


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
        help_text=gettext_lazy("As in the browser's address bar; what follows the first /web or /odoo is left out."),
    )

    def clean_url(self) -> str:
        return plain_address(str(self.cleaned_data["url"]))


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
    """What people call it, and where it looks like one that is known, which it is."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=LONGEST_NAME, help_text=gettext_lazy("What people here call this Odoo.")
    )

    def __init__(self, *args: Any, draft: Draft, **options: Any) -> None:
        super().__init__(*args, **options)
        if draft.alike:
            self.fields["decision"] = forms.ChoiceField(
                label=_("Which database is it?"), choices=list(choices_of(draft)), widget=forms.RadioSelect,
                help_text=_("Requests that wait, and were planned before, are not sent: they are to be planned anew."),
            )  # fmt: skip
            self.order_fields(["decision", "name"])

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if self.data.get("decision", Answer.APART) != Answer.APART:
            return name
        if Connection.objects.filter(name=name, retired_at=None).exists():
            raise forms.ValidationError(_("Another connection has this name. Choose one that tells them apart."))
        return name


def choices_of(draft: Draft) -> Iterator[tuple[str, str]]:
    """What it may be: none of the known ones, or one of them, as far as nothing contradicts that."""
    yield Answer.APART, _("Another database, or a copy: it gets a number, rows and roles of its own.")
    for one in draft.alike:
        values = {"name": one["name"]}
        if not one["contradicting"]:
            known = (
                _("%(name)s, connected again: its name, rows, roles and limits hold again.")
                if one["is_retired"]
                else _("%(name)s, moved to this address: its name, rows, roles and limits stay.")
            )
            yield f"{Answer.MOVED}:{one['number']}", known % values
        restored = _("%(name)s, restored from a backup: it takes its place, and everything is read again.")
        yield f"{Answer.RESTORED}:{one['number']}", restored % values


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
    is_moved = forms.BooleanField(
        label=gettext_lazy("The new address leads to the same database; it is no copy"),
        required=False,
        help_text=gettext_lazy(
            "Only asked where address or database change. Requests planned before are then not sent."
        ),
    )
    key = key_field(
        required=False,
        help_text=gettext_lazy(
            "Leave it empty to keep the present one. A new key is tried out before it takes its place."
        ),
    )

    def clean_url(self) -> str:
        return plain_address(str(self.cleaned_data["url"]))
