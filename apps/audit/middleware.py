"""Gives every web request its own audit group."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.audit.group import grouped


class AuditGroupMiddleware:
    """All that one request records is found together."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with grouped():
            return self.get_response(request)
