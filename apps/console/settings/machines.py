"""The page that ties equipment to work centres: proposals to confirm, or a choice by hand."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import find_or_404
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.console.settings.machine_rows import STATES, Floor, Row
from apps.exceptions.errors import MachineError
from apps.exceptions.machine_ties import NONE, UNSAID, tie, untie
from apps.exceptions.models import EquipmentLink
from controltower.lib.numbers import whole
from controltower.lib.scope import Scope
from odoo_sync.mirror.maintenance import Equipment
from odoo_sync.mirror.production import WorkCentre

PAGE = 25


@require_safe
def machines(request: HttpRequest) -> HttpResponse:
    """Everything that is looked after in the person's plants, and where it stands."""
    return render(request, "console/settings/machines.html", _context(request))


@require_POST
def machine(request: HttpRequest, key: int) -> HttpResponse:
    """One decision: a work centre, none, or nothing said; what was said before is one click away."""
    by, scope = cast(User, request.user), _scope(request)
    equipment = find_or_404(Equipment.everything.all(), scope, pk=key)
    before, wanted = request.POST.get("before", UNSAID), request.POST.get("centre", UNSAID)
    try:
        _decide(equipment, wanted, by=by, before=before, scope=scope)
    except MachineError as error:
        context = _context(request, problem=str(error), about=key)
        return render(request, "console/settings/machines.html", context, status=409)
    kept = request.GET.copy()
    kept.update({"done": str(key), "was": before})
    return redirect(f"{reverse('console:settings_machines')}?{kept.urlencode()}#done")


def _decide(equipment: Equipment, wanted: str, *, by: User, before: str, scope: Scope) -> None:
    if wanted == UNSAID:
        return untie(equipment, by=by, before=before)
    centre = None if wanted == NONE else _centre(wanted, equipment, scope)
    row = Floor.of([equipment], scope).row(equipment)
    proposed = row.guess.centre if row.guess else None
    basis = row.guess.basis if row.guess and centre is not None and centre.pk == proposed else "hand"
    tie(equipment, centre, basis=basis, by=by, before=before)
    return None


def _centre(wanted: str, equipment: Equipment, scope: Scope) -> WorkCentre:
    rows = WorkCentre.objects.within(scope).of(equipment.connection_id)
    return cast(WorkCentre, get_object_or_404(rows, pk=whole(wanted) or 0))


def _scope(request: HttpRequest) -> Scope:
    scope = scope_of(request.user, Permission.TIE_MACHINES)
    if scope.is_empty:
        raise PermissionDenied(_("Machines are tied by maintenance leads, plant managers and administrators."))
    return scope


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    scope = _scope(request)
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    state = state if state in STATES else ""
    asked = {"text": text, "state": state, "states": STATES.items(), "is_narrowed": bool(text or state)}
    page = Paginator(Floor.listed(scope, text, state), PAGE).get_page(request.GET.get("page"))
    floor = Floor.of(list(page.object_list), scope)
    shown = [floor.row(one) for one in page.object_list]
    done = {"done": _done(request, scope), "was": request.GET.get("was", ""), "kept": request.GET.urlencode()}
    return {"rows": page, "shown": shown, **asked, **done, **more}


def _done(request: HttpRequest, scope: Scope) -> Row | None:
    """The row that was just decided about, with what was said of it before, for taking it back."""
    key, was = whole(request.GET.get("done", "")), request.GET.get("was", "")
    if key is None or not (was in {UNSAID, NONE} or whole(was) is not None):
        return None
    equipment = Equipment.everything.within(scope).filter(pk=key).select_related("company").first()
    if equipment is None:
        return None
    row = Floor.of([equipment], scope).row(equipment)
    return row if row.seen != was or EquipmentLink.objects.filter(equipment=equipment).exists() else None
