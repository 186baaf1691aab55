"""The kinds of trouble the check can drive through, one module each; a new kind is a new file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.check.drive import Drive


def known() -> list[str]:
    """The names of the kinds, which are those of their modules, by alphabet, without loading them."""
    return sorted(module.name for module in iter_modules(__path__))


def load(name: str) -> type[Drive]:
    """The drive of a kind. Raises LookupError where its module holds none of that name."""
    module = import_module(f"{__name__}.{name}")
    found = [one for one in vars(module).values() if isinstance(one, type) and getattr(one, "kind", "") == name]
    if not found:
        raise LookupError(f"demo/check/kinds/{name}.py has no Drive whose kind is {name!r}")
    return found[0]
