"""``./tower demo --check``: the demo for a moment, driven from outside by ``demo.check``."""

from __future__ import annotations

import shutil
import sys

from controltower.launcher import foreground, project, web
from controltower.launcher.demo import up
from controltower.launcher.options import KEY_VARIABLE, Options
from controltower.launcher.places import temporary_folder
from controltower.launcher.stage import Stage
from controltower.launcher.state import State


def trial(wanted: Options) -> int:
    """The check's exit code. Its line of JSON is all of standard output; progress goes to standard error."""
    folder = temporary_folder(in_memory=False)
    try:
        stage = Stage(folder / "logs", to=sys.stderr)
        with web.claim_any() as socket, up(wanted, State(folder), stage, socket) as running:
            stage.tell("the check begins")
            env = {
                **outside(running.env),
                "TOWER_WEB": running.web,
                "TOWER_SIGN_INS": str(running.sign_ins),
                "TOWER_ODOO_URL": running.odoo.url,
                "TOWER_ODOO_DB": running.odoo.db,
                "TOWER_ODOO_LOGIN": running.odoo.login,
                KEY_VARIABLE: running.odoo.key,
            }
            code = foreground.run(project.module("demo.check", "--seed", str(running.seed)), env=env)
            if code:
                stage.look()
            return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def outside(env: dict[str, str]) -> dict[str, str]:
    """The environment without what would let the check look inside: it is to know what any client knows."""
    inner = {"DATABASE_URL", "REDIS_URL", "TOWER_STATE", *project.KEYS}
    return {name: value for name, value in env.items() if name not in inner}
