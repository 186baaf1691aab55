"""A whole tower of its own with an Odoo: five parts, each of which can be stopped, killed and started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

from controltower.embedded.child import Child
from controltower.embedded.ports import answers, free_port
from controltower.embedded.postgres import Postgres
from controltower.embedded.valkey import Valkey
from demo.world.rpc import JsonRpc
from tests.servers import ROOT

PARTS = ("postgres", "valkey", "odoo", "worker", "web")
DATABASE = "aurora"
READY = 120.0
GRACE = 60.0
"""Seconds for ending in good order, on a machine that has other work too."""


class Installation:
    """Everything that a tower consists of, each part a process of its own, on ports that stay the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # What was committed has to outlive a kill, though not the machine: it may wait for the system, not for a timer.
        self.postgres = Postgres(folder / "postgres", durable=False, settings={"synchronous_commit": "on"})
        self.valkey = Valkey(folder / "valkey", durable=False)
        self.odoo_port, self.web_port = free_port(), free_port()
        self.children: dict[str, Child] = {}
        self.web_url, self.odoo_url = f"http://127.0.0.1:{self.web_port}", f"http://127.0.0.1:{self.odoo_port}"
        self.mail = folder / "mail"
        self.env: dict[str, str] = {}
        self._inside: subprocess.Popen[str] | None = None

    def __enter__(self) -> Installation:
        with ExitStack() as stack:
            stack.callback(self.close)
            self.postgres.start()
            self.valkey.start()
            self.env = self._environment()
            self.start("odoo")
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self.env, check=True, timeout=300
            )
            stack.pop_all()
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        if self._inside is not None:
            self._inside.kill()
            self._inside.communicate()
        for part in ("web", "worker", "odoo"):
            self.kill(part)
        self.valkey.kill()
        self.postgres.kill()
        self.postgres.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, part: str) -> None:
        """Start one part and return when it serves, or for the tower's own processes when they run."""
        if part in ("postgres", "valkey"):
            server = getattr(self, part)
            if server.child is None:
                server.start()
        elif part not in self.children:
            log = self.folder / f"{part}.log"
            self.children[part] = Child(self._command(part), name=part, log=log, env=self.env, cwd=ROOT)
            if part == "odoo":
                wait(lambda: answers(self.odoo_port), seconds=READY, what="the stand-in")

    def stop(self, part: str) -> None:
        """End it as its supervisor would."""
        if part in ("postgres", "valkey"):
            getattr(self, part).stop()
        elif part in self.children:
            child = self.children.pop(part)
            child.stop(GRACE)
            assert part != "odoo" or child.exit_code == 0, f"the stand-in lost its data: {child.exit_code}"

    def kill(self, part: str) -> None:
        """End it as a crash would."""
        if part in ("postgres", "valkey"):
            getattr(self, part).kill()
        elif part in self.children:
            self.children.pop(part).kill()

    def freeze(self, part: str) -> None:
        """Let it hang as a machine without a disk does: it takes connections and never answers."""
        self._send(part, signal.SIGSTOP)

    def thaw(self, part: str) -> None:
        self._send(part, signal.SIGCONT)

    def _send(self, part: str, number: signal.Signals) -> None:
        for pid in self._pids(part):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _pids(self, part: str) -> Iterator[int]:
        """The part's process, and then those that it has made: PostgreSQL has one for each connection."""
        child = getattr(self, part).child if part in ("postgres", "valkey") else self.children[part]
        assert child is not None
        yield child.pid
        if part == "postgres":
            yield from made_by(child.pid)

    def runs(self, part: str) -> bool:
        if part in ("postgres", "valkey"):
            return getattr(self, part).child is not None
        return part in self.children and not self.children[part].ended()

    def inside(self, command: str, **values: Any) -> Any:
        """Ask or do something in a process of the tower's own (tests.outage.inside)."""
        if self._inside is None:
            asked = [sys.executable, "-m", "tests.outage.inside"]
            with (self.folder / "inside.log").open("ab") as log:
                self._inside = subprocess.Popen(
                    asked, cwd=ROOT, env=self.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
                )
        assert self._inside.stdin is not None
        assert self._inside.stdout is not None
        self._inside.stdin.write(json.dumps([command, values]) + "\n")
        self._inside.stdin.flush()
        said = json.loads(self._inside.stdout.readline())
        assert "answer" in said, f"{command}: {said.get('error')}"
        return said["answer"]

    def rpc(self) -> JsonRpc:
        """A person of the company in Odoo itself."""
        return JsonRpc(self.odoo_url, DATABASE, "admin", "admin", timeout=30)

    def get(self, path: str, cookie: str = "", seconds: float = 60) -> tuple[int, str]:
        """One page: its status and text; status 0 where nobody answers in time."""
        request = Request(self.web_url + path, headers={"Cookie": f"sessionid={cookie}"} if cookie else {})
        try:
            with urlopen(request, timeout=seconds) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def sign_in(self, login: str, password: str) -> int:
        """Send the form of the sign-in page as a browser does; the status of the answer that it leads to."""
        opened = build_opener(HTTPCookieProcessor(jar := CookieJar()))
        with opened.open(self.web_url + "/sign-in/", timeout=60):
            token = next(one.value for one in jar if one.name == "csrftoken")
        form = {"username": login, "password": password, "csrfmiddlewaretoken": token}
        with opened.open(self.web_url + "/sign-in/", urlencode(form).encode(), timeout=60) as answer:
            assert "sign-in" not in answer.url, "the sign-in was refused"
            return int(answer.status)

    def log(self, part: str) -> str:
        file = self.folder / f"{part}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _command(self, part: str) -> list[str]:
        python = [sys.executable, "-m"]
        if part == "odoo":
            state = str(self.folder / "odoo.state")
            return [*python, "demo.odoo", "--port", str(self.odoo_port), "--database", DATABASE, "--state", state]
        if part == "web":
            return [*python, "daphne", "-b", "127.0.0.1", "-p", str(self.web_port), "controltower.asgi:application"]
        return [
            *python, "celery", "-A", "tests.outage.brisk", "worker", "-B", "--pool=threads", "-c", "4",
            "-s", str(self.folder / "beat"), "--loglevel=INFO", "--without-gossip", "--without-mingle",
        ]  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "controltower.settings",
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": "of-an-installation-that-lives-for-one-test",
            "HOT_SECONDS": "1",
            "WARM_SECONDS": "5",
            "EMAIL_URL": f"folder://{self.mail}",
            "PUBLIC_URL": self.web_url,
            "PYTHONUNBUFFERED": "1",
        }


def made_by(pid: int) -> Iterator[int]:
    """The processes below this one, as they are once it is asked for them."""
    with suppress(FileNotFoundError):
        for made in map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()):
            yield made
            yield from made_by(made)


def wait(
    condition: Callable[[], object], *, seconds: float, what: str, seen: Callable[[], object] | None = None
) -> float:
    """Until it holds; returns after how many seconds. Raises AssertionError, with what is seen, if it takes longer."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{what}: not within {seconds:.0f} s{f', but {seen()}' if seen else ''}")
        time.sleep(0.25)
    return time.monotonic() - began
