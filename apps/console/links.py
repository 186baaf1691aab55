"""Where the things that the trail speaks of are shown."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from controltower.lib.scope import Scope

PAGES = {
    "exceptions.case": "exceptions:case",
    "actions.request": "actions:request",
}


def page_of(object_type: str, object_key: str, company: int | None, sees: Scope) -> str:
    """The address of a thing's page; empty where it has none, and for whom sees no cases in its company (``sees``).

    The page itself decides who may see it.
    """
    if object_type not in PAGES or not (sees.is_group or any(one.company == company for one in sees.slices)):
        return ""
    try:
        return reverse(PAGES[object_type], args=[object_key])
    except NoReverseMatch:
        return ""
