"""What people see when something is refused, missing or broken: no secret, and what to do next."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
RETRY_SECONDS = 10
LAST_WORDS = "Something went wrong, and the page that says so failed as well. It is in the log."


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request itself makes no sense."""
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The person may not do this; our own reasons are written for them."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _page(request, 403, reason)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Missing, or outside of what the person may see: never told apart."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect; the details are in the log alone. A database that is away is none: the page says that it passes."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    try:
        return _page(request, 500)
    except Exception:
        log.exception("The error page failed.")
        return HttpResponse(LAST_WORDS, status=500, content_type="text/plain; charset=utf-8")


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database cannot be reached. Nothing on this page needs it: no person, no navigation."""
    context = {"seconds": RETRY_SECONDS, "repeats": request.method in ("GET", "HEAD")}
    page = HttpResponse(render_to_string("503.html", context), status=503)
    page["Retry-After"] = str(RETRY_SECONDS)
    page["Cache-Control"] = "no-store"
    return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was not ours, or the page it stood on is too old."""
    return render(request, "403_csrf.html", status=403)


def _page(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    return render(request, f"{status}.html", {"exception": reason}, status=status)
