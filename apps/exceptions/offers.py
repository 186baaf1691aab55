"""What a person can do about a case in Odoo: the detector's remedies, recommended first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import may
from apps.accounts.models import User
from apps.actions.definition import Reversibility, actions
from apps.exceptions.definition import detectors
from apps.exceptions.models import Case

WORDS: dict[str, Any] = {
    Reversibility.REVERSIBLE: _("can be undone"),
    Reversibility.COMPENSABLE: _("can be set right"),
    Reversibility.FINAL: _("cannot be undone"),
}


@dataclass(frozen=True)
class Offer:
    """One guided action: what it does in plain words, whether it can be undone, and where it begins."""

    title: Any
    explanation: Any
    reversibility: Any
    url: str


def offers(case: Case, user: User) -> list[Offer]:
    """The remedies that exist and that this person may request here."""
    keys = detectors[case.detector].remedies if case.detector in detectors else ()
    known = [actions[key] for key in keys if key in actions]
    return [
        Offer(one.title, one.explanation, WORDS[one.reversibility], url)
        for one in known
        if may(user, one.requires, within=case) and (url := propose_url(one.key, case))
    ]


def propose_url(action: str, case: Case) -> str:
    """Where the dialog of an action begins; empty where this tower has none."""
    try:
        address = reverse("actions:propose", args=[action, case.subject_key])
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode({'about': f'case:{case.pk}'})}"
