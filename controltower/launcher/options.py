"""What ./tower demo can be told."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlparse

from controltower.launcher.errors import UsageError
from demo.check.kinds import known

KEY_VARIABLE = "TOWER_ODOO_KEY"
"""Carries the key of a real Odoo: an argument would be read by everyone on the machine."""
ALL = "all"
"""Every kind of trouble, one after the other."""


@dataclass(frozen=True)
class Odoo:
    """An Odoo to connect to, with what signs in there."""

    url: str
    db: str
    login: str
    key: str


@dataclass(frozen=True)
class Options:
    """One start of the demo; None means: the stand-in, the first free port, the seed that is there."""

    port: int | None
    reset: bool
    seed: int | None
    live: bool
    check: bool
    kind: str
    odoo: Odoo | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message} (see ./tower demo --help)")


def parse(arguments: Sequence[str]) -> Options:
    """Raises UsageError."""
    found = _parser().parse_args(arguments)
    if found.port is not None and not 0 < found.port < 65536:
        raise UsageError(f"--port must be between 1 and 65535, not {found.port}")
    if found.kind and not found.check:
        raise UsageError("--kind says what --check drives through: give both")
    return Options(
        port=found.port,
        reset=found.reset,
        seed=found.seed,
        live=not (found.no_live or found.check),
        check=found.check,
        kind=found.kind or ALL,
        odoo=_odoo(found.odoo_url, found.odoo_db, found.odoo_login, found.odoo_key),
    )


def _parser() -> _Parser:
    parser = _Parser(prog="./tower demo", description="The whole tower on this machine; Ctrl-C stops it.")
    parser.add_argument("--port", type=int, help="where the pages are (else 8800, or the next free one)")
    parser.add_argument("--reset", action="store_true", help="forget the data of earlier starts")
    parser.add_argument(
        "--seed", type=int, help="which factory group the stand-in Odoo has (else the one that is there, or 1)"
    )
    parser.add_argument("--no-live", action="store_true", help="keep the stand-in's world still")
    parser.add_argument("--check", action="store_true", help="drive the loop from outside and say how it went")
    parser.add_argument("--kind", choices=[*known(), ALL], help="what the check drives through (else all)")
    real = parser.add_argument_group("a real Odoo instead of the stand-in")
    real.add_argument("--odoo-url", metavar="URL", help="such as https://odoo.example.com")
    real.add_argument("--odoo-db", metavar="NAME", help="its database")
    real.add_argument("--odoo-login", metavar="LOGIN", help="the tower's user there")
    real.add_argument("--odoo-key", metavar="KEY", help=f"that user's API key (better in {KEY_VARIABLE})")
    return parser


def _odoo(url: str | None, db: str | None, login: str | None, key: str | None) -> Odoo | None:
    key = key or (os.environ.get(KEY_VARIABLE) if url else None)
    given = {"--odoo-url": url, "--odoo-db": db, "--odoo-login": login, f"--odoo-key (or {KEY_VARIABLE})": key}
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise UsageError(f"a real Odoo also needs {', '.join(missing)}")
    if urlparse(url or "").scheme not in {"http", "https"}:
        raise UsageError(f"--odoo-url must begin with http:// or https://, not {url!r}")
    return Odoo(url=(url or "").rstrip("/"), db=db or "", login=login or "", key=key or "")
