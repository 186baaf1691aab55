"""The sync page: is the mirror true and fresh, and the switches of each connection."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import may, require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.console.errors import RefusedError
from apps.console.forms import RecordForm
from apps.console.mirror_state import as_context
from apps.console.rechecks import ASKED, read_again
from apps.console.settings.hanging import hanging_on
from apps.console.switches import SWITCHES
from odoo_sync.errors import OdooError
from odoo_sync.models import Connection


@require_safe
def sync(request: HttpRequest) -> HttpResponse:
    """Every connection that the person has to do with; the fragment alone when the page asks for it again."""
    user = cast(User, request.user)
    scope = scope_of(user, Permission.SEE_SYNC)
    if scope.is_empty:
        raise PermissionDenied(_("The state of the mirror is for people who work with its cases."))
    context: dict[str, Any] = {**as_context(scope), "may_manage": may(user, Permission.MANAGE_SYNC, None)}
    fragment = request.headers.get("HX-Target") == "connections"
    return render(request, "console/_connections.html" if fragment else "console/sync.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Says what an act means, and does it on POST."""
    user, chosen = cast(User, request.user), SWITCHES.get(act)
    require(user, Permission.MANAGE_SYNC, within=None)
    if chosen is None:
        raise Http404
    connection = get_object_or_404(Connection, pk=number, retired_at=None)
    back = reverse("console:settings_connections" if request.GET.get("from") == "settings" else "console:sync")
    context: dict[str, Any] = {"connection": connection, "switch": chosen, "back": back, **_at_stake(connection, act)}
    if request.method != "POST":
        return render(request, "console/switch.html", context)
    try:
        chosen.deed(connection, by=user)
    except (OdooError, RefusedError) as error:
        return render(request, "console/switch.html", {**context, "error": error}, status=422)
    messages.success(request, chosen.said or f"{chosen.title}: {connection.name}")
    return redirect(back)


def _at_stake(connection: Connection, act: str) -> dict[str, Any]:
    """What stops holding by an act that ends a connection."""
    return {"hanging": hanging_on(connection)} if act == "other-data" else {}


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Asks which record is to be read again, and has it done on POST; a case links here with its own filled in."""
    user = cast(User, request.user)
    require(user, Permission.MANAGE_SYNC, within=None)
    connection = get_object_or_404(Connection, pk=number, retired_at=None)
    asked = {name: request.GET[name] for name in ("model", "record") if name in request.GET}
    form = RecordForm(request.POST if request.method == "POST" else None, initial=asked, connection=connection)
    if form.is_valid():
        try:
            read_again(connection, form.cleaned_data["model"], form.cleaned_data["odoo_id"], by=user)
            messages.success(request, ASKED)
            return redirect("console:sync")
        except RefusedError as error:
            form.add_error(None, str(error))
    context = {"connection": connection, "form": form}
    return render(request, "console/record.html", context, status=422 if form.is_bound else 200)
