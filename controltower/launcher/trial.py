"""``./tower demo --check``: the demo for a moment, driven from outside by ``demo.check``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from controltower.launcher import foreground, project, web
from controltower.launcher.demo import Running, up
from controltower.launcher.options import KEY_VARIABLE, Options
from controltower.launcher.places import shortened, state_base, temporary_folder
from controltower.launcher.stage import Stage
from controltower.launcher.state import State

INNER = {"DATABASE_URL", "REDIS_URL", "TOWER_STATE", *project.KEYS}
"""What would let the check look inside: it is to know no more than any client does."""


def trial(wanted: Options) -> int:
    """The check's exit code. Its line of JSON is all of standard output; progress goes to standard error.

    The logs of a check that failed are kept.
    """
    folder = temporary_folder(in_memory=False)
    stage = Stage(folder / "logs", to=sys.stderr)
    held = False
    try:
        with web.claim_any() as socket, up(wanted, State(folder), stage, socket) as running:
            stage.tell("the check begins")
            code = drive(running, wanted.kind)
            if code:
                stage.look()
            held = code == 0
            return code
    finally:
        if not held:
            stage.say(f"The logs are kept in {shortened(kept(folder))}")
        shutil.rmtree(folder, ignore_errors=True)


def drive(running: Running, kind: str) -> int:
    """Run the check as any client would."""
    env = {name: value for name, value in running.env.items() if name not in INNER}
    env |= {
        "TOWER_WEB": running.web,
        "TOWER_SIGN_INS": str(running.sign_ins),
        "TOWER_ODOO_URL": running.odoo.url,
        "TOWER_ODOO_DB": running.odoo.db,
        "TOWER_ODOO_LOGIN": running.odoo.login,
        KEY_VARIABLE: running.odoo.key,
    }
    return foreground.run(project.module("demo.check", "--kind", kind, "--seed", str(running.seed)), env=env)


def kept(folder: Path) -> Path:
    """Where the logs go that somebody will want to read: those of the last failed check."""
    place = state_base() / "last-check"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder / "logs", place, dirs_exist_ok=True)
    for server in ("postgres", "valkey"):
        if (log := folder / server / "log").exists():
            shutil.copy(log, place / f"{server}.log")
    return place
