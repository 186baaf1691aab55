"""``./tower demo``: the whole tower on this machine, with a stand-in Odoo or a real one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket as Socket

from controltower.embedded.child import Child
from controltower.embedded.ports import free_port
from controltower.launcher import options, project, web
from controltower.launcher.errors import UsageError
from controltower.launcher.interruption import Interrupted
from controltower.launcher.options import KEY_VARIABLE, Odoo, Options
from controltower.launcher.places import CHECKOUT
from controltower.launcher.servers import servers
from controltower.launcher.stage import Stage
from controltower.launcher.state import State, take_free

DATABASE = "aurora"
SIGN_INS = "sign-ins.json"


@dataclass(frozen=True)
class Running:
    """A demo that is up."""

    web: str
    odoo: Odoo
    sign_ins: Path
    env: dict[str, str]


def demo(arguments: Sequence[str]) -> int:
    """Runs until a signal; 0 when it was up by then."""
    wanted = options.parse(arguments)
    if wanted.check:
        from controltower.launcher.trial import trial

        return trial(wanted)
    if wanted.reset and (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE")):
        raise UsageError("--reset empties the embedded database only: empty the one in DATABASE_URL yourself")
    socket = web.claim(wanted.port)
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
    """Everything started and loaded; all of it is stopped on the way out: web, worker, stand-in, servers."""
    with socket, servers(state.folder) as found, stage:
        stage.watch(*found.children)
        stage.tell("PostgreSQL and Valkey are up")
        env = project.environment(found, state.folder)
        standin = None if wanted.odoo else start_standin(wanted, state, stage, env)
        stage.finish("migrate", project.manage(["migrate", "--no-input"]), env=env)
        stage.tell("the database has its tables")
        site = web.address(socket)
        pages = start_web(stage, env, socket.fileno())
        socket.close()
        worker = start_worker(stage, env, state)
        odoo = wanted.odoo or standin_odoo(stage, standin)
        stage.until(lambda: web.serves(site, pages), what="the web server")
        stage.until(lambda: "ready." in worker.tail(200), what="the worker")
        stage.tell(f"pages, worker and timetable are up; Odoo is {odoo.url}")
        state.announce(
            {"pid": os.getpid(), "database_url": found.database_url, "redis_url": found.redis_url,
             "web": site, "odoo": odoo.url}
        )  # fmt: skip
        try:
            set_up(stage, env, odoo)
            yield Running(site, odoo, state / SIGN_INS, env)
        finally:
            state.withdraw()


def start_standin(wanted: Options, state: State, stage: Stage, env: dict[str, str]) -> Child:
    """The stand-in Odoo. It keeps its port, because the mirror knows it by its address."""
    last = state / "odoo-port"
    port = free_port(preferred=int(last.read_text()) if last.exists() else None)
    last.write_text(str(port))
    arguments = [
        "--port", str(port), "--database", DATABASE, "--world", "demo.world:build",
        "--seed", str(wanted.seed), "--state", str(state / "odoo.state"),
    ]  # fmt: skip
    if wanted.live:
        arguments.append("--live")
    return stage.start("stand-in", project.module("demo.odoo", *arguments), env=env)


def standin_odoo(stage: Stage, standin: Child | None) -> Odoo:
    """Where the stand-in listens and who signs in there: the line of JSON that it prints when it is ready."""
    assert standin is not None
    stage.until(lambda: announced(standin) is not None, what="the stand-in Odoo")
    said = announced(standin) or {}
    return Odoo(
        url=said["url"],
        db=said.get("database", DATABASE),
        login=said.get("login", "tower@aurora.example"),
        key=said.get("key", "tower"),
    )


def announced(standin: Child) -> dict[str, str] | None:
    for line in standin.tail(500).splitlines():
        if line.startswith("{"):
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if "url" in said:
                return dict(said)
    return None


def start_web(stage: Stage, env: dict[str, str], socket: int) -> Child:
    command = project.module("daphne", "--fd", str(socket), "controltower.asgi:application")
    return stage.start("web", command, env=env, pass_fds=[socket])


def start_worker(stage: Stage, env: dict[str, str], state: State) -> Child:
    """Worker and timetable in one process with threads: the lightest that runs tasks side by side."""
    command = project.module(
        "celery", "-A", "controltower", "worker", "-B", "--pool=threads", "-c", "4", "-s", str(state / "beat"),
        "--loglevel=INFO", "--without-gossip", "--without-mingle",
    )  # fmt: skip
    return stage.start("worker", command, env=env)


def set_up(stage: Stage, env: dict[str, str], odoo: Odoo) -> None:
    """People, the connection and the first load, whose progress the person sees."""
    arguments = ["demo_setup", "--odoo-url", odoo.url, "--odoo-db", odoo.db, "--odoo-login", odoo.login]
    stage.finish("setup", project.manage(arguments), env={**env, KEY_VARIABLE: odoo.key}, aloud=True)


def welcome(stage: Stage, running: Running) -> None:
    stage.tell("everything is up")
    stage.say(
        f"\nThe control tower is at {running.web} (the sign-ins are above, and in {shortened(running.sign_ins)})."
    )
    stage.say("Ctrl-C stops everything; the data stays.")


def shortened(path: Path) -> str:
    """Relative to the checkout where it lies in there."""
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else str(path)
