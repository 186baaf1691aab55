"""Signing in and out, and what people set for themselves."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.forms import PreferencesForm, SignInForm
from apps.accounts.grants import shown
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import holds_anywhere, live_grants
from apps.audit.record import record


class SignIn(LoginView):
    """Name and password; the session gets a new key."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """The first page that the person may open; the board for everyone who sees cases, and for nobody's roles."""
        user = cast(User, self.request.user)
        if holds_anywhere(user, Permission.SEE_CASES) or not holds_anywhere(user, Permission.SEE_SYNC):
            return super().get_default_redirect_url()
        return reverse("console:sync")


class SignOut(LogoutView):
    """By POST only, so that no foreign page can do it."""

    http_method_names = ["post", "options"]


class Password(PasswordChangeView):
    """A new password; all other sessions of the person end."""

    template_name = "accounts/password.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("accounts:preferences")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = cast(User, self.request.user)
        record(user, "person.password_changed", user, login=user.username)
        messages.success(self.request, _("Your password is changed. Other sessions of yours have ended."))
        return response


def preferences(request: HttpRequest) -> HttpResponse:
    """Theme and time zone."""
    user = cast(User, request.user)
    form = PreferencesForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:preferences")
    context = {"form": form, "grants": [shown(grant) for grant in live_grants(user)]}
    return render(request, "accounts/preferences.html", context, status=422 if form.is_bound else 200)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the system has it; the page changes at once, this remembers."""
    chosen = request.POST.get("theme", "")
    if chosen not in dict(User._meta.get_field("theme").flatchoices):
        return HttpResponseBadRequest(_("Choose light, dark or system."))
    User.objects.filter(pk=cast(User, request.user).pk).update(theme=chosen)
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("accounts:preferences")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any]) -> HttpResponse:
    """Too many wrong passwords: says how long to wait, whoever asks."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    page = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(minutes * 60)
    return page
