"""The list of messages, marking them, and what a person wishes to be told."""

from __future__ import annotations

from typing import cast

from django.contrib import messages as said
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import User
from apps.notifications import inbox
from apps.notifications.forms import WishesForm
from apps.notifications.models import Notification
from apps.notifications.shown import Listed
from apps.notifications.wishes import choose, wishes_of


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Everything this person has been told."""
    return render(request, "notifications/messages.html", {"listed": Listed(cast(User, request.user), request.GET)})


@require_POST
def read(request: HttpRequest, message: int) -> HttpResponse:
    """Mark one message as read and go where it points, within this site only."""
    user = cast(User, request.user)
    one = _own(user, message)
    inbox.mark_read(inbox.told(user).filter(pk=one.pk), by=user)
    inside = url_has_allowed_host_and_scheme(one.url, allowed_hosts=None)
    if request.POST.get("stay") or not (one.url and inside):
        return redirect(_back(request))
    return redirect(one.url)


@require_POST
def unread(request: HttpRequest, message: int) -> HttpResponse:
    """Let one message wait again."""
    user = cast(User, request.user)
    inbox.mark_unread(inbox.told(user).filter(pk=_own(user, message).pk), by=user)
    return redirect(_back(request))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read, as far as the filter shows it."""
    user = cast(User, request.user)
    inbox.mark_read(inbox.narrowed(inbox.told(user), topic=request.POST.get("topic", "")), by=user)
    return redirect(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Which topics by which way, and quiet hours: also the way out of all mail."""
    user = cast(User, request.user)
    form = WishesForm(request.POST if request.method == "POST" else None, wishes=wishes_of([user])[user.pk])
    if request.method == "POST" and form.is_valid():
        choose(user, **form.chosen())
        said.success(request, _("Saved. It holds for everything from now on, also for mail that waits."))
        return redirect("notifications:preferences")
    context = {"form": form, "mailed": bool(user.email), "address": user.email}
    return render(request, "notifications/preferences.html", context, status=422 if form.is_bound else 200)


def _own(user: User, message: int) -> Notification:
    one = inbox.told(user).filter(pk=min(message, 2**62)).first()
    if one is None:
        raise Http404
    return one


def _back(request: HttpRequest) -> str:
    """The list as it was narrowed; anything else that the form names counts as the whole list."""
    back = request.POST.get("back", "")
    whole = reverse("notifications:list")
    return f"{whole}?{back}" if back and back.isprintable() and len(back) < 200 else whole
