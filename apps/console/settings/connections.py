"""The pages of connections: all of them, one of them, changing it, and disconnecting it."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.actions.models import Request, RequestState
from apps.actions.rights import look_at_rights
from apps.console.connections import change, disconnect, edition, look_again
from apps.console.errors import RefusedError
from apps.console.mirror_state import Standing, standing_of, standings
from apps.console.settings.connection_forms import ChangeForm
from apps.console.settings.hanging import hanging_on
from apps.console.switches import stop_all_writes
from apps.exceptions.models import Case
from controltower.lib.scope import Scope
from odoo_sync.errors import OdooError
from odoo_sync.models import Connection


@require_safe
def connections(request: HttpRequest) -> HttpResponse:
    """Every Odoo, and what may be done with it."""
    _managed(request)
    gone = Connection.objects.exclude(retired_at=None).order_by("-retired_at")[:20]
    context = {"standings": standings(Scope.everything()), "gone": gone}
    return render(request, "console/settings/connections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def stop_writes(request: HttpRequest) -> HttpResponse:
    """The kill switch of every Odoo at once: says what it means, and does it on POST."""
    by = _managed(request)
    if request.method == "POST":
        count = stop_all_writes(by=by)
        messages.success(
            request, ngettext("Writing stopped for %d Odoo.", "Writing stopped for %d Odoos.", count) % count
        )
        return redirect("console:settings_connections")
    names = (
        Connection.objects.filter(writes_enabled=True, retired_at=None).order_by("name").values_list("name", flat=True)
    )
    return render(request, "console/settings/stop_writes.html", {"names": names})


@require_http_methods(["GET", "HEAD", "POST"])
def connection(request: HttpRequest, number: int) -> HttpResponse:
    """One Odoo: how it stands, what it lacks, its first load; on POST it is asked anew."""
    by, found = _managed(request), _found(number)
    problem = ""
    if request.method == "POST":
        try:
            look_again(found, by=by)
            look_at_rights(found)
            messages.success(request, _("Looked again: what it is, has and allows is up to date."))
            return redirect("console:settings_connection", number=number)
        except OdooError as error:
            problem = str(error)
    alone = request.headers.get("HX-Target") == "progress"
    context = {"one": standing_of(found), "problem": problem, "alone": alone, **_progress(standing_of(found))}
    name = "_progress" if alone else "connection"
    return render(request, f"console/settings/{name}.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Another name, address, login or key."""
    by, found, seen = _managed(request), _found(number), request.POST.get("seen", "")
    known = {"name": found.name, "url": found.url, "database": found.database, "login": found.login}
    form = ChangeForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        values = {name: value.strip() if isinstance(value, str) else value for name, value in form.cleaned_data.items()}
        try:
            change(found, **_as_typed(values), seen=seen, by=by)
            messages.success(request, _("Changed, after it was tried out."))
            return redirect("console:settings_connection", number=number)
        except (OdooError, RefusedError) as error:
            form.add_error(None, str(error))
    context = {"connection": found, "form": form, "seen": edition(_found(number))}
    return render(request, "console/settings/connection_edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Says what disconnecting does, and does it once the name has been typed."""
    by, found, problem = _managed(request), _found(number), ""
    if request.method == "POST":
        try:
            disconnect(found, typed=request.POST.get("name", ""), by=by)
            messages.success(request, _("%s is disconnected.") % found.name)
            return redirect("console:settings_connections")
        except RefusedError as error:
            problem = str(error)
    context = {"connection": found, "problem": problem, "typed": request.POST.get("name", ""), **_held_by(found)}
    return render(request, "console/settings/connection_remove.html", context, status=422 if problem else 200)


def _managed(request: HttpRequest) -> User:
    """The person; connections belong to the whole group. Raises PermissionDenied."""
    user = cast(User, request.user)
    require(user, Permission.MANAGE_SYNC, within=None)
    return user


def _found(number: int) -> Connection:
    return get_object_or_404(Connection, pk=min(number, 2**31 - 1), retired_at=None)


def _as_typed(values: dict[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in values.items() if name != "key"}, "secret": values["key"]}


def _progress(one: Standing) -> dict[str, Any]:
    """How far the first load is: mirrors that are here, and the rows of the one that is under way."""
    loaded = sum(row.loaded for row in one.rows)
    under_way = [row for row in one.rows if not row.loaded and row.total is not None]
    rows = sum(row.rows for row in one.rows)
    begun = [at for at in one.connection.cursors.values_list("load_started_at", flat=True) if at is not None]
    seconds = (timezone.now() - min(begun)).total_seconds() if begun else 0.0
    rate = round(rows / seconds) if seconds >= 1 else 0
    return {"loaded": loaded, "wanted": len(one.rows), "under_way": under_way, "row_count": rows, "rate": rate}


def _held_by(connection: Connection) -> dict[str, Any]:
    """What hangs on a connection."""
    waiting = Request.objects.filter(connection=connection, state__in=(RequestState.WAITING, RequestState.APPROVED))
    rows = sum(connection.cursors.values_list("rows", flat=True))
    return {
        "rows": rows,
        "cases": Case.objects.live().filter(connection=connection).count(),
        "waiting": waiting.count(),
        "hanging": hanging_on(connection),
    }
