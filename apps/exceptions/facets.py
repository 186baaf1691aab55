"""The facets beside the board: counts of what each choice would show, each a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from apps.exceptions.filters import SETS, Filters
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.places import Directory
from apps.exceptions.words import DOMAINS, SEVERITIES, STATES

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Choice:
    """One value of a facet. ``url`` asks for it, or takes it back when it is already asked for."""

    label: Any
    count: int | None
    url: str
    chosen: bool
    value: str = ""


@dataclass(frozen=True)
class Facet:
    """One side of the counts, with its choices."""

    key: str
    title: Any
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Counts:
    """All facets, how many cases the text asks for, and the money of those that threaten no customer order."""

    facets: list[Facet]
    total: int
    beside: Decimal


def counts(rows: Rows, filters: Filters, places: Directory, *, me: int, address: str) -> Counts:
    """Every facet, counted under what all the *other* facets ask for."""
    sides = _Sides(rows, filters, me)
    known = [
        ("domain", _("Domain"), "domain", DOMAINS),
        ("severity", _("Severity"), "severity", SEVERITIES),
        ("company", _("Company"), "company_id", places.companies),
        ("plant", _("Plant"), "plant_id", {key: one.name for key, one in places.plants.items()}),
        ("owner", _("Owner"), "owned", {"none": _("Unowned"), "me": _("Me")}),
    ]
    found = [
        Facet(key, title, _choices(key, labels, sides.counts[column], filters, address))
        for key, title, column, labels in known
    ]
    found.append(Facet("state", _("State"), _states(sides.counts["state"], filters, address)))
    shown = [facet for facet in found if len(facet.choices) > (1 if facet.key == "company" else 0)]
    return Counts(shown, sides.total, sides.beside)


class _Sides:
    """One pass over the cube: a row counts on every side if all sides ask for it, and on the one side that does not."""

    def __init__(self, rows: Rows, filters: Filters, me: int) -> None:
        owners = frozenset("none" if one is None else "me" if one == me else "named" for one in filters.owner)
        asked: dict[str, frozenset[Any]] = {
            "state": frozenset(filters.states),
            "domain": filters.domain,
            "severity": filters.severity,
            "company_id": filters.company,
            "plant_id": filters.plant,
            "owned": owners,
        }
        self.total, self.beside = 0, Decimal(0)
        self.counts: dict[str, dict[Any, int]] = {name: {} for name in asked}
        narrow = [(name, values) for name, values in asked.items() if values]
        for row in rows:
            against = [name for name, values in narrow if row[name] not in values]
            if not against:
                self.total += row["n"]
                self.beside += row["beside"]
            for name in against if len(against) == 1 else () if against else asked:
                self.counts[name][row[name]] = self.counts[name].get(row[name], 0) + row["n"]


def _choices(key: str, labels: Any, counts: dict[Any, int], filters: Filters, address: str) -> tuple[Choice, ...]:
    merged: dict[str, tuple[Any, int]] = {}
    for value, label in labels.items():
        text = str(label) if key in {"company", "plant"} else str(value)
        merged[text] = (label, merged.get(text, (label, 0))[1] + counts.get(value, 0))
    asked = {text for text in merged if filters.says(key, text)}
    return tuple(
        Choice(label, count, link(address, filters.with_only(key, "" if text in asked else text)), text in asked, text)
        for text, (label, count) in merged.items()
        if count or text in asked or key in {"severity", "owner"}
    )


def _states(counts: dict[Any, int], filters: Filters, address: str) -> tuple[Choice, ...]:
    live = [state for state in STATES if state in LIVE]
    chosen = {state for state in live if filters.says("state", state)}
    choices = [
        Choice(
            STATES[state],
            counts.get(state, 0),
            link(address, filters.with_only("state", "" if state in chosen else state)),
            state in chosen,
            state,
        )
        for state in live
    ]
    ended = filters.states == SETS["ended"]
    choices.append(
        Choice(_("Ended"), None, link(address, filters.with_only("is", "" if ended else "ended")), ended, "ended")
    )
    return tuple(choices)


def link(address: str, text: str) -> str:
    """The address of the board for a text."""
    return f"{address}?{urlencode({'q': text})}" if text else address
