"""Which work centre a piece of equipment probably is, with the reason and how sure that is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORD = re.compile(r"[^\W_]+")
LIKE = 0.6
SHORTEST = 3
"""Codes shorter than this are found in too many names to tell anything."""


class Sure(StrEnum):
    """How sure a guess is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


SURE: dict[str, Any] = {
    Sure.CERTAIN: gettext_lazy("certain"),
    Sure.LIKELY: gettext_lazy("likely"),
    Sure.POSSIBLE: gettext_lazy("possible"),
}
RANK = {Sure.CERTAIN: 2, Sure.LIKELY: 1, Sure.POSSIBLE: 0}


@dataclass(frozen=True)
class Thing:
    """Equipment or a work centre, as far as names tell. ``code`` is the serial number or the code; ``more`` is any
    other text on it, ``company`` null where it is the group's."""

    key: int
    name: str
    code: str = ""
    company: int | None = None
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guess:
    """A work centre that equipment may be. ``basis`` is serial, code or name; ``why`` says what is alike."""

    centre: int
    basis: str
    sure: Sure
    why: str


def guess(equipment: Thing, centres: Iterable[Thing]) -> Guess | None:
    """The most probable work centre of its company; None where nothing is alike.

    The serial number is the work centre's code, or the names are the same: certain. The code stands in the name, the
    serial number, the model or the place: likely. Most words of the shorter name are in the other: possible. Where
    several are alike as much, the first by name is no more than possible.
    """
    near = [one for one in centres if equipment.company in (None, one.company) or one.company is None]
    found = [one for one in (_compare(equipment, centre) for centre in near) if one is not None]
    if not found:
        return None
    best = max(found, key=lambda one: RANK[one.sure])
    rivals = [one for one in found if one.sure == best.sure]
    if len(rivals) == 1:
        return best
    return Guess(best.centre, best.basis, Sure.POSSIBLE, _("%s; others are as alike") % best.why)


def _compare(equipment: Thing, centre: Thing) -> Guess | None:
    mine, code = _plain(equipment.code), _plain(centre.code)
    if mine and mine == code:
        return Guess(centre.key, "serial", Sure.CERTAIN, _("serial number %s is its code") % equipment.code)
    if _words(equipment.name) and _words(equipment.name) == _words(centre.name):
        return Guess(centre.key, "name", Sure.CERTAIN, _("same name"))
    texts = (equipment.name, equipment.code, *equipment.more)
    if len(code) >= SHORTEST and any(_holds(text, centre.code) for text in texts):
        return Guess(centre.key, "code", Sure.LIKELY, _("carries its code %s") % centre.code)
    common = set(_words(equipment.name)) & set(_words(centre.name))
    shorter = min(len(set(_words(equipment.name))), len(set(_words(centre.name))))
    if len(common) >= 2 and len(common) / shorter >= LIKE:
        named = " ".join(word for word in _words(centre.name) if word in common)
        return Guess(centre.key, "name", Sure.POSSIBLE, _("“%s” is in both names") % named)
    return None


def _holds(text: str, code: str) -> bool:
    """Whether a code stands in a text as words of its own."""
    wanted, words = _words(code), _words(text)
    return bool(wanted) and any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _plain(text: str) -> str:
    return "".join(_words(text))
