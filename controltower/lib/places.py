"""Where a thing belongs: its company and plant, as mirror keys."""

from __future__ import annotations

from typing import Any

from controltower.lib.scope import Slice


def place_of(thing: Any) -> Slice:
    """The company and plant that a row belongs to; both null for what belongs to the whole group.

    A mirrored row is asked along its ``company_path`` and ``plant_path``; any other row by its ``company`` and
    ``plant`` columns. A thing without either belongs to the group, so that only a group grant reaches it.
    """
    if thing is None:
        return Slice(None)
    if isinstance(thing, Slice):
        return thing
    if hasattr(thing, "company_path"):
        return Slice(_key_at(thing, thing.company_path), _key_at(thing, thing.plant_path))
    return Slice(_key(thing, "company"), _key(thing, "plant"))


def _key_at(thing: Any, path: str | None) -> int | None:
    """The key at the end of a lookup path such as ``operation_type__warehouse``; null where a step is missing."""
    if path is None:
        return None
    if path == "id":
        return thing.pk
    *steps, last = path.split("__")
    for step in steps:
        thing = getattr(thing, step, None)
        if thing is None:
            return None
    return _key(thing, last)


def _key(thing: Any, name: str) -> int | None:
    key = getattr(thing, f"{name}_id", None)
    if key is not None:
        return int(key)
    value = getattr(thing, name, None)
    if value is None or isinstance(value, int):
        return value
    return int(value.pk) if hasattr(value, "pk") else None
