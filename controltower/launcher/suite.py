"""``./tower test`` and ``./tower bench``: on throw-away servers, in memory where there is room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from controltower.launcher import foreground, project
from controltower.launcher.places import CHECKOUT, scratch_base, temporary_folder
from controltower.launcher.servers import servers

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MOST_WORKERS = 4
"""More would not find databases of their own in one Valkey (tests.workers)."""


def test(arguments: Sequence[str]) -> int:
    """Pytest's exit code. Without arguments everything but the outages runs, side by side; with arguments as they say.

    The outage tests (``-m outage``) have servers of their own, which they stop, and want the machine for themselves.
    """
    cache = ["-o", f"cache_dir={scratch_base() / '.pytest_cache'}"]
    with throw_away(in_memory=True) as env:
        return foreground.run(
            project.module("pytest", *cache, *(arguments or [*parallel(), "-m", "not outage"])), env=env
        )


def parallel() -> list[str]:
    """Pytest's arguments when none are given: as many workers as cores, whole files each, in the order collected."""
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"] if workers > 1 else []


def bench(arguments: Sequence[str]) -> int:
    """The benches' exit code: 1 when a measure fails. Durable servers: the figures are to be honest."""
    with throw_away(in_memory=False) as env:
        return foreground.run(project.module("benchmarks", *arguments), env=env)


@contextmanager
def throw_away(*, in_memory: bool) -> Iterator[dict[str, str]]:
    """The environment of a command that has servers for itself and leaves nothing behind.

    Who wants no bytecode beside the source gets it in here: a run starts a hundred processes, and each would compile
    Django and everything else anew.
    """
    folder = temporary_folder(in_memory=in_memory)
    try:
        with servers(folder, durable=not in_memory, kept=False) as found:
            env = project.environment(found, folder)
            if browser := chromium():
                env["CHROMIUM"] = browser
            if env.pop("PYTHONDONTWRITEBYTECODE", ""):
                env["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
            if scratch_base() != CHECKOUT:
                env["HYPOTHESIS_STORAGE_DIRECTORY"] = str(scratch_base() / ".hypothesis")
            yield env
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def chromium() -> str | None:
    """The browser for the browser tests; browsers are never downloaded."""
    if named := os.environ.get("CHROMIUM"):
        return named
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)
