"""The facets beside the board: counts of what each choice would show, each a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


def facets(rows: Rows, filters: Filters, places: Directory, *, me: int, address: str) -> list[Facet]:
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
        Facet(key, title, _choices(key, labels, sides.counts(column), filters, address))
        for key, title, column, labels in known
    ]
    found.append(Facet("state", _("State"), _states(sides.counts("state"), filters, address)))
    return [facet for facet in found if len(facet.choices) > (1 if facet.key == "company" else 0)]


def total(rows: Rows, filters: Filters, *, me: int) -> int:
    """How many cases the whole text asks for."""
    return sum(_Sides(rows, filters, me).counts("").values())


class _Sides:
    def __init__(self, rows: Rows, filters: Filters, me: int) -> None:
        self.rows = rows
        owners = frozenset("none" if one is None else "me" if one == me else "named" for one in filters.owner)
        self.asked: dict[str, Callable[[Any], bool]] = {
            "state": filters.states.__contains__,
            "domain": _any_of(filters.domain),
            "severity": _any_of(filters.severity),
            "company_id": _any_of(filters.company),
            "plant_id": _any_of(filters.plant),
            "owned": _any_of(owners),
        }

    def counts(self, column: str) -> dict[Any, int]:
        """Counts along one side, under what the other sides ask for."""
        others = [(name, test) for name, test in self.asked.items() if name != column]
        found: dict[Any, int] = {}
        for row in self.rows:
            if all(test(row[name]) for name, test in others):
                key = row[column] if column else ""
                found[key] = found.get(key, 0) + row["n"]
        return found


def _any_of(values: frozenset[Any]) -> Callable[[Any], bool]:
    return values.__contains__ if values else lambda _value: True


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
