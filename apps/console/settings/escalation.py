"""The pages of escalation: who is told when nobody acts, place by place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.directory import people_within
from apps.accounts.models import User
from apps.console.settings.escalation_forms import AboutForm, ContactForm, about, contact_forms, contacts_of
from apps.console.settings.sections import settable
from apps.exceptions.definition import Domain
from apps.exceptions.words import DOMAINS
from apps.notifications.errors import EscalationChangedError, EscalationError
from apps.notifications.models import EscalationPath, Occasion
from apps.notifications.paths import drop_path, set_path, standing_of
from apps.notifications.standing import Lack, lack_of_path
from controltower.lib.numbers import whole
from controltower.lib.scope import Scope, Slice
from odoo_sync.retired import of_a_retired_odoo

PAGE = 25


@require_safe
def escalation(request: HttpRequest) -> HttpResponse:
    """Every path within reach, and who on it can no longer be told."""
    scope = settable(cast(User, request.user))
    wide = [F(f"{name}_id").asc(nulls_first=True) for name in ("company", "plant")]
    ordered = _within(scope).order_by("occasion", *wide, "domain")
    rows = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    context = {"rows": rows, "paths": [_shown(one) for one in rows]}
    return render(request, "console/settings/escalation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def path(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """One path, or a new one; on POST it is set or taken back."""
    scope = settable(cast(User, request.user))
    found = _within(scope).filter(pk=min(key, 2**62)).first() if key is not None else None
    if key is not None and found is None:
        raise Http404
    page = Page(scope, found)
    if request.method != "POST":
        return page.shown(
            request, initial={name: request.GET[name] for name in AboutForm.base_fields if name in request.GET}
        )
    return page.dropped(request) if request.POST.get("do") == "drop" and found else page.answer(request)


@dataclass
class Page:
    """One path as it is filled in."""

    scope: Scope
    path: EscalationPath | None
    problems: list[str] = field(default_factory=list)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Sets it; whatever is typed stays."""
        form, rows = self._about(request.POST), self._rows(request.POST)
        if not all([form.is_valid(), *(one.is_valid() for one in rows)]):
            return self.shown(request, form, rows, status=422)
        occasion, domain = Occasion(form.cleaned_data["occasion"]), form.cleaned_data["domain"]
        contacts, by = list(contacts_of(rows)), cast(User, request.user)
        try:
            set_path(occasion, domain, form.where, contacts, version=_seen(request), by=by)
        except EscalationError as error:
            return self.refused(request, error, form, rows)
        return self._done(request)

    def dropped(self, request: HttpRequest) -> HttpResponse:
        assert self.path is not None
        try:
            drop_path(self.path, version=_seen(request), by=cast(User, request.user))
        except EscalationError as error:
            return self.refused(request, error)
        return self._done(request)

    def refused(self, request: HttpRequest, error: EscalationError, *forms: Any) -> HttpResponse:
        self.problems.append(str(error))
        if self.path is not None:
            self.path = EscalationPath.objects.filter(pk=self.path.pk).first()
        return self.shown(request, *forms, status=409 if isinstance(error, EscalationChangedError) else 422)

    def shown(
        self,
        request: HttpRequest,
        form: AboutForm | None = None,
        rows: list[ContactForm] | None = None,
        *,
        initial: dict[str, str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        form = form or AboutForm(initial=about(self.path) if self.path else initial, scope=self.scope)
        context: dict[str, Any] = {
            "path": self.path,
            "form": form,
            "contacts": rows or self._rows(None),
            "problems": self.problems,
        }
        context["told"] = _shown(self.path) if self.path else None
        return render(request, "console/settings/path.html", context, status=status)

    def _about(self, data: Any) -> AboutForm:
        """Of a path that exists, what it is about is not asked again."""
        return AboutForm(about(self.path) if self.path else data, scope=self.scope)

    def _rows(self, data: Any) -> list[ContactForm]:
        people = people_within(self.scope).filter(is_active=True).order_by("first_name", "last_name", "username")
        return contact_forms(data, people.distinct(), self.path)

    def _done(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, _("Done. It holds for what nobody acts on from now on."))
        return redirect("console:settings_escalation")


def _within(scope: Scope) -> QuerySet[EscalationPath]:
    rows = (
        EscalationPath.objects.filter(scope.condition("company_id", "plant_id"))
        .select_related("company", "plant", "set_by")
        .annotate(is_cut_off=of_a_retired_odoo("company_id"))
    )
    return rows.prefetch_related("contacts__user__grants")


def _seen(request: HttpRequest) -> int:
    return whole(request.POST.get("version", ""), below=10**9) or 0


PERSON_LACKS = {Lack.SIGHT: gettext_lazy("no longer sees this place"), Lack.WORD: gettext_lazy("may not approve here")}
PATH_LACKS = {
    Lack.SIGHT: gettext_lazy("Nobody on this path can be told any more: the wider path counts. Name somebody else."),
    Lack.WORD: gettext_lazy(
        "Nobody on this path may approve any more: a wider path with somebody who may counts instead, and without one "
        "requests wait on. Name somebody else."
    ),
}


def _shown(path: EscalationPath) -> dict[str, Any]:
    """A path in words, with what each of its people and all of them together lack."""
    contacts = sorted(path.contacts.all(), key=lambda one: (one.after, one.pk))
    occasion, place = Occasion(path.occasion), Slice(path.company_id, path.plant_id)
    standing = [standing_of(one.user, place) for one in contacts]
    lacks = [one.lack(occasion) for one in standing]
    whole = lack_of_path(occasion, standing)
    return {
        "path": path,
        "occasion": occasion.label,
        "domain": DOMAINS[Domain(path.domain)] if path.domain in list(Domain) else path.domain or _("Every domain"),
        "contacts": [
            {"contact": one, "lack": PERSON_LACKS[lack] if lack else ""}
            for one, lack in zip(contacts, lacks, strict=True)
        ],
        "lacks": any(lacks),
        "lost": PATH_LACKS[whole] if whole else "",
    }
