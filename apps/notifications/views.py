"""The list of messages, and marking them read."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.models import User
from apps.notifications import inbox


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Everything this person has been told."""
    user = cast(User, request.user)
    before = request.GET.get("before", "")
    shown, older = inbox.page(user, int(before) if before.isdecimal() and len(before) < 19 else None)
    context = {"shown": shown, "older": older, "unread": inbox.unread(user)}
    return render(request, "notifications/messages.html", context)


@require_POST
def read(request: HttpRequest, message: int) -> HttpResponse:
    """Mark one message as read and go where it points, within this site only."""
    found = inbox.told(cast(User, request.user)).filter(pk=message)
    one = found.first()
    if one is None:
        raise Http404
    inbox.mark_read(found)
    inside = url_has_allowed_host_and_scheme(one.url, allowed_hosts=None)
    return redirect(one.url if one.url and inside else "notifications:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    inbox.mark_read(inbox.told(cast(User, request.user)))
    return redirect("notifications:list")
