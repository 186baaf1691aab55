"""Digits that follow each other in a list or a range, as people write them: ``00018, 00019``, ``00018-00021``. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_DIGITS = re.compile(r"[0-9]+")
_DATE = re.compile(r"(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2}))(?!\d)")
AND, TO = ("and", "und", "et", "y", "e", "en"), ("to", "bis", "au", "through", "thru")
_AND, _TO = "|".join(AND), "|".join(TO)
_LISTED = re.compile(rf"\s*(?:[,;+&/|]\s*(?:(?:{_AND})\s+)?|\s(?:{_AND})\s+)#?")
_SPACED = re.compile(r"\s+#?")
_RANGED = re.compile(rf"\s*(?:[-–—…]|\.\.\.?)\s*#?|\s+(?:{_TO})\s+#?")
_ENDS = re.compile(r"\s*(?:$|[,;)\]](?!\d)|\.(?!\d))")
_GOES_ON = re.compile(r"[^\W\d]|\s*%|[.:]\d")
LONGEST = 18
"""More digits are no number of a document."""


class Item(NamedTuple):
    """One thing in a list, its digits as written; of several parts where strokes stand between (``12/0004``).

    ``is_range``: it is the end of what began with the thing before. ``is_joined``: more than a space lies between.
    ``is_dashed``: dashes stand between its parts.
    """

    parts: tuple[str, ...]
    is_range: bool = False
    is_joined: bool = True
    is_dashed: bool = False

    @property
    def apart(self) -> list[Item]:
        """Its parts as things of their own, where they are written alike."""
        if len({len(part) for part in self.parts}) > 1:
            return []
        first, *more = self.parts
        return [Item((first,), self.is_range, self.is_joined), *(Item((part,), self.is_dashed) for part in more)]


class Run(NamedTuple):
    """The things of a list, and whether nothing comes after it that may belong to its last one, as a unit would."""

    items: tuple[Item, ...]
    ends_well: bool


def following(text: str, start: int, stop: int | None = None) -> Run:
    """What follows a number that ends at a place of a text."""
    items: list[Item] = []
    end, dates, direct = start, _dates(text), True
    for one in _DIGITS.finditer(text, start, len(text) if stop is None else stop):
        glue = text[end : one.start()]
        ranged = bool(_RANGED.fullmatch(glue))
        joined = ranged or bool(_LISTED.fullmatch(glue))
        if not (joined or _SPACED.fullmatch(glue)) or _is_none(text, one, dates):
            break
        direct = direct and glue in ("/", "-")
        if not direct and glue in ("/", "-") and items:
            items[-1] = items[-1]._replace(parts=(*items[-1].parts, one[0]), is_dashed=glue == "-")
        else:
            items.append(Item((one[0],), ranged, joined))
        end = one.end()
    return Run(tuple(items), bool(_ENDS.match(text, end)))


def alone(text: str) -> list[Item]:
    """All digits of a text that has no others than a list of them; empty for any other."""
    first = _DIGITS.search(text)
    if first is None or _is_none(text, first, _dates(text)):
        return []
    items = [Item((first[0],)), *(one for item in following(text, first.end()).items for one in item.apart)]
    is_all = [one.parts[0] for one in items] == _DIGITS.findall(text)
    return items if len(items) > 1 and is_all and all(one.is_joined for one in items) else []


def _is_none(text: str, one: re.Match[str], dates: list[tuple[int, int]]) -> bool:
    """Whether digits are part of a word, a date, a decimal number or a share, or are too many."""
    within = any(begin <= one.start() < end for begin, end in dates)
    return within or len(one[0]) > LONGEST or bool(_GOES_ON.match(text, one.end()))


def _dates(text: str) -> list[tuple[int, int]]:
    return [one.span() for one in _DATE.finditer(text)]
