"""Django's command line, with one sentence where the database is what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError, ProgrammingError

LACKING = frozenset({"42P01", "42703"})
"""PostgreSQL's undefined_table and undefined_column."""
NO_TABLES = (
    "The database {name} has no tables of this release yet. Make them with “./tower manage migrate”; if it should hold "
    "data, look whether it is the right one: ./tower manage uses DATABASE_URL, else the demo that runs or ran last."
)
UNREACHABLE = "The database {name} cannot be reached: {why}"


def run(arguments: Sequence[str]) -> int:
    """Carry out one command; its exit code. ``--traceback`` shows what lies behind a sentence."""
    try:
        execute_from_command_line(list(arguments))
    except (ProgrammingError, OperationalError, InterfaceError) as error:
        sentence = told(error)
        if sentence is None or "--traceback" in arguments:
            raise
        sys.stderr.write(sentence + "\n")
        return 1
    return 0


def told(error: Exception) -> str | None:
    """What a person can do about it; None where the fault is the command's own."""
    from django.conf import settings

    name = settings.DATABASES["default"]["NAME"]
    if isinstance(error, ProgrammingError):
        return NO_TABLES.format(name=name) if getattr(error.__cause__, "pgcode", "") in LACKING else None
    if getattr(error.__cause__, "pgcode", None) is None:
        return UNREACHABLE.format(name=name, why=" ".join(str(error).split()))
    return None
