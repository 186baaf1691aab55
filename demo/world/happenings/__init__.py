"""The things that happen in a living group: a module a field of work, an event a function.

An event says in a line what happened; one that finds nothing to happen to returns an empty line. A module lists its
events in ``EVENTS``; a new field of work is a new file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.world.scene import Scene


def never(_scene: Scene) -> bool:
    """The usual answer to whether an event must wait."""
    return False


@dataclass(frozen=True)
class Event:
    """What may happen, how often beside the others, and when it must not: then it is not even drawn."""

    happens: Callable[[Scene], str]
    weight: int
    unless: Callable[[Scene], bool] = never


def events() -> Iterator[Event]:
    """The events of every module, in the order of the modules' names."""
    for module in sorted(found.name for found in iter_modules(__path__)):
        yield from import_module(f"{__name__}.{module}").EVENTS


def happen(scene: Scene) -> str:
    """One thing that happens, drawn by weight among those that can."""
    waiting = [event for event in events() if not event.unless(scene)]
    while waiting:
        event = scene.rnd.choices(waiting, [one.weight for one in waiting])[0]
        line = event.happens(scene)
        if line:
            return line
        waiting.remove(event)
    return "nothing to do"
