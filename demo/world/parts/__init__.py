"""Fields of work that the world has where Odoo has their modules: one module each, a new field is a new file.

A module holds ``PART``. It is built after companies, products, orders and trades are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

from demo.world.site import Site


@dataclass(frozen=True)
class Part:
    """What building a field of work takes.

    ``needs`` maps each module of Odoo that it needs to a model and field that only this module brings; in an Odoo that
    lacks one the part is left out, and the one who builds is told. ``order`` sorts the parts, the lowest first.
    """

    title: str
    steps: tuple[Callable[[Site], None], ...]
    needs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    order: int = 50


def parts() -> Iterator[Part]:
    """Every part, in the order in which they are built."""
    modules = sorted(found.name for found in iter_modules(__path__))
    yield from sorted((import_module(f"{__name__}.{name}").PART for name in modules), key=lambda part: part.order)
