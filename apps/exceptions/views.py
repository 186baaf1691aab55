"""Pages of the exceptions: the board and one case."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.exceptions.board import Board
from apps.exceptions.sight import Sight


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The open cases in order, with their counts; every choice lives in the address."""
    sight = Sight.of(request)
    shown = Board.read(
        sight,
        text=request.GET.get("q", ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        now=timezone.now(),
        address=request.path,
    )
    context: dict[str, Any] = {"board": shown, "search_text": shown.filters.text, "scope_label": shown.scope_label}
    return render(request, "exceptions/board.html", context)
