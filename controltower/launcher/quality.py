"""``./tower check``: everything short of the tests. All checks run; each failure is shown."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from controltower.embedded.child import Child
from controltower.launcher import project
from controltower.launcher.errors import UsageError
from controltower.launcher.places import CHECKOUT, PYTHON, scratch_base
from controltower.launcher.suite import throw_away

PRODUCTION = {
    "DEBUG": "0",
    "BEHIND_TLS": "1",
    "ALLOWED_HOSTS": "tower.example.com",
    "TRUSTED_ORIGINS": "https://tower.example.com",
}
"""How the tower is deployed: what ``check --deploy`` is asked about."""


@dataclass(frozen=True)
class Check:
    """One tool and what it is told."""

    title: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


def checks() -> Iterator[Check]:
    tools = Path(PYTHON).parent
    yield Check("format", [str(tools / "ruff"), "format", "--check", "."])
    yield Check("lint", [str(tools / "ruff"), "check", "."])
    yield Check("types", [str(tools / "mypy"), "--cache-dir", str(scratch_base() / ".mypy_cache")])
    yield Check("imports", [str(tools / "lint-imports"), "--cache-dir", str(scratch_base() / ".import_linter_cache")])
    yield Check("migrations", project.manage(["makemigrations", "--check", "--dry-run"]))
    keys = {name: secrets.token_urlsafe(60) for name in project.KEYS}
    deploy = ["check", "--deploy", "--fail-level", "WARNING", "--database", "default"]
    yield Check("deployment", project.manage(deploy), {**PRODUCTION, **keys})
    if templates := sorted(str(path.relative_to(CHECKOUT)) for path in (CHECKOUT / "templates").rglob("*.html")):
        yield Check("templates", [str(tools / "djade"), "--check", "--target-version", "5.2", *templates])


def check(arguments: Sequence[str]) -> int:
    """0 when all hold, 1 when one does not. With titles as arguments only those run."""
    known = {one.title: one for one in checks()}
    if unknown := [title for title in arguments if title not in known]:
        raise UsageError(f"there is no check {unknown[0]!r}; there are {', '.join(known)}")
    chosen = [known[title] for title in arguments] if arguments else list(known.values())
    with throw_away(in_memory=True) as env:
        env["RUFF_CACHE_DIR"] = str(scratch_base() / ".ruff_cache")
        failures = [one.title for one in chosen if not holds(one, env)]
    if failures:
        print(f"{len(failures)} of {len(chosen)} checks failed: {', '.join(failures)}")
        return 1
    print(f"all {len(chosen)} checks hold")
    return 0


def holds(one: Check, env: Mapping[str, str]) -> bool:
    began = time.monotonic()
    log = Path(env["TOWER_STATE"]) / f"{one.title}.log"
    child = Child(one.command, name=one.title, log=log, env={**env, **one.env}, cwd=CHECKOUT)
    failed = child.wait() != 0
    print(f"{'FAILED' if failed else 'ok':7}{one.title} ({time.monotonic() - began:.1f} s)", flush=True)
    if failed:
        print(log.read_text(errors="replace").rstrip(), flush=True)
    return failed is False
