"""Which limits hold where: the defaults of a detector or an action, and what a place or a product has of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from apps.exceptions.definition import LEVELS, Subject, detectors
from apps.exceptions.errors import LimitError
from apps.exceptions.limit_values import plain_value, read_values
from apps.exceptions.models import LimitOverride

DEFAULT, GROUP = "default", "group"
log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What limits are about."""

    DETECTOR = "detector"
    ACTION = "action"
    SCORE = "score"


class Place(NamedTuple):
    """Where limits are asked for, by mirror keys. Null means: of no one company, plant or product."""

    company: int | None = None
    plant: int | None = None
    product: int | None = None


@dataclass(frozen=True)
class Rule:
    """What has limits: a detector, what an action asks before it needs a second person, or the score.

    ``default`` makes them.
    """

    key: str
    title: Any
    default: Callable[[], Any]
    levels: frozenset[str] = LEVELS
    kind: Kind = Kind.ACTION


@dataclass(frozen=True)
class InForce:
    """The limits of one place: ``values`` is the typed whole, ``overrides`` says for each name which row set it."""

    values: Any
    overrides: Mapping[str, LimitOverride] = field(default_factory=dict)

    def told(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """These limits as a case keeps them: how high, of which place, by whom, when and why."""
        return [self._told(name) for name in names]

    def _told(self, name: str) -> dict[str, Any]:
        value, override = plain_value(getattr(self.values, name)), self.overrides.get(name)
        if override is None:
            return {"name": name, "value": value, "level": DEFAULT}
        return {
            "name": name,
            "value": value,
            "level": override.level,
            "place": override.place_name,
            "by": override.set_by.shown_name,
            "at": override.set_at.isoformat(),
            "reason": override.reason,
        }


_others: dict[str, Rule] = {}


def add_rule(rule: Rule) -> Rule:
    """Register what has limits without being a detector."""
    _others[rule.key] = rule
    return rule


def other_rules() -> tuple[Rule, ...]:
    """Everything with limits that is no detector."""
    return tuple(_others[key] for key in sorted(_others))


def rule_of(key: str) -> Rule:
    """What has this key. Raises LimitError, which names what there is."""
    if key in detectors:
        detector = detectors[key]
        return Rule(key, detector.title, lambda: detector.limits, detector.overridable, Kind.DETECTOR)
    if key in _others:
        return _others[key]
    known = sorted([*_others, *(one.key for one in detectors)])
    raise LimitError(
        _("Nothing called %(key)s has limits; there are: %(known)s.") % {"key": key, "known": ", ".join(known)}
    )


@dataclass(frozen=True)
class Ruling:
    """The limits of one rule everywhere, read once: one query, however many subjects are judged by them."""

    default: Any
    overrides: tuple[LimitOverride, ...]

    @cached_property
    def _known(self) -> dict[Place, InForce]:
        return {}

    def at(self, place: Place) -> InForce:
        """What holds there: each limit from the most specific row that sets it."""
        if place not in self._known:
            self._known[place] = self._found(place)
        return self._known[place]

    def of(self, subject: Subject) -> InForce:
        """What holds for the subject of a case."""
        return self.at(Place(subject.company, subject.plant, subject.product))

    def as_if(self, rule: str, place: Place, values: Mapping[str, Any]) -> Ruling:
        """What would hold if exactly these were the place's own; none means that it has none. Raises LimitError."""
        others = [one for one in self.overrides if Place(one.company_id, one.plant_id, one.product_id) != place]
        if values:
            typed = read_values(self.default, values)
            columns = {f"{name}_id": key for name, key in place._asdict().items()}
            stored = {name: plain_value(value) for name, value in typed.items()}
            others.append(LimitOverride(rule=rule, values=stored, **columns))
        return Ruling(self.default, tuple(sorted(others, key=lambda one: one.rank)))

    def _found(self, place: Place) -> InForce:
        values: dict[str, Any] = {}
        origin: dict[str, LimitOverride] = {}
        for override in self.overrides:
            if override.covers(*place):
                read = _readable(self.default, override)
                values |= read
                origin |= dict.fromkeys(read, override)
        return InForce(replace(self.default, **values), origin) if values else InForce(self.default)


_supposed: ContextVar[Mapping[str, Ruling]] = ContextVar("supposed limits", default=MappingProxyType({}))


@contextmanager
def supposing(rule: Rule, ruling: Ruling) -> Iterator[None]:
    """Let whoever asks for the limits of this rule be told these, for a look at what would be; nothing is written."""
    token = _supposed.set({**_supposed.get(), rule.key: ruling})
    try:
        yield
    finally:
        _supposed.reset(token)


def ruling_of(rule: Rule) -> Ruling:
    """Everything that is set for a rule, the most specific last."""
    return rulings_of(rule)[0]


def rulings_of(*rules: Rule) -> list[Ruling]:
    """The same for several rules, by one query."""
    wanted = LimitOverride.objects.filter(rule__in=[one.key for one in rules])
    rows = sorted(
        wanted.select_related("company", "plant", "product__template", "set_by"), key=lambda one: (one.rank, one.pk)
    )
    held = [Ruling(rule.default(), tuple(one for one in rows if one.rule == rule.key)) for rule in rules]
    supposed = _supposed.get()
    return [supposed.get(rule.key, one) for rule, one in zip(rules, held, strict=True)]


def rules() -> list[Rule]:
    """Everything that has limits: the score, each detector, each action's."""
    return [*other_rules(), *(rule_of(one.key) for one in sorted(detectors, key=lambda one: one.code))]


def _readable(default: Any, override: LimitOverride) -> dict[str, Any]:
    """The typed values of a row; one that a later release no longer understands is logged, and the next one counts."""
    try:
        return read_values(default, override.values)
    except LimitError as error:
        log.error("limits of %s for %s cannot be read: %s", override.rule, override.place_name, error)
        return {}
