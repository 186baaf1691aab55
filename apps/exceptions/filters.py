"""The filter language of the board: ``severity:critical plant:"Lyon 2" money>10k bearing sort:money``.

What is not understood is said, kept in the text and left out of the search: nobody loses what they typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from apps.exceptions.definition import Domain, Severity, detectors
from apps.exceptions.lifecycle import AWAKE, ENDED, LIVE, CaseState
from apps.exceptions.places import Directory

LONGEST = 500
TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
TERM = re.compile(r"^([a-z_]+)(:|>=|<=|>|<)(.*)$", re.DOTALL)
SETS = {"open": AWAKE, "snoozed": frozenset({CaseState.SNOOZED}), "ended": ENDED, "all": LIVE | ENDED}
SORTS = ("risk", "money", "age", "due")
LIMITED = {"money": "money", "score": "score", "days": "delay_days", "customers": "customers"}
OPERATORS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
FACTORS = {"": Decimal(1), "k": Decimal(1000), "m": Decimal(1_000_000)}
SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class FilterError(ValueError):
    """One term that makes no sense; the message says what would."""


@dataclass(frozen=True)
class Term:
    """One piece of the text as it was typed; ``problem`` says why it was left out."""

    raw: str
    key: str = ""
    operator: str = ":"
    value: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Limit:
    """A bound on a number of the case, or on its age (a timedelta)."""

    field: str
    operator: str
    value: Decimal | timedelta


@dataclass(frozen=True)
class Vocabulary:
    """The names a person may use: places they may see, themselves, and how a sign-in name is looked up."""

    places: Directory = field(default_factory=Directory)
    me: int | None = None
    person: Callable[[str], int | None] = lambda name: None


@dataclass(frozen=True)
class Filters:
    """What a text asks for. An empty set asks for nothing in particular; ``owners`` holds null for unowned."""

    terms: tuple[Term, ...] = ()
    states: frozenset[str] = AWAKE
    severity: frozenset[str] = frozenset()
    domain: frozenset[str] = frozenset()
    company: frozenset[int] = frozenset()
    plant: frozenset[int] = frozenset()
    owner: frozenset[int | None] = frozenset()
    detector: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    sort: str = "risk"

    @property
    def text(self) -> str:
        return " ".join(term.raw for term in self.terms)

    @property
    def problems(self) -> list[Term]:
        return [term for term in self.terms if term.problem]

    def says(self, key: str, value: str) -> bool:
        """Whether the text has this value for this key, alone or among others."""
        wanted = value.casefold()
        return any(term.key == key and wanted in map(str.casefold, parts(term.value)) for term in self.terms)

    def with_only(self, key: str, value: str) -> str:
        """The text with this key asking for one value; without the key when the value is empty."""
        kept = [term.raw for term in self.terms if term.key not in _RIVALS.get(key, {key})]
        return " ".join([*kept, f"{key}:{quoted(value)}"] if value else kept)

    def without(self, term: Term) -> str:
        """The text without one term."""
        return " ".join(one.raw for one in self.terms if one is not term)


_RIVALS = {"is": {"is", "state"}, "state": {"is", "state"}}


def quoted(value: str) -> str:
    """A value as the language writes it: in quotation marks where it has a space, a comma or a colon."""
    return f'"{value}"' if set(value) & set(" ,:") else value


def parts(value: str) -> list[str]:
    """The values of a list, split at commas outside quotation marks."""
    pieces = re.findall(r'"([^"]*)"?|([^,"]+)', value)
    return [(inside or bare).strip() for inside, bare in pieces if (inside or bare).strip()]


def parse(text: str, known: Vocabulary) -> Filters:
    """Read a text. Never fails: terms that make no sense carry their problem and ask for nothing."""
    terms: list[Term] = []
    asked: dict[str, Any] = {}
    for raw in TOKEN.findall(text.replace("\x00", " ")[:LONGEST]):
        term = _term(raw)
        try:
            _apply(term, known, asked)
        except FilterError as error:
            term = Term(raw, term.key, term.operator, term.value, str(error))
        terms.append(term)
    return Filters(terms=tuple(terms), **asked)


def _term(raw: str) -> Term:
    match = TERM.match(raw)
    return Term(raw, *match.groups()) if match else Term(raw, value=raw.replace('"', ""))


def _apply(term: Term, known: Vocabulary, asked: dict[str, Any]) -> None:
    if not term.key:
        if term.value.strip():
            asked["words"] = (*asked.get("words", ()), term.value.strip())
    elif term.key in LIMITED or term.key == "age":
        asked["limits"] = (*asked.get("limits", ()), _limit(term))
    elif term.key == "sort":
        asked["sort"] = _one_of(term, SORTS)
    elif term.key == "is":
        asked["states"] = SETS[_one_of(term, SETS)]
    elif term.key == "state":
        asked["states"] = frozenset(_each_of(term, CaseState.values))
    elif term.key in _LISTS:
        asked[_LISTS[term.key][0]] = frozenset(_LISTS[term.key][1](_listed(term), known))
    else:
        keys = ", ".join(sorted({*_LISTS, *LIMITED, "age", "is", "state", "sort"}))
        raise FilterError(
            _("There is no filter “%(key)s”. Use %(keys)s, or quotation marks to search for the words.")
            % {"key": term.key, "keys": keys}
        )


def _listed(term: Term) -> list[str]:
    if term.operator != ":":
        raise FilterError(_("Write “%(key)s:value”.") % {"key": term.key})
    values = parts(term.value)
    if not values:
        raise FilterError(_("Say what after “%(key)s:”.") % {"key": term.key})
    return values


def _each_of(term: Term, allowed: Iterable[str]) -> list[str]:
    values = [value.casefold() for value in _listed(term)]
    unknown = [value for value in values if value not in set(allowed)]
    if unknown:
        raise FilterError(
            _("“%(value)s” is no %(key)s. Use %(allowed)s.")
            % {"value": unknown[0], "key": term.key, "allowed": ", ".join(allowed)}
        )
    return values


def _one_of(term: Term, allowed: Iterable[str]) -> str:
    return _each_of(term, allowed)[-1]


def _limit(term: Term) -> Limit:
    if term.operator == ":":
        raise FilterError(_("Write “%(key)s>10” or “%(key)s<10”.") % {"key": term.key})
    units = SPANS if term.key == "age" else FACTORS
    match = re.fullmatch(r"(-?\d{1,12}(?:\.\d{1,2})?)([a-z]?)", term.value.casefold())
    if not match or match[2] not in units:
        example = "age>2d" if term.key == "age" else f"{term.key}>10"
        raise FilterError(
            _("“%(value)s” is no number here. Write it like “%(example)s”.") % {"value": term.value, "example": example}
        )
    try:
        value = Decimal(match[1])
        if term.key == "age":
            return Limit("age", term.operator, timedelta(**{SPANS[match[2]]: float(value)}))
    except (InvalidOperation, OverflowError):
        raise FilterError(_("“%(value)s” is too large.") % {"value": term.value}) from None
    return Limit(LIMITED[term.key], term.operator, value * FACTORS[match[2]])


def _severities(values: list[str], known: Vocabulary) -> list[str]:
    return _each_of(Term("", "severity", ":", ",".join(values)), [one.value for one in Severity])


def _domains(values: list[str], known: Vocabulary) -> list[str]:
    return _each_of(Term("", "domain", ":", ",".join(values)), [one.value for one in Domain])


def _companies(values: list[str], known: Vocabulary) -> set[int]:
    return _named(values, known.places.companies_called, known.places.companies.values())


def _plants(values: list[str], known: Vocabulary) -> set[int]:
    return _named(values, known.places.plants_called, [one.name for one in known.places.plants.values()])


def _named(values: list[str], called: Callable[[str], frozenset[int]], names: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for value in values:
        keys = called(value)
        if not keys:
            yours = ", ".join(sorted(set(names))[:12]) or "–"
            raise FilterError(_("“%(value)s” is not among yours: %(names)s.") % {"value": value, "names": yours})
        found |= keys
    return found


def _owners(values: list[str], known: Vocabulary) -> set[int | None]:
    found: set[int | None] = set()
    for value in values:
        owner = known.me if value.casefold() == "me" else None
        if value.casefold() not in {"me", "none"}:
            owner = known.person(value)
            if owner is None:
                raise FilterError(
                    _("Nobody signs in as “%(value)s”. Use me, none or a sign-in name.") % {"value": value}
                )
        found.add(owner)
    return found


def _detectors(values: list[str], known: Vocabulary) -> set[str]:
    names = {name.casefold(): one.key for one in detectors for name in (one.key, one.code)}
    for value in values:
        if value.casefold() not in names:
            codes = ", ".join(sorted(one.code for one in detectors)) or "–"
            raise FilterError(_("“%(value)s” is no kind of case. Use %(codes)s.") % {"value": value, "codes": codes})
    return {names[value.casefold()] for value in values}


_LISTS: dict[str, tuple[str, Callable[[list[str], Vocabulary], Iterable[Any]]]] = {
    "severity": ("severity", _severities),
    "domain": ("domain", _domains),
    "company": ("company", _companies),
    "plant": ("plant", _plants),
    "owner": ("owner", _owners),
    "type": ("detector", _detectors),
}


def opened_bound(limit: Limit, now: datetime) -> tuple[str, datetime]:
    """An age as a bound on when the case was opened: older than means opened before."""
    assert isinstance(limit.value, timedelta)
    mirrored = {">": "lt", ">=": "lte", "<": "gt", "<=": "gte"}
    return f"opened_at__{mirrored[limit.operator]}", now - limit.value
