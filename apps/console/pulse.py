"""The freshness of the data, asked for again and again by every open page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """The dot with the moment up to which the mirror is complete, and the banner when that is too long ago."""
    return render(request, "partials/_pulse.html")
