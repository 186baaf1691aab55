"""``./tower demo``: the whole tower on this machine, with a stand-in Odoo or a real one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket as Socket

from controltower.launcher import options, project, standin, web
from controltower.launcher.errors import LauncherError, UsageError
from controltower.launcher.interruption import Interrupted
from controltower.launcher.migrations import migrate
from controltower.launcher.options import KEY_VARIABLE, Odoo, Options
from controltower.launcher.places import CHECKOUT
from controltower.launcher.servers import servers
from controltower.launcher.stage import Stage
from controltower.launcher.state import State, take_free

SIGN_INS = "sign-ins.json"
DEFAULT_SEED = 1


@dataclass(frozen=True)
class Running:
    """A demo that is up."""

    web: str
    odoo: Odoo
    sign_ins: Path
    env: dict[str, str]
    seed: int


def demo(arguments: Sequence[str]) -> int:
    """Runs until a signal; 0 when it was up by then."""
    wanted = options.parse(arguments)
    if wanted.check:
        from controltower.launcher.trial import trial

        return trial(wanted)
    if wanted.reset and (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE")):
        raise UsageError("--reset empties the embedded database only: empty the one in DATABASE_URL yourself")
    with web.claim(wanted.port) as socket:
        state = take_free("demo")
        if wanted.reset:
            state.reset()
        stage = Stage(state / "logs")
        stage.say(f"The control tower starts; its data and logs are in {shortened(state.folder)}")
        with up(wanted, state, stage, socket) as running:
            welcome(stage, running)
            try:
                stage.stay()
            except Interrupted:
                stage.say("\nStopping …")
    stage.say("Stopped. The data is kept; ./tower demo goes on with it, ./tower demo --reset starts over.")
    return 0


@contextmanager
def up(wanted: Options, state: State, stage: Stage, socket: Socket) -> Iterator[Running]:
    """Everything started and loaded; all of it is stopped on the way out: life, web, worker, stand-in, servers."""
    seed = origin(wanted, state)
    with servers(state.folder, kept=not wanted.check) as found, stage:
        stage.watch(*found.children)
        stage.tell("PostgreSQL and Valkey are up")
        env = project.environment(found, state.folder)
        if not wanted.odoo:
            standin.start(stage, state, env, seed=seed)
        migrate(stage, state, env)
        stage.tell("the database has its tables")
        site = start_portal(stage, state, env, socket)
        odoo = wanted.odoo or standin.ready(stage, state)
        stage.tell(f"Odoo is {odoo.url}")
        state.announce(
            {"pid": os.getpid(), "database_url": found.database_url, "redis_url": found.redis_url,
             "web": site, "odoo": odoo.url}
        )  # fmt: skip
        stage.stack.callback(state.withdraw)
        set_up(stage, env, odoo)
        wait_for_portal(stage, site)
        if wanted.live and not wanted.odoo:
            standin.start_life(stage, env, odoo, seed=seed)
        yield Running(site, odoo, state / SIGN_INS, env, seed)


def origin(wanted: Options, state: State) -> int:
    """The seed of this folder's world; raises LauncherError when its data came from another Odoo or seed."""
    file = state / "origin.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    odoo = f"{wanted.odoo.url} {wanted.odoo.db}" if wanted.odoo else "the stand-in"
    seed = known.get("seed", DEFAULT_SEED) if wanted.seed is None else wanted.seed
    asked = {"odoo": odoo, "seed": seed}
    if known and known != asked and (known["odoo"] != odoo or not wanted.odoo):
        raise LauncherError(
            f"the data in {shortened(state.folder)} came from {known['odoo']} with seed {known['seed']}: "
            "add --reset to start over, or name another folder in TOWER_STATE"
        )
    file.write_text(json.dumps(asked))
    return int(seed)


def start_portal(stage: Stage, state: State, env: dict[str, str], socket: Socket) -> str:
    """Begin web server and worker; the address of the pages. The demo is set up while they get ready.

    Worker and timetable are one process with threads: the lightest that runs tasks side by side.
    """
    command = project.module(
        "celery", "-A", "controltower", "worker", "-B", "--pool=threads", "-c", "4", "-s", str(state / "beat"),
        "--loglevel=INFO", "--without-gossip", "--without-mingle",
    )  # fmt: skip
    stage.start("worker", command, env=env)
    site, number = web.address(socket), socket.fileno()
    command = project.module("daphne", "--fd", str(number), "controltower.asgi:application")
    stage.start("web", command, env=env, pass_fds=[number])
    # Daphne alone holds the socket from here on: when it ends, nobody waits for an answer.
    socket.close()
    return site


def wait_for_portal(stage: Stage, site: str) -> None:
    pages, worker = stage.child("web"), stage.child("worker")
    stage.until(lambda: web.serves(site, pages), what="the web server")
    stage.until(lambda: "ready." in worker.beginning(), what="the worker")


def set_up(stage: Stage, env: dict[str, str], odoo: Odoo) -> None:
    """People, the connection and the first load, whose progress the person sees."""
    arguments = ["demo_setup", "--odoo-url", odoo.url, "--odoo-db", odoo.db, "--odoo-login", odoo.login]
    stage.finish("setup", project.manage(arguments), env={**env, KEY_VARIABLE: odoo.key}, aloud=True)


def welcome(stage: Stage, running: Running) -> None:
    stage.tell("everything is up")
    stage.say(f"\nThe control tower is at {running.web}")
    if running.sign_ins.exists():
        stage.say(f"The sign-ins above are also in {shortened(running.sign_ins)}")
    stage.say("Ctrl-C stops everything; the data stays.")


def shortened(path: Path) -> str:
    """Relative to the checkout where it lies in there."""
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else str(path)
