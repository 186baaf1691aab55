"""The first page of the settings: its parts, each with how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from apps.accounts.directory import people_within
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.console.settings.machine_rows import Floor
from apps.console.settings.sections import sections_of
from apps.exceptions.limits import Kind, rules
from apps.exceptions.models import LimitOverride
from apps.notifications.models import EscalationPath
from odoo_sync.models import Connection


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What there is to decide, and how it stands."""
    user = cast(User, request.user)
    sections = sections_of(user)
    if not sections:
        raise PermissionDenied(_("There is nothing here for you to decide."))
    shown = [(one, STATES[one.key](user)) for one in sections]
    return render(request, "console/settings/home.html", {"sections": shown})


def _people(user: User) -> str:
    people = people_within(scope_of(user, Permission.MANAGE_PEOPLE)).filter(is_active=True)
    count = people.distinct().count()
    return ngettext("%d person can sign in", "%d people can sign in", count) % count


def _own(kind: Kind) -> Callable[[User], str]:
    def state(user: User) -> str:
        scope = scope_of(user, Permission.SET_LIMITS)
        keys = [one.key for one in rules() if one.kind == kind]
        rows = LimitOverride.objects.filter(scope.condition("company_id", "plant_id"), rule__in=keys)
        count = rows.count()
        if not count:
            return _("The tower's defaults hold everywhere")
        return ngettext("%d place has its own", "%d places have their own", count) % count

    return state


def _paths(user: User) -> str:
    scope = scope_of(user, Permission.SET_LIMITS)
    count = EscalationPath.objects.filter(scope.condition("company_id", "plant_id")).count()
    return ngettext("%d path", "%d paths", count) % count if count else _("Nobody is named yet")


def _machines(user: User) -> str:
    count = Floor.listed(scope_of(user, Permission.TIE_MACHINES), "", "open").count()
    return ngettext("%d waits for a word", "%d wait for a word", count) % count if count else _("All is said")


def _connections(user: User) -> str:
    rows = list(Connection.objects.filter(retired_at=None).values_list("problem", "writes_enabled"))
    if not rows:
        return _("No Odoo is connected yet")
    told = [ngettext("%d Odoo", "%d Odoos", len(rows)) % len(rows)]
    if troubled := sum(bool(problem) for problem, _writes in rows):
        told.append(ngettext("%d cannot be read", "%d cannot be read", troubled) % troubled)
    if stopped := sum(not writes for _problem, writes in rows):
        told.append(ngettext("writing stopped for %d", "writing stopped for %d", stopped) % stopped)
    return " · ".join(told)


STATES: Mapping[str, Callable[[User], str]] = {
    "people": _people,
    "limits": _own(Kind.DETECTOR),
    "score": _own(Kind.SCORE),
    "approvals": _own(Kind.ACTION),
    "escalation": _paths,
    "machines": _machines,
    "connections": _connections,
}
