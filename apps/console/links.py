"""Where the things that the trail speaks of are shown."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

PAGES = {
    "exceptions.case": "exceptions:case",
    "actions.request": "actions:request",
}


def page_of(object_type: str, object_key: str) -> str:
    """The address of a thing's page; empty where it has none. The page itself decides who may see it."""
    if object_type not in PAGES:
        return ""
    try:
        return reverse(PAGES[object_type], args=[object_key])
    except NoReverseMatch:
        return ""
