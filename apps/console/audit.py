"""The audit page: who did what, whether the record holds, and the record as a file."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.audit.models import DailyRoot, Entry, Verification
from apps.audit.phrases import phrases
from apps.audit.record import record
from apps.audit.seal import head
from apps.console import trail
from apps.console.export import FORMS
from apps.console.links import page_of
from apps.console.streaming import streamed
from controltower.lib.scope import Scope
from odoo_sync.mirror.company import Company


@require_safe
def audit(request: HttpRequest) -> HttpResponseBase:
    """Entries that match the address, newest first, and the state of the chain."""
    scope = allowed(request)
    filters = trail.Filters.of(request.GET)
    rows, older = trail.page(trail.found(scope, filters), request.GET.get("before", ""))
    companies = {company.pk: company.name for company in Company.everything.within(scope).order_by("name")}
    sees = scope_of(cast(User, request.user), Permission.SEE_CASES)
    context = {
        "rows": [shown(entry, companies, sees) for entry in rows],
        "older": older,
        "filters": filters,
        "problems": filters.problems(),
        "companies": {str(key): name for key, name in companies.items()},
        "verbs": phrases.verbs(),
        "chain": chain() if scope.is_group else None,
    }
    return render(request, "console/audit.html", context, status=400 if filters.problems() else 200)


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All entries that match, as a file; taking one is itself recorded."""
    scope, filters = allowed(request), trail.Filters.of(request.GET)
    if form not in FORMS or filters.problems():
        raise Http404
    lines, content_type = FORMS[form]
    entries = trail.found(scope, filters)
    chosen = trail.in_order(entries)
    user = cast(User, request.user)
    record(user, "audit.exported", user, form=form, entries=entries.count(), filters=filters.address)
    name = f"audit-{timezone.now():%Y%m%d-%H%M%S}.{form}"
    return streamed(request, lines(chosen), content_type, name)


def allowed(request: HttpRequest) -> Scope:
    """Where the person may read the trail. Raises PermissionDenied when that is nowhere."""
    scope = scope_of(cast(User, request.user), Permission.SEE_AUDIT)
    if scope.is_empty:
        raise PermissionDenied(_("Reading the audit trail needs the auditor's or the administrator's role."))
    return scope


def shown(entry: Entry, companies: dict[int, str], sees: Scope) -> dict[str, Any]:
    """An entry as the page of somebody reads it who sees cases there (``sees``)."""
    return {
        "entry": entry,
        "sentence": phrases.read(entry),
        "page": page_of(entry.object_type, entry.object_key, entry.company, sees),
        "company": companies.get(entry.company, "") if entry.company else "",
        "details": entry.details.items(),
        "hash": bytes(entry.hash).hex() if entry.hash else "",
    }


def chain() -> dict[str, Any]:
    """What is sealed, what it comes to, and when that was last checked."""
    last, root = head(), DailyRoot.objects.order_by("-day_on").first()
    checked = Verification.objects.order_by("-id").first()
    return {
        "count": last.position,
        "root": last.hash.hex() if last.position else "",
        "waiting": Entry.objects.filter(position=None).count(),
        "daily": {"day_on": root.day_on, "count": root.count, "root": bytes(root.hash).hex()} if root else None,
        "checked": checked,
    }
