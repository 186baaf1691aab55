"""A case as one row of the board: rendered once, for everyone who may see its channel."""

from __future__ import annotations

from typing import Any, TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from apps.actions.definition import actions
from apps.exceptions.definition import detectors
from apps.exceptions.lifecycle import ENDED, CaseState
from apps.exceptions.models import Case
from apps.exceptions.words import SEVERITIES, STATES, kind_of

RELATED = ("company", "plant", "owner")
TONES: dict[str, str] = {CaseState.ACKNOWLEDGED: "accent", CaseState.IN_PROGRESS: "good"}
UNSHOWN = ("impact", "evidence", "score_terms", "documents")


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


def row(case: Case) -> dict[str, Any]:
    """What one row says, the same for everyone: what, where, how much, who, since when, and the recommended action."""
    code, title = kind_of(case.detector)
    return {
        "case": case,
        "url": reverse("exceptions:case", args=[case.pk]),
        "code": code,
        "kind": title,
        "severity": SEVERITIES[case.severity],
        "state": STATES[case.state],
        "tone": TONES.get(case.state, ""),
        "opened": int(case.opened_at.timestamp()),
        "place": case.plant.name if case.plant else case.company.name if case.company else settings.GROUP_NAME,
        "owner": case.owner.shown_name if case.owner else "",
        "remedy": recommended(case.detector),
    }


def recommended(detector: str) -> Any:
    """The title of the action that a detector recommends first; empty when it knows none."""
    keys = detectors[detector].remedies if detector in detectors else ()
    return next((actions[key].title for key in keys if key in actions), "")


def html(case: Case) -> dict[str, str]:
    """The card in every language in use; empty once the case has ended."""
    if case.state in ENDED:
        return {code: "" for code, _ in settings.LANGUAGES}
    cards: dict[str, str] = {}
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            cards[code] = render_to_string("exceptions/_card.html", {"row": row(case)})
    return cards
