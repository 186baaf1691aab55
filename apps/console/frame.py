"""What every page shows around its content."""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, freshness and counts of the page frame."""
    return {}
