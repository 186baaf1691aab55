"""Answers to htmx: what the page should say and do beside the swap."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from django.http import HttpResponse

R = TypeVar("R", bound=HttpResponse)


def say(response: R, text: Any, *, tone: str = "", done: bool = False) -> R:
    """Let the page show a passing message; ``done`` also closes its dialog and takes its marks back."""
    events: dict[str, Any] = {"tower:say": {"text": str(text), "tone": tone}}
    if done:
        events["tower:done"] = {}
    response.headers["HX-Trigger-After-Settle"] = json.dumps(events)
    return response
