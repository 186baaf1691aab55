"""``python -m benchmarks [NAME…] [--seed N]``: one line of JSON a measure; exit 1 when one fails."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Protocol

from benchmarks.measure import Measure


class Run(Protocol):
    """What a bench offers: its measures for a seed."""

    def __call__(self, seed: int) -> Iterator[Measure]: ...


def find(name: str) -> Run | None:
    """The ``run`` of ``benchmarks/<name>.py`` or of ``benchmarks/<name>/run.py``; None where there is none."""
    spec = find_spec(f"benchmarks.{name}")
    if spec is None or name.startswith("_") or name == "measure":
        return None
    home = f"benchmarks.{name}.run" if spec.submodule_search_locations else f"benchmarks.{name}"
    if find_spec(home) is None:
        return None
    found: Run | None = getattr(import_module(home), "run", None)
    return found


def names() -> list[str]:
    """Every bench there is, by file."""
    package = import_module("benchmarks")
    return sorted(module.name for module in iter_modules(package.__path__) if find(module.name) is not None)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench", description="Measure, one line of JSON a measure.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="all benches when none is named")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controltower.settings")
    import django

    django.setup()
    wanted = {name: find(name) for name in options.names or names()}
    unknown = sorted(name for name, run in wanted.items() if run is None)
    if unknown:
        sys.stderr.write(f"There is no bench called {', '.join(unknown)}. There are: {', '.join(names())}.\n")
        return 2
    good = True
    for run in wanted.values():
        for measure in run(options.seed) if run else ():
            print(measure.line(), flush=True)
            good = good and measure.ok
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
