"""Pages of the exceptions: the board, its counts, one case, and the verbs on cases."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from apps.accounts.access import find_or_404, require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.exceptions import stream
from apps.exceptions.acts import ACTS, answer_of, carry_out, form_for
from apps.exceptions.board import Board
from apps.exceptions.bulk import Batch
from apps.exceptions.card import RELATED
from apps.exceptions.dossier import Dossier
from apps.exceptions.inhibition import silenced, unjudged
from apps.exceptions.models import Case
from apps.exceptions.reread import reread_url
from apps.exceptions.sight import Sight
from controltower.lib.htmx import part_of_page, say
from controltower.lib.numbers import whole


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The open cases in order, with their counts; every choice lives in the address."""
    shown = _board(request, Sight.of(request))
    context: dict[str, Any] = {"board": shown, "search_text": shown.filters.text, "scope_label": shown.scope_label}
    return render(request, "exceptions/board.html", context)


@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """The totals and facets of the board alone, for a list that is kept current by the socket."""
    return part_of_page(request, "exceptions/_counts.html", {"board": _board(request, Sight.of(request))})


@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """What cannot be judged: all of a kind, told to whoever sees cases; and single things, where the person sees the
    mirror. Silence from old data is the banner's to tell."""
    user = cast(User, request.user)
    known = [*silenced(Sight.of(request).scope, timezone.now()), *unjudged(scope_of(user, Permission.SEE_SYNC))]
    count = sum(one.subjects or 1 for one in known)
    return part_of_page(request, "exceptions/_gaps.html", {"gaps": known, "count": count})


def _board(request: HttpRequest, sight: Sight) -> Board:
    asked = {name: request.GET.get(name, "") for name in ("after", "before")}
    return Board.read(sight, text=request.GET.get("q", ""), now=timezone.now(), **asked)


@require_safe
def case(request: HttpRequest, key: int) -> HttpResponse:
    """One case: as a page, or as the fragment beside the list."""
    sight = Sight.of(request)
    numbers = {} if request.headers.get("HX-Request") else stream.numbers(sight.scope)
    return render(request, _page(request), _context(_dossier(sight, key, numbers)))


@require_POST
def act(request: HttpRequest, key: int, verb: str) -> HttpResponse:
    """Carry out one verb on one case. Whoever saw an older version gets the case as it is now, and their words back."""
    sight = Sight.of(request)
    found = find_or_404(Case.objects.select_related(*RELATED), sight.scope, pk=key)
    require(sight.user, Permission.WORK_CASES, within=found)
    form = form_for(verb, sight.user, [found], request.POST)
    if not form.is_valid():
        return render(request, _page(request), _context(_dossier(sight, key), **{verb: form}), status=422)
    outcome = carry_out(verb, found, by=sight.user, version=_version(request), answer=answer_of(form))
    if outcome.problem:
        context = _context(_dossier(sight, key), refusal=outcome.problem, **{verb: form})
        return render(request, _page(request), context, status=outcome.status)
    if not request.headers.get("HX-Request"):
        return redirect("exceptions:case", key=key)
    return say(render(request, "exceptions/_case.html", _context(_dossier(sight, key), changed=True)), ACTS[verb].done)


@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """One verb on many cases: ask for its values, then say for each row what became of it."""
    sight = Sight.of(request)
    batch = Batch.read(sight, request.GET if request.method == "GET" else request.POST)
    if batch.verb not in {"acknowledge", "assign", "snooze"}:
        raise Http404
    if request.method == "GET" or not batch.is_complete:
        return render(request, batch.template(request), batch.context, status=422 if batch.is_wrong else 200)
    batch.carry_out()
    response = render(request, batch.result_template(request), batch.context)
    return say(response, batch.summary, done=batch.done) if not batch.problems else response


def _dossier(sight: Sight, key: int, numbers: dict[str, int] | None = None) -> Dossier:
    found = find_or_404(Case.objects.select_related(*RELATED, "connection"), sight.scope, pk=key)
    return Dossier(found, sight.user, sight.scope, numbers or {})


def _context(dossier: Dossier, **more: Any) -> dict[str, Any]:
    """The case with an unbound form for every verb that may be wanted, unless a bound one is given."""
    verbs = ("assign", "snooze", "note", "close") if dossier.may_work else ()
    unbound = {verb: form_for(verb, dossier.user, [dossier.case]) for verb in verbs}
    reread = reread_url(dossier.case, dossier.user)
    return {"dossier": dossier, "case": dossier.case, "row": dossier.row, "reread": reread, **unbound, **more}


def _page(request: HttpRequest) -> str:
    return "exceptions/_case.html" if request.headers.get("HX-Request") else "exceptions/case.html"


def _version(request: HttpRequest) -> int:
    """The version the person saw; anything else than a number is a version that never was."""
    text = request.POST.get("version", "")
    return whole(text, below=10**9) or 0
