"""Pages of actions: the dialog of a proposal, a request with its progress, the approvals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import find_or_404
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.actions import requests
from apps.actions.changes import changes
from apps.actions.dialog import Dialog
from apps.actions.errors import RequestError
from apps.actions.forms import DecisionForm, VersionForm
from apps.actions.inbox import own_of, waiting_for
from apps.actions.models import Request
from apps.actions.progress import Progress
from apps.actions.stumble import StumbledError
from controltower.lib.htmx import part_of_page
from controltower.lib.states import IllegalTransitionError


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, key: str, subject: int) -> HttpResponse:
    """Choose values, look at what they do in Odoo, send: three steps of one address."""
    try:
        return _stepped(request, Dialog.of(request, key, subject))
    except StumbledError as error:
        return _shown(request, "cannot_offer", 409, problem=str(error))


def _stepped(request: HttpRequest, dialog: Dialog) -> HttpResponse:
    """The dialog at the step that was asked for."""
    step = request.POST.get("step", "")
    if request.method != "POST" or step == "edit":
        return _shown(request, "propose", dialog=dialog)
    if step != "send":
        previewed = dialog.preview()
        return _shown(request, "preview" if previewed else "propose", 200 if previewed else 422, dialog=dialog)
    sent = dialog.send(request.POST)
    if sent is None:
        return _shown(request, "preview" if dialog.plan else "propose", 409 if dialog.plan else 422, dialog=dialog)
    if request.htmx:  # type: ignore[attr-defined]
        return _shown(request, "request", progress=Progress(sent, dialog.by))
    return redirect(sent)


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for this person's decision, and what the person has asked for."""
    person = cast(User, request.user)
    return render(request, "actions/inbox.html", {"waiting": waiting_for(person), "own": own_of(person)})


@require_safe
def show(request: HttpRequest, key: UUID) -> HttpResponse:
    """One request: what it does, how far it is, what can be done now."""
    return _shown(request, "request", progress=_progress(request, key))


@require_safe
def follow(request: HttpRequest, key: UUID) -> HttpResponse:
    """The moving part of a request's page, asked for while it is under way."""
    return part_of_page(request, "actions/_progress.html", {"progress": _progress(request, key)})


@require_POST
def approve(request: HttpRequest, key: UUID) -> HttpResponse:
    """Agree to the plan that was looked at."""
    return _decided(request, key, requests.approve, DecisionForm(request.POST))


@require_POST
def reject(request: HttpRequest, key: UUID) -> HttpResponse:
    """Refuse it, with a reason."""
    form = DecisionForm(request.POST)
    return _decided(request, key, lambda item, *, plan_hash, **said: requests.reject(item, **said), form)


@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take one's own request back."""
    return _decided(request, key, requests.withdraw, VersionForm(request.POST))


@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take up a request that stopped, after reading Odoo."""
    return _decided(request, key, requests.again, VersionForm(request.POST))


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Look at what undoing would write, then ask for it."""
    if request.method == "POST":
        return _decided(request, key, requests.undo, VersionForm(request.POST))
    progress = _progress(request, key)
    try:
        plan, approver = requests.undo_plan(progress.item), requests.undo_approver(progress.item)
    except RequestError as error:
        return _shown(request, "request", 409, progress=Progress(progress.item, progress.reader, str(error)))
    shown, judges = changes(plan, progress.item.action), progress.judges(approver)
    return _shown(request, "undo", progress=progress, plan=plan, changes=shown, approver=approver, deciders=judges)


def _decided(request: HttpRequest, key: UUID, verb: Callable[..., Request], form: Any) -> HttpResponse:
    """Let one verb decide and go to what came of it; a refusal comes back with the page and its reason."""
    progress = _progress(request, key)
    if not form.is_valid():
        problem = _("The page did not say what was looked at. Look again, then decide.")
        return _shown(request, "request", 422, progress=Progress(progress.item, progress.reader, problem))
    try:
        return redirect(verb(progress.item, by=progress.reader, **form.cleaned_data))
    except (RequestError, IllegalTransitionError) as error:
        now = _progress(request, key)
        return _shown(request, "request", 409, progress=Progress(now.item, now.reader, str(error)))


def _progress(request: HttpRequest, key: UUID) -> Progress:
    """The request, if this person may see it. Raises Http404."""
    person = cast(User, request.user)
    related = Request.objects.select_related("requested_by", "company", "plant", "connection", "undoes")
    return Progress(find_or_404(related, scope_of(person, Permission.SEE_CASES), pk=key), person)


def _shown(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """The whole page; only its fragment where a dialog asked for it."""
    fragment = "_" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"actions/{fragment}{name}.html", context, status=status)
