"""``./tower demo``: the whole tower on this machine, with a stand-in Odoo or a real one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket as Socket
from urllib.parse import quote

from controltower.launcher import options, origin, project, standin, web
from controltower.launcher.errors import UsageError
from controltower.launcher.interruption import Interrupted
from controltower.launcher.migrations import migrate
from controltower.launcher.options import KEY_VARIABLE, Odoo, Options
from controltower.launcher.places import shortened
from controltower.launcher.servers import Servers, servers
from controltower.launcher.stage import Stage
from controltower.launcher.state import State

MAIL = "mail"
"""Where the demo's mail goes, one file each."""


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
        state = origin.folder_for(wanted)
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
    seed = origin.of(wanted, state)
    if wanted.odoo:
        ask(stage, state, wanted.odoo)
    with servers(state.folder, kept=not wanted.check) as found, stage:
        stage.watch(*found.children)
        stage.tell("PostgreSQL and Valkey are up")
        env = project.environment(found, state.folder)
        env.setdefault("PUBLIC_URL", web.address(socket))
        if not env.get("EMAIL_URL_FILE"):
            env.setdefault("EMAIL_URL", f"folder://{quote(str(state / MAIL))}")
        if not wanted.odoo:
            origin.keep(state, wanted, seed)
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
        origin.keep(state, wanted, seed)
        wait_for_portal(stage, site)
        if wanted.live and not wanted.odoo:
            standin.start_life(stage, env, odoo, seed=seed)
        yield Running(site, odoo, state / standin.SIGN_INS, env, seed)


def ask(stage: Stage, state: State, odoo: Odoo) -> None:
    """Look whether the tower may read there, before anything is made for it; raises LauncherError saying what to mend.

    Nothing is stored, so that the addresses of the servers are only a form that settings.py insists on.
    """
    nowhere = Servers("postgres://nobody@127.0.0.1:9/none", "redis://127.0.0.1:9")
    command = project.manage(
        ["probe_odoo", "--check-only", "--url", odoo.url, "--db", odoo.db, "--login", odoo.login]
    )  # fmt: skip
    stage.tell(f"asking Odoo at {odoo.url}")
    stage.finish("probe", command, env={**project.environment(nowhere, state.folder), "ODOO_KEY": odoo.key})
    stage.tell(f"Odoo at {odoo.url} lets {odoo.login} read")


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
    if running.env.get("EMAIL_URL", "").startswith("folder:"):
        stage.say(f"Mail that it writes to people is kept in {shortened(running.sign_ins.with_name(MAIL))}")
    stage.say("Ctrl-C stops everything; the data stays.")
