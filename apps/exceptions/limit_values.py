"""Limits as people and JSON write them, by the types that their class declares. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Protocol, get_type_hints

from django.utils.translation import gettext as _

from apps.exceptions.errors import LimitError
from apps.exceptions.importance import CustomerClass
from controltower.lib.money import Money

CLASSES = tuple[CustomerClass, ...]
_SPAN = re.compile(r"^(\d+) ?(s|min|h|d)$")
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_DECIMAL = re.compile(r"^\d+(?:\.\d{1,6})?$")
_MONEY = re.compile(r"^(\d+(?:\.\d+)?) ([A-Z]{3})$")
MOST: Mapping[Any, Any] = {
    int: 10_000,
    Decimal: Decimal(10**12),
    timedelta: timedelta(days=3660),
    Money: Decimal(10**12),
}
"""How high a limit may be that says nothing of its own: more is a slip of the hand, or leads beyond any calendar."""


class Thresholds(Protocol):
    """A frozen dataclass of limits: ``titles`` words each of them, ``problems`` says what makes no sense together.

    One that also has ``most`` says there, by name, up to what some of them go; the others go as far as their type.
    ``locations`` names those that are names of places in Odoo, with commas between.
    """

    titles: ClassVar[Mapping[str, Any]]

    def problems(self) -> Iterable[str]: ...


def read_values(default: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values out of texts or JSON, for the limits of this class. Raises LimitError, which says what to write."""
    kinds = get_type_hints(type(default))
    names = [one.name for one in fields(default)]
    unknown = sorted(set(raw) - set(names))
    if unknown:
        raise LimitError(_("There is no limit %(name)s here; there are: %(names)s.") % _named(unknown, names))
    values = {name: read_value(name, kinds[name], value) for name, value in raw.items()}
    problems = [*_too_high(default, kinds, values), *replace(default, **values).problems()]
    if problems:
        raise LimitError(" ".join(problems))
    return values


def _named(unknown: list[str], names: list[str]) -> dict[str, str]:
    return {"name": ", ".join(unknown), "names": ", ".join(names)}


def _too_high(default: Any, kinds: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    own: Mapping[str, Any] = getattr(default, "most", {})
    for name, value in values.items():
        most: Any = own.get(name, MOST.get(kinds[name]))
        if most is None or (value.amount if isinstance(value, Money) else value) <= most:
            continue
        shown = Money(most, value.currency) if isinstance(value, Money) else most
        yield _("%(name)s is at most %(most)s.") % {"name": name, "most": shown_value(shown)}


def read_value(name: str, kind: Any, value: Any) -> Any:
    """One value of one type. Raises LimitError."""
    reader, example = READERS[kind]
    try:
        return reader(value)
    except (ValueError, TypeError, KeyError, InvalidOperation, OverflowError):
        problem = _("%(name)s cannot be “%(value)s”; write it like this: %(example)s.")
        raise LimitError(problem % {"name": name, "value": value, "example": example}) from None


def plain_value(value: Any) -> Any:
    """A typed value as JSON that ``read_value`` takes back."""
    if isinstance(value, tuple):
        return [{"tag": one.tag, "weight": str(one.weight)} for one in value]
    return value if isinstance(value, int) else shown_value(value)


def shown_value(value: Any) -> str:
    """A typed value as one writes it."""
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    if isinstance(value, Money):
        return f"{value.amount:f} {value.currency}"
    return _span(value) if isinstance(value, timedelta) else str(value)


def _span(value: timedelta) -> str:
    seconds = value // timedelta(seconds=1)
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds and not seconds % size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _whole(value: Any) -> int:
    if isinstance(value, bool | float):
        raise TypeError
    return int(value)


def _decimal(value: Any) -> Decimal:
    if not _DECIMAL.match(value):
        raise ValueError
    return Decimal(value)


def _timedelta(value: Any) -> timedelta:
    match = _SPAN.match(value)
    if match is None:
        raise ValueError
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _money(value: Any) -> Money:
    match = _MONEY.match(value)
    if match is None:
        raise ValueError
    return Money(Decimal(match[1]), match[2])


def _classes(value: Any) -> CLASSES:
    """``Gold = 1.0; Silver = 0.6``, or as JSON keeps it."""
    if isinstance(value, str):
        parts = [part.rpartition("=") for part in value.split(";")]
        value = [{"tag": tag, "weight": weight} for tag, _sign, weight in parts]
    return tuple(CustomerClass(_said(one["tag"]), _finite(one["weight"].strip())) for one in value)


def _finite(text: str) -> Decimal:
    if not (value := Decimal(text)).is_finite():
        raise ValueError
    return value


def _said(tag: str) -> str:
    if not tag.strip():
        raise ValueError
    return tag.strip()


READERS: Mapping[Any, tuple[Callable[[Any], Any], str]] = {
    int: (_whole, "3"),
    str: (_said, "Quarantine"),
    Decimal: (_decimal, "0.45"),
    timedelta: (_timedelta, "90 s, 15 min, 2 h, 30 d"),
    Money: (_money, "10000 EUR"),
    CLASSES: (_classes, "Gold = 1.0; Silver = 0.6"),
}
