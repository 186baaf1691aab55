"""The demo's sign-ins on file: passwords are made once, at random, and stay the same from start to start."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict


class SignIn(TypedDict):
    """One sign-in as it stands in the file; ``role`` is the part's key."""

    login: str
    password: str
    role: str
    name: str
    where: str


def known_passwords(file: Path) -> dict[str, str]:
    """Passwords by login, from the file; none where there is no file or it is not ours to read as such."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return {row["login"]: row["password"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def keep(file: Path, rows: Sequence[SignIn]) -> None:
    """Write the file so that only its owner may ever read it, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(list(rows), out, indent=1, ensure_ascii=False)
        out.write("\n")
    os.replace(fresh, file)
