"""The pages of thresholds, weights and approval limits: all rules, and one rule in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.audit.phrases import phrases
from apps.console import trail
from apps.console.settings.limit_forms import LimitsForm, PlaceForm, place_text, told_values
from apps.console.settings.sections import settable
from apps.exceptions.approval_preview import approvals_if
from apps.exceptions.definition import Domain, detectors
from apps.exceptions.errors import LimitChangedError, LimitError
from apps.exceptions.limit_checks import doubts
from apps.exceptions.limit_preview import preview
from apps.exceptions.limit_words import shown_limit
from apps.exceptions.limits import Kind, Place, Rule, rule_of, rules, ruling_of
from apps.exceptions.models import LimitOverride
from apps.exceptions.overrides import edition, own_limits, put_limits
from apps.exceptions.words import DOMAINS
from controltower.lib.scope import Scope
from odoo_sync.retired import of_a_retired_odoo

PAGE = 25
REMEMBERED = 12
SECTION_OF = {Kind.DETECTOR: "limits", Kind.SCORE: "score", Kind.ACTION: "approvals"}


@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    """Every detector by its domain, and how many places differ."""
    scope = settable(cast(User, request.user))
    return render(request, "console/settings/limits.html", {"groups": _by_domain(_listed(Kind.DETECTOR, scope))})


@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What each kind of change asks before it needs a second person."""
    scope = settable(cast(User, request.user))
    groups = [("", _listed(Kind.ACTION, scope))]
    return render(request, "console/settings/limits.html", {"groups": groups, "approvals": True})


@require_http_methods(["GET", "HEAD", "POST"])
def score(request: HttpRequest) -> HttpResponse:
    """The weights of the score are one rule."""
    return rule(request, "score")


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """The limits of one rule in one place; on POST they are looked at beforehand, or set."""
    user = cast(User, request.user)
    scope, chosen = settable(user), _rule(key)
    where = PlaceForm(request.GET or {"place": ""}, rule=chosen, scope=scope)
    if not where.is_valid():
        return render(request, "console/settings/rule.html", _frame(request, chosen, scope, where), status=422)
    if not where.places:
        return _for_others(request, chosen, scope, where)
    page = Page(chosen, scope, where)
    return page.answer(request, user) if request.method == "POST" else page.shown(request)


def _for_others(request: HttpRequest, rule: Rule, scope: Scope, where: PlaceForm) -> HttpResponse:
    """A rule that can be set only more widely than the person decides: what holds is shown, nothing else."""
    if request.method == "POST":
        raise PermissionDenied(_("These limits are set for more than the places that are yours to decide about."))
    told = ruling_of(rule).at(Place()).told(rule.default().titles)
    holds = [shown_limit(rule.key, one) for one in told]
    return render(request, "console/settings/rule.html", _frame(request, rule, scope, where) | {"holds": holds})


@dataclass
class Page:
    """One rule in one place that the person decides about."""

    rule: Rule
    scope: Scope
    where: PlaceForm

    def answer(self, request: HttpRequest, by: User) -> HttpResponse:
        """Looks beforehand, or sets; whatever is typed stays."""
        form = self._form(request.POST)
        act = request.POST.get("do")
        if act == "preview":
            form.fields["reason"].required = False
        if not form.is_valid():
            return self.shown(request, form, status=422)
        try:
            if act == "preview":
                look = approvals_if if self.rule.kind == Kind.ACTION else preview
                foreseen = look(self.rule, self.place, form.values, by=by)
                return self.shown(request, form, foreseen=foreseen, looked=True, doubts=self._doubts(form))
            seen, reason = request.POST.get("seen", ""), form.cleaned_data["reason"]
            values = {} if act == "drop" else form.values
            put_limits(self.rule.key, self.place, values, seen=seen, reason=reason, by=by)
        except LimitError as error:
            form.add_error(None, str(error))
            return self.shown(request, form, status=409 if isinstance(error, LimitChangedError) else 422)
        messages.success(request, _("Done. What it touches is judged again now."))
        for doubt in self._doubts(form) if act != "drop" else ():
            messages.warning(request, doubt)
        return redirect(self.address)

    def shown(
        self, request: HttpRequest, form: LimitsForm | None = None, status: int = 200, **more: Any
    ) -> HttpResponse:
        own = own_limits(self.rule.key, self.place)
        context = _frame(request, self.rule, self.scope, self.where) | more
        context |= {"form": form or self._form(None), "own": own, "seen": edition(own), "place_name": self._name(own)}
        context |= {"history": _history(self.rule, self.scope), "address": self.address}
        return render(request, "console/settings/rule.html", context, status=status)

    @property
    def place(self) -> Place:
        return self.where.chosen

    @property
    def address(self) -> str:
        """This page, for this place."""
        return address_of(self.rule, self.place)

    def _form(self, data: Any) -> LimitsForm:
        around = ruling_of(self.rule).as_if(self.rule.key, self.place, {}).at(self.place)
        return LimitsForm(data, rule=self.rule, own=own_limits(self.rule.key, self.place), around=around)

    def _doubts(self, form: LimitsForm) -> list[str]:
        return list(doubts(self.rule.default(), form.values, self.place))

    def _name(self, own: LimitOverride | None) -> str:
        columns = {f"{name}_id": key for name, key in self.place._asdict().items()}
        return (own or LimitOverride(rule=self.rule.key, values={}, **columns)).place_name


def address_of(rule: Rule, place: Place | None = None) -> str:
    """The page of a rule; with a place, for it."""
    address = (
        reverse("console:settings_score")
        if rule.kind == Kind.SCORE
        else reverse("console:settings_rule", args=[rule.key])
    )
    if place is None:
        return address
    asked = {"place": place_text(place)} | ({"product": str(place.product)} if place.product is not None else {})
    return f"{address}?{urlencode(asked)}"


def _rule(key: str) -> Rule:
    try:
        return rule_of(key)
    except LimitError:
        raise Http404 from None


def _frame(request: HttpRequest, rule: Rule, scope: Scope, where: PlaceForm) -> dict[str, Any]:
    """What the page shows whatever the place."""
    wide = [F(f"{name}_id").asc(nulls_first=True) for name in ("product", "plant", "company")]
    rows = Paginator(_own(scope).filter(rule=rule.key).order_by(*wide), PAGE).get_page(request.GET.get("page"))
    differing = [
        {
            "row": one,
            "values": told_values(rule, one),
            "address": address_of(rule, Place(one.company_id, one.plant_id, one.product_id)),
        }
        for one in rows
    ]
    shown = {"rule": rule, "where": where, "differing": differing, "rows": rows, **_about(rule)}
    return {**shown, "section": SECTION_OF[rule.kind], "path": address_of(rule)}


def _own(scope: Scope) -> QuerySet[LimitOverride]:
    """What places within reach have of their own, and the group's, which holds in them too."""
    reach = Q() if scope.is_group else scope.condition("company_id", "plant_id") | Q(company=None)
    cut_off = Q(of_a_retired_odoo("company_id")) | Q(of_a_retired_odoo("product_id"))
    rows = LimitOverride.objects.filter(reach).annotate(is_cut_off=cut_off)
    return rows.select_related("company", "plant", "product__template", "set_by")


def _listed(kind: Kind, scope: Scope) -> list[dict[str, Any]]:
    counted: dict[str, int] = {}
    for key in _own(scope).values_list("rule", flat=True):
        counted[key] = counted.get(key, 0) + 1
    found = [one for one in rules() if one.kind == kind]
    return [{"rule": one, "address": address_of(one), "own": counted.get(one.key, 0), **_about(one)} for one in found]


def _about(rule: Rule) -> dict[str, Any]:
    default = rule.default()
    told: dict[str, Any] = {"titles": [default.titles[name] for name in default.titles]}
    if rule.key in detectors:
        told |= {"code": detectors[rule.key].code, "domain": detectors[rule.key].domain}
    return told


def _by_domain(listed: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = list(listed)
    groups = ((DOMAINS[one], [row for row in rows if row["domain"] == one]) for one in Domain)
    return [(name, members) for name, members in groups if members]


def _history(rule: Rule, scope: Scope) -> list[dict[str, Any]]:
    """The last changes of this rule, as the trail tells them."""
    entries = trail.visible(scope).filter(verb__in=("limit.set", "limit.dropped"), details__rule=rule.key)
    return [{"entry": one, "sentence": phrases.read(one)} for one in entries.order_by("-id")[:REMEMBERED]]
