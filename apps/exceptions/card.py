"""A case as one row of the board: rendered once, for everyone who may see its channel."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from apps.exceptions.lifecycle import ENDED
from apps.exceptions.models import Case

RELATED = ("company", "plant", "owner")


class Facets(TypedDict):
    """What a page filters by, so that a card can find its place without asking the server."""

    company: int | None
    plant: int | None
    domain: str
    severity: str
    state: str
    owner: int | None
    score: str
    money: str


def facets(case: Case) -> Facets:
    """The values of a case that filters and sorting look at. Score and money are decimal texts."""
    return {
        "company": case.company_id,
        "plant": case.plant_id,
        "domain": case.domain,
        "severity": case.severity,
        "state": case.state,
        "owner": case.owner_id,
        "score": str(case.score),
        "money": str(case.money),
    }


def html(case: Case) -> dict[str, str]:
    """The card in every language in use; empty once the case has ended."""
    if case.state in ENDED:
        return {code: "" for code, _ in settings.LANGUAGES}
    cards: dict[str, str] = {}
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            cards[code] = render_to_string("exceptions/_card.html", {"case": case})
    return cards
