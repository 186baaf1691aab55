"""What to do next with a step, given what Odoo says now. Pure, so that everything about it can be tried."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.actions.definition import Step
from apps.actions.markup import is_markup, text_of

MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)?$")


class Gone:
    """Stands for the value of a record that Odoo no longer has or no longer shows."""

    def __repr__(self) -> str:
        return "GONE"


GONE = Gone()


class Next(StrEnum):
    """What to do with a step."""

    DONE = "done"
    DIFFERS = "differs"
    APPLY = "apply"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Difference:
    """One field on which the plan and Odoo disagree: what was seen, what Odoo has now, what was wanted.

    ``mine`` equals ``base`` where the plan leaves the field alone. ``gone`` says that the record itself is missing.
    """

    key: str
    base: Any
    theirs: Any
    mine: Any
    gone: bool = False

    def stored(self) -> dict[str, Any]:
        return {"key": self.key, "base": self.base, "theirs": self.theirs, "mine": self.mine, "gone": self.gone}


@dataclass(frozen=True)
class Decision:
    """The next thing to do, and on which fields others were in the way; ``because`` says it where no field does."""

    next: Next
    differences: tuple[Difference, ...] = ()
    because: str = ""


def decide(step: Step, seen: Mapping[str, Any], *, marked: bool | None = None) -> Decision:
    """Choose what to do with a step.

    ``seen`` are the facts of guard and expect as Odoo has them now; a fact that is missing belongs to a record that is
    gone. ``marked`` tells whether the step's token was found, None where the step carries none. A step whose result is
    already there is done, even if a crash hid that from us; a mark whose record is not as it was to be differs, and is
    never made twice; a step whose starting point still holds may be applied; anything else changed under us, and a
    person decides. Fields that others changed and that the plan neither saw nor writes are no obstacle, and neither is
    somebody who made the very same change.
    """
    if marked:
        missing = unmet(step, seen)
        return Decision(Next.DIFFERS if missing else Next.DONE, missing)
    if marked is None and step.expect and holds(step.expect, seen):
        return Decision(Next.DONE)
    differences = tuple(
        Difference(key, base, plain(seen.get(key)), step.expect.get(key, base), key not in seen)
        for key, base in sorted(step.guard.items())
        if key not in seen or not (same(seen[key], base) or (key in step.expect and same(seen[key], step.expect[key])))
    )
    return Decision(Next.CONFLICT if differences else Next.APPLY, differences)


def unmet(step: Step, seen: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Where Odoo is not as the step should have left it."""
    return tuple(
        Difference(key, step.guard.get(key), plain(seen.get(key)), mine, key not in seen)
        for key, mine in sorted(step.expect.items())
        if key not in seen or not same(seen[key], mine)
    )


def holds(expected: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Whether every expected fact is there with an equal value."""
    return all(key in seen and same(seen[key], value) for key, value in expected.items())


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal once Odoo's ways of writing them are put aside; of HTML the text counts."""
    one, other = plain(one), plain(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    if isinstance(one, str) and isinstance(other, str) and (is_markup(one) or is_markup(other)):
        return text_of(one) == text_of(other)
    return bool(one == other)


def plain(value: Any) -> Any:
    """A value as plans keep it: null for Odoo's false, whole seconds in UTC, links as ids, lists of links sorted.

    False booleans become null too: over RPC they look like an empty text, and guards compare like with like.
    """
    if value is False or value is None or value == "":
        return None
    if isinstance(value, str):
        moment = MOMENT.match(value.strip())
        return f"{moment[1]} {moment[2]}" if moment else value.strip() or None
    if isinstance(value, list | tuple):
        if len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], str):
            return value[0]
        return sorted((plain(one) for one in value), key=repr)
    return value
