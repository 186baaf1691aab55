"""How the limits read that made a case: how high, whose they are, and who set them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.exceptions.errors import LimitError
from apps.exceptions.limits import DEFAULT, GROUP, rule_of
from apps.exceptions.models import Case


@dataclass(frozen=True)
class ShownLimit:
    """One limit of a case. ``set_at`` and ``reason`` are empty for what the tower comes with."""

    label: str
    text: str
    origin: str
    set_at: datetime | None = None
    reason: str = ""


def limits_of(case: Case) -> Iterator[ShownLimit]:
    """The limits that counted. A whole table is shown only where a place has one of its own; the catalogue has the
    other.
    """
    for one in case.limits:
        if one["level"] != DEFAULT or not isinstance(one["value"], list):
            yield shown_limit(one.get("rule", case.detector), one)


def shown_limit(rule: str, one: dict[str, Any]) -> ShownLimit:
    """One limit as ``InForce.told`` tells it, in words."""
    label, text = _title(rule, one["name"]), _text(one["value"])
    if one["level"] == DEFAULT:
        return ShownLimit(label, text, _("the tower's default"))
    names = {"place": one["place"], "who": one["by"]}
    by = _("set for the whole group by %(who)s") if one["level"] == GROUP else _("set for %(place)s by %(who)s")
    return ShownLimit(label, text, by % names, parse_datetime(one["at"]), one["reason"])


def _title(rule: str, name: str) -> str:
    """What the limit is called; its name where the detector or the limit has been retired."""
    try:
        titles = rule_of(rule).default().titles
    except LimitError:
        titles = {}
    return str(titles.get(name, name))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(f"{one['tag']} = {one['weight']}" for one in value)
    return str(value)
