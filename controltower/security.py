"""What every request and every page goes through beyond Django's own protection."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse

from controltower.error_pages import bad_request

_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb", "serial")
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _UNUSED)


class SecurityHeadersMiddleware:
    """Nothing of a page is kept by caches, shown in other sites, or given the device's senses.

    An address with a zero byte is refused here once: PostgreSQL has no text for it, so every page would fail in its own
    way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zero = "\x00" in request.path or "\x00" in unquote(request.META.get("QUERY_STRING", ""))
        response = bad_request(request) if zero else self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
