"""Answers to htmx: what the page should say and do beside the swap."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

R = TypeVar("R", bound=HttpResponse)


def say(response: R, text: Any, *, tone: str = "", done: Mapping[str, Any] | None = None) -> R:
    """Let the page show a passing message; ``done`` tells it what was carried out, for its marks and its dialog."""
    events: dict[str, Any] = {"tower:say": {"text": str(text), "tone": tone}}
    if done is not None:
        events["tower:done"] = dict(done)
    response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response


def part_of_page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A part that pages ask for; whoever opens its address by hand gets it inside a page of its own."""
    if request.headers.get("HX-Request"):
        return render(request, template, dict(context))
    return render(request, "part.html", {**context, "part": template})
