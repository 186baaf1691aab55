"""How the terms of a score read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.exceptions.models import Case

NAMES: dict[str, Any] = {
    "money": gettext_lazy("Money"),
    "delay": gettext_lazy("Delay"),
    "customers": gettext_lazy("Customers"),
    "control": gettext_lazy("Control"),
}


def terms_of(case: Case) -> list[dict[str, Any]]:
    """The score's summands with their names, and a note where a number does not speak for itself."""
    found = case.score_terms.get("terms", []) if isinstance(case.score_terms, dict) else []
    notes = {"customers": _class_note(case.impact)}
    return [{**term, "name": NAMES.get(term["key"], term["key"]), "note": notes.get(term["key"], "")} for term in found]


def _class_note(impact: Mapping[str, Any]) -> str:
    """Which class the customers' weight is, and how many have none; empty where nobody asked for classes.

    ``impact`` is that of a case, as stored; cases judged before there were classes lack the keys.
    """
    highest, unclassified = impact.get("customer_class", ""), impact.get("unclassified", 0)
    named = _("Highest class: %s") % highest if highest else ""
    if not unclassified:
        return named
    lacking = ngettext("%d customer has no class", "%d customers have no class", unclassified) % unclassified
    return f"{named} · {lacking}" if named else _("%s: the weight is that of the lowest class") % lacking
