"""A case as one row of the board: rendered once, for everyone who may see its channel."""

from __future__ import annotations

from functools import cache
from typing import Any, TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.actions.definition import actions
from apps.exceptions.definition import detectors
from apps.exceptions.lifecycle import ENDED, CaseState
from apps.exceptions.models import Case
from apps.exceptions.words import SEVERITIES, STATES

RELATED = ("company", "plant", "owner")
DATA = {
    "case": "pk",
    "version": "version",
    "severity": "severity",
    "state": "state",
    "domain": "domain",
    "company": "company_id",
    "plant": "plant_id",
    "owner": "owner_id",
    "detector": "detector",
    "score": "score",
    "money": "money",
    "days": "delay_days",
    "customers": "customers",
}
_ATTRIBUTES = ' data-opened="{}"' + "".join(f' data-{name}="{{}}"' for name in DATA)
TONES: dict[str, str] = {CaseState.ACKNOWLEDGED: "accent", CaseState.IN_PROGRESS: "good"}
UNSHOWN = ("impact", "order_lines", "order_moneys", "evidence", "score_terms", "documents")


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
    return {
        "case": case,
        "id": f"case-{case.pk}",
        "url": _address().replace("/0/", f"/{case.pk}/"),
        "data": _data(case),
        "mark": f"{case.pk}:{case.version}",
        "severity": SEVERITIES[case.severity],
        "state": STATES[case.state],
        "tone": TONES.get(case.state, ""),
        "is_open": case.state == CaseState.OPEN,
        "place": place_name(case),
        "owner": case.owner.shown_name if case.owner else _("unowned"),
        "customers": ngettext("%d customer", "%d customers", case.customers) % case.customers if case.customers else "",
        "late": _("%d d late") % case.delay_days if case.delay_days > 0 else "",
        "remedy": recommended(case),
    }


@cache
def _address() -> str:
    """The address of a case whose key is 0: looking an address up costs more than the rest of a row."""
    return reverse("exceptions:case", args=[0])


def _data(case: Case) -> SafeString:
    """What the page's scripts filter and sort by, as attributes."""
    values = (getattr(case, column) for column in DATA.values())
    shown = ("" if value is None else value for value in values)
    return format_html(_ATTRIBUTES, int(case.opened_at.timestamp()), *shown)


def place_name(case: Case) -> str:
    """The plant, else the company, else the group."""
    return case.plant.name if case.plant else case.company.name if case.company else settings.GROUP_NAME


def recommended(case: Case) -> Any:
    """The title of the action that fits: the one the finding named, else the detector's first; empty without any."""
    keys = detectors[case.detector].remedies if case.detector in detectors else ()
    named = (case.remedy,) if case.remedy else keys
    return next((actions[key].title for key in named if key in actions), "")


def html(case: Case) -> dict[str, str]:
    """The card in every language in use; empty once the case has ended."""
    if case.state in ENDED:
        return {code: "" for code, _name in settings.LANGUAGES}
    cards: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            cards[code] = render_to_string("exceptions/_card.html", {"row": row(case)})
    return cards
