"""The people pages: who there is, what they hold, and what an administrator changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import grants, people
from apps.accounts.access import require
from apps.accounts.directory import Asked, as_listed, listed, people_within, places
from apps.accounts.errors import GrantRefusedError
from apps.accounts.forms import DetailsForm, GrantForm, NewPersonForm
from apps.accounts.models import User
from apps.accounts.passwords import readable_password
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import scope_of
from controltower.lib.scope import Scope


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """Everyone whom this administrator has to do with."""
    scope, asked = managed(request), Asked.of(request.GET)
    rows = listed(scope, asked, request.GET.get("page"))
    context = {"rows": rows, "people": [as_listed(one) for one in rows], "asked": asked, "whole": scope.is_group}
    context["roles"] = Role.choices
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a sign-in; its first password is shown once."""
    require(by := cast(User, request.user), Permission.MANAGE_PEOPLE, within=None)
    form = NewPersonForm(request.POST or None)
    if form.is_valid():
        password = readable_password()
        try:
            user = people.create(**{**form.cleaned_data, "password": password}, by=by)
        except ValidationError as error:
            form.add_error("login", error.messages[0])
        else:
            return _shown(request, user.pk, password=password)
    return render(request, "accounts/new_person.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def person(request: HttpRequest, key: int) -> HttpResponse:
    """One person, their grants, and what may be changed."""
    return _shown(request, key)


@require_POST
def details(request: HttpRequest, key: int) -> HttpResponse:
    """Another name or e-mail address."""
    require(cast(User, request.user), Permission.MANAGE_PEOPLE, within=None)
    found, form = get_object_or_404(User, pk=min(key, 2**62)), DetailsForm(request.POST)
    if not form.is_valid():
        return _shown(request, key, status=422, details=form)
    return _done(request, key, lambda by: people.correct(found, **form.cleaned_data, by=by))


@require_POST
def give(request: HttpRequest, key: int) -> HttpResponse:
    """One more role."""
    scope = managed(request)
    found, form = _found(scope, key), GrantForm(request.POST, places=places(scope))
    if not form.is_valid():
        return _shown(request, key, status=422, form=form)
    return _done(request, key, lambda by: grants.give(found, **form.given(), by=by))


@require_POST
def take(request: HttpRequest, key: int, grant: int) -> HttpResponse:
    """One role less."""
    found = _found(managed(request), key)
    held = next((one for one in found.shown_grants if one.pk == grant), None)  # type: ignore[attr-defined]
    if held is None:
        raise Http404
    return _done(request, key, lambda by: grants.take(held, by=by))


@require_POST
def activity(request: HttpRequest, key: int, act: str) -> HttpResponse:
    """End a sign-in, revive it, or replace its password."""
    require(cast(User, request.user), Permission.MANAGE_PEOPLE, within=None)
    found = get_object_or_404(User, pk=key)
    if act == "password":
        people.give_new_password(found, made := readable_password(), by=cast(User, request.user))
        return _shown(request, key, password=made)
    verb = people.deactivate if act == "deactivate" else people.reactivate
    return _done(request, key, lambda by: verb(found, by=by))


def managed(request: HttpRequest) -> Scope:
    """Where this person gives and takes roles. Raises PermissionDenied when that is nowhere."""
    scope = scope_of(cast(User, request.user), Permission.MANAGE_PEOPLE)
    if scope.is_empty:
        raise PermissionDenied(_("People are looked after by administrators."))
    return scope


def _found(scope: Scope, key: int) -> User:
    found = people_within(scope).filter(pk=min(key, 2**62)).first()
    if found is None:
        raise Http404
    return found


def _done(request: HttpRequest, key: int, verb: Callable[[User], object]) -> HttpResponse:
    try:
        verb(cast(User, request.user))
    except GrantRefusedError as error:
        return _shown(request, key, status=409, problem=str(error))
    messages.success(request, _("Done. It holds from this moment on, on open pages too."))
    return redirect("accounts:person", key=key)


def _shown(request: HttpRequest, key: int, status: int = 200, **context: Any) -> HttpResponse:
    scope = managed(request)
    context.setdefault("form", GrantForm(places=places(scope)))
    one = as_listed(_found(scope, key))
    known = {"name": one.person.get_full_name(), "email": one.person.email}
    context = {"details": DetailsForm(initial=known), **context, "one": one, "whole": scope.is_group}
    return render(request, "accounts/person.html", context, status=status)
