"""The stand-in Odoo of the demo, and the script that keeps its world going."""

from __future__ import annotations

import json

from controltower.embedded.child import Child
from controltower.embedded.ports import free_port
from controltower.launcher import project
from controltower.launcher.errors import LauncherError
from controltower.launcher.options import KEY_VARIABLE, Odoo
from controltower.launcher.places import shortened
from controltower.launcher.stage import Stage
from controltower.launcher.state import State

NAME = "stand-in"
DATABASE = "aurora"
KEPT = "odoo.state"
SIGN_INS = "sign-ins.json"
"""Written at the end of the first start, when the tower knows the world."""
BOT = "tower-bot"
"""The login that the demo's world makes for the tower."""
BUILDING = 300.0
"""Seconds the stand-in gets to build its world on a machine that is busy."""


def start(stage: Stage, state: State, env: dict[str, str], *, seed: int) -> Child:
    """Begin; the world is built meanwhile. The port is kept, because the mirror knows its Odoo by the address.

    Raises LauncherError where the tower knows a world that is gone: a new one would be another Odoo to it.
    """
    if (state / SIGN_INS).exists() and not (state / KEPT).exists():
        raise LauncherError(
            f"the data of the stand-in Odoo ({KEPT}) is missing in {shortened(state.folder)}, yet the tower knows it: "
            "put it back, or add --reset to start over"
        )
    last = state / "odoo-port"
    port = free_port(preferred=int(last.read_text()) if last.exists() else None)
    last.write_text(str(port))
    command = project.module(
        "demo.odoo", "--port", str(port), "--database", DATABASE, "--world", "demo.world:build", "--seed", str(seed),
        "--state", str(state / KEPT), "--key", BOT,
    )  # fmt: skip
    return stage.start(NAME, command, env={**env, KEY_VARIABLE: bot_key(state)})


def bot_key(state: State) -> str:
    """What the tower signs in with at the stand-in."""
    return project.kept_secret(state / "odoo-key")


def ready(stage: Stage, state: State) -> Odoo:
    """Wait for the line of JSON that it prints once its world is built, and read there where it listens."""
    standin = stage.child(NAME)
    stage.until(lambda: announced(standin) is not None, what="the stand-in Odoo", patience=BUILDING)
    said = announced(standin) or {}
    return Odoo(url=said["url"], db=said.get("database", DATABASE), login=BOT, key=bot_key(state))


def announced(standin: Child) -> dict[str, str] | None:
    for line in standin.beginning().splitlines():
        if line.startswith("{"):
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "url" in said:
                return dict(said)
    return None


def start_life(stage: Stage, env: dict[str, str], odoo: Odoo, *, seed: int) -> Child:
    """Orders arrive, vendors slip: every few seconds something happens in the stand-in."""
    command = project.module("demo.live", "--url", odoo.url, "--db", odoo.db, "--seed", str(seed))
    return stage.start("live", command, env=env)
