"""The database's tables, made or brought up to date; skipped where nothing has changed since the last start."""

from __future__ import annotations

import hashlib
import os

from controltower.launcher import project
from controltower.launcher.places import CHECKOUT
from controltower.launcher.stage import Stage
from controltower.launcher.state import State


def migrate(stage: Stage, state: State, env: dict[str, str]) -> None:
    """Costs a start of Django, which a warm start of the demo saves. A database of the user's is always asked."""
    mark = state / "postgres" / "migrated"
    ours = env["DATABASE_URL"] != os.environ.get("DATABASE_URL") and mark.parent.is_dir()
    if ours and mark.exists() and mark.read_text() == fingerprint():
        return
    stage.finish("migrate", project.manage(["migrate", "--no-input"]), env=env)
    if ours:
        mark.write_text(fingerprint())


def fingerprint() -> str:
    """Changes with every migration of ours and with the releases of what brings migrations of its own."""
    found = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    for tree in ("apps", "odoo_sync", "controltower"):
        for file in sorted((CHECKOUT / tree).rglob("migrations/*.py")):
            found.update(str(file.relative_to(CHECKOUT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()
