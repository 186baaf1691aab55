"""What became of the mail, for administrators: who was to get it and why it did not leave, never what it said."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.notifications import outgoing


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Mails, newest first."""
    require(cast(User, request.user), Permission.MANAGE_PEOPLE, within=None)
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    shown, older = outgoing.page(state, before)
    context = {"shown": shown, "older": older, "state": state, "counts": outgoing.counts(), "states": outgoing.STATES}
    return render(request, "notifications/outgoing.html", {**context, "is_sent": settings.MAIL_IS_SENT})


@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """Send a mail that failed once more."""
    by = cast(User, request.user)
    require(by, Permission.MANAGE_PEOPLE, within=None)
    if not outgoing.again(key, by=by):
        raise Http404
    messages.success(request, _("It goes out again with the next round."))
    return redirect("notifications:mail")
