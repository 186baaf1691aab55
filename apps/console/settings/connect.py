"""Connecting an Odoo, step by step: each step is looked at before the next, and says what to do where it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.actions.rights import Barred, barred_actions
from apps.console.connections import add, note_look
from apps.console.settings.connection_forms import AddressForm, DatabaseForm, NameForm, SignInForm
from apps.console.settings.draft import STEPS, Draft
from apps.console.settings.likenesses import likenesses
from apps.console.settings.seen_companies import company_notes
from odoo_sync.checks import (
    OLDEST,
    Right,
    Support,
    check_address,
    check_database,
    check_rights,
    check_sign_in,
    is_like_key,
    support_of,
)
from odoo_sync.connections import typed_address
from odoo_sync.errors import OdooError, UndecidedError
from odoo_sync.likeness import Decision

TITLES: Mapping[str, Any] = {
    "address": gettext_lazy("Address"),
    "database": gettext_lazy("Database"),
    "sign-in": gettext_lazy("Bot user"),
    "rights": gettext_lazy("Rights"),
    "save": gettext_lazy("Companies"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, step: str = STEPS[0]) -> HttpResponse:
    """One step. A later one than what has been reached leads back to where it goes on."""
    by = cast(User, request.user)
    require(by, Permission.MANAGE_SYNC, within=None)
    if step not in STEPS:
        raise Http404
    draft = Draft.of(request.session)
    if STEPS.index(step) > STEPS.index(draft.next_step):
        return redirect("console:settings_connect", step=draft.next_step)
    page = Step(step, draft, by)
    return page.answer(request) if request.method == "POST" else page.shown(request)


@dataclass
class Step:
    """One step of somebody's way to a new connection."""

    key: str
    draft: Draft
    by: User
    problem: str = ""
    decision: Decision | None = None
    rights: list[Right] = field(default_factory=list)
    barred: list[Barred] = field(default_factory=list)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Takes over what was typed, looks, and goes on; what failed is said here, and nothing typed is lost."""
        if request.POST.get("do") == "cancel":
            Draft.drop(request.session)
            return redirect("console:settings_connections")
        form = self.form(request.POST)
        if not form.is_valid():
            return self.shown(request, form, status=422)
        self.draft.take(self.key, form.cleaned_data)
        answer = form.cleaned_data.get("decision")
        self.decision = Decision.of(answer) if answer else None
        self.draft.keep(request.session)
        try:
            return self._gone_on(request)
        except OdooError as error:
            self.problem = str(error)
            return self.shown(request, self.form(request.POST), status=422)

    def _gone_on(self, request: HttpRequest) -> HttpResponse:
        if self.key == "save":
            return self._save(request)
        LOOKS[self.key](self)
        if self.problem:
            return self.shown(request, self.form(request.POST), status=422)
        self.draft.pass_(self.key)
        self.draft.keep(request.session)
        return redirect("console:settings_connect", step=self.draft.next_step)

    def _save(self, request: HttpRequest) -> HttpResponse:
        draft = self.draft
        typed = {"url": draft.url, "database": draft.database, "login": draft.login, "secret": draft.secret}
        try:
            connection = add(name=draft.name, **typed, by=self.by, decision=self.decision)
        except UndecidedError:
            draft.alike = self._likenesses()
            draft.keep(request.session)
            raise
        Draft.drop(request.session)
        messages.success(request, _("Connected. The first load has begun; it goes on when you leave this page."))
        return redirect("console:settings_connection", number=connection.pk)

    def shown(self, request: HttpRequest, form: forms.Form | None = None, status: int = 200) -> HttpResponse:
        if self.key == "rights" and not self.problem:
            self._read_rights()
        at = STEPS.index(self.key)
        steps = [(one, TITLES[one], _state(number, at, self)) for number, one in enumerate(STEPS)]
        context = {"step": self.key, "steps": steps, "draft": self.draft, "form": form or self.form(None)}
        context |= {"problem": self.problem, "notes": list(_notes(self)), "before": STEPS[at - 1] if at else ""}
        context |= {"readable": [one for one in self.rights if not one.problem]}
        context |= {"refused": [one for one in self.rights if one.problem or one.lacking], "barred": self.barred}
        return render(request, "console/settings/connect.html", context, status=status)

    def form(self, data: Any) -> forms.Form:
        """The form of this step, filled with what was typed before."""
        draft, kept = self.draft, {"url": self.draft.url, "database": self.draft.database, "login": self.draft.login}
        if self.key == "address":
            return AddressForm(data, initial=kept)
        if self.key == "database":
            return DatabaseForm(data, initial=kept, draft=draft)
        if self.key == "sign-in":
            return SignInForm(data, initial=kept, draft=draft)
        if self.key == "save":
            return NameForm(data, initial={"name": draft.name or draft.database}, draft=draft)
        return forms.Form(data)

    def address(self) -> None:
        note_look(self.draft.url, by=self.by)
        found = check_address(self.draft.url)
        self.draft.version, self.draft.secure, self.draft.databases = found.version, found.secure, found.databases
        if found.support == Support.TOO_OLD:
            told = _("This is Odoo %(version)s. The tower reads Odoo from %(oldest)d on: upgrade it first.")
            self.problem = told % {"version": found.version, "oldest": OLDEST}

    def database(self) -> None:
        if check_database(self.draft.url, self.draft.database) is False:
            told = _("This server has no database “%s”. Mind upper and lower case; ask whoever runs Odoo for its name.")
            self.problem = told % self.draft.database

    def sign_in(self) -> None:
        if not self.draft.secret:
            self.problem = _("The key can no longer be read. Enter it again.")
            return
        found = check_sign_in(self._typed())
        self.draft.user, self.draft.administers = found.name, found.administers
        self.draft.companies, self.draft.others = found.companies, found.others

    def rights_read(self) -> None:
        self._read_rights()
        if not self.problem and not any(not one.problem for one in self.rights):
            self.problem = _(
                "The bot user may read nothing that the tower needs. Give it rights in Odoo, then look again."
            )
        if not self.problem:
            self.draft.alike = self._likenesses()

    def _read_rights(self) -> None:
        try:
            self.rights = check_rights(self._typed())
            self.barred = barred_actions(self._typed())
        except OdooError as error:
            self.problem = str(error)

    def _likenesses(self) -> list[dict[str, Any]]:
        draft = self.draft
        return likenesses(url=draft.url, database=draft.database, login=draft.login, secret=draft.secret)

    def _typed(self) -> Any:
        draft = self.draft
        return typed_address(url=draft.url, database=draft.database, login=draft.login, secret=draft.secret)


LOOKS: Mapping[str, Callable[[Step], None]] = {
    "address": Step.address,
    "database": Step.database,
    "sign-in": Step.sign_in,
    "rights": Step.rights_read,
}


def _state(number: int, at: int, step: Step) -> str:
    """How a step stands: done, failed, or nothing to say."""
    if number == at:
        return "failed" if step.problem else ""
    return "done" if STEPS[number] in step.draft.done else ""


def _notes(step: Step) -> Any:
    """What an administrator should know of what has been found, though it keeps nobody from going on."""
    draft = step.draft
    if step.key in ("database", "save") and draft.url and not draft.secure:
        yield _(
            "Not encrypted: the key goes over the network in plain text. Use https:// unless the network is your own."
        )
    if step.key == "database" and support_of(draft.version) == Support.UNTRIED:
        told = _("Odoo %s has not been tried with this release of the tower: some fields may be lacking.")
        yield told % (draft.version or _("of an unknown version"))
    if step.key == "save":
        yield from company_notes(draft)
    if step.key == "rights" and draft.administers:
        yield _("This user administers Odoo. A bot needs far less: give the connection a user of its own.")
    if step.key == "rights" and not is_like_key(draft.secret):
        yield _("This looks like a password. An API key can be withdrawn alone, and works with two-factor sign-in.")
