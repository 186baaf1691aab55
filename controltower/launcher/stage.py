"""The processes of one demo: started in order, watched together, stopped in reverse."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TextIO

from controltower.embedded.child import Child
from controltower.launcher.errors import ChildEndedError, LauncherError
from controltower.launcher.interruption import check
from controltower.launcher.places import CHECKOUT

PATIENCE = 120.0
"""Seconds a process gets to be ready: on a machine with other work a start of four takes twenty-five."""

LEAST_FREE = 32_000_000
"""Bytes below which PostgreSQL (a segment of its log takes 16 MB) and Valkey can store nothing more."""


class Stage:
    """What runs now. Leaving it stops everything, newest first."""

    def __init__(self, logs: Path, *, to: TextIO | None = None) -> None:
        """``to``: where progress is told, standard output unless said."""
        self.logs, self.to = logs, to or sys.stdout
        self.children: list[Child] = []
        self.stack = ExitStack()
        self._began = time.monotonic()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *reason: object) -> None:
        self.stack.close()

    def say(self, line: str = "") -> None:
        # A reader that went away (a closed pipe) is no reason to end the demo.
        with suppress(BrokenPipeError):
            print(line, file=self.to, flush=True)

    def tell(self, line: str) -> None:
        """Progress, with the seconds since the start."""
        self.say(f"  {time.monotonic() - self._began:5.1f} s  {line}")

    def watch(self, *children: Child) -> None:
        """From now on the end of one of them ends the demo."""
        self.children.extend(children)

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        pass_fds: Sequence[int] = (),
    ) -> Child:
        """A process that stays; its log has its name."""
        log = self.logs / f"{name.replace(' ', '-')}.log"
        child = Child(command, name=name, log=log, env=env, cwd=CHECKOUT, pass_fds=pass_fds)
        self.stack.callback(child.stop)
        self.watch(child)
        return child

    def child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    def finish(self, name: str, command: Sequence[str], *, env: Mapping[str, str], aloud: bool = False) -> None:
        """A step that must succeed; raises LauncherError with the end of its log. ``aloud``: its output is ours."""
        self.to.flush()
        output = self.to.fileno() if aloud else None
        child = Child(command, name=name, log=self.logs / f"{name}.log", env=env, cwd=CHECKOUT, stdout=output)
        try:
            self.until(child.ended, what=name, patience=None)
        finally:
            child.stop()
        if child.exit_code:
            *_, last = child.tail().splitlines() or [""]
            if last.startswith("CommandError: "):
                raise LauncherError(last.removeprefix("CommandError: "))
            raise LauncherError(f"{name} failed; {child.log} ends with:\n{child.tail()}")

    def until(self, condition: Callable[[], bool], *, what: str, patience: float | None = PATIENCE) -> None:
        """Wait; raises when a watched process ends meanwhile or it takes too long (``patience`` None: never)."""
        began = time.monotonic()
        while not condition():
            self.look()
            if patience is not None and time.monotonic() - began > patience:
                raise LauncherError(f"{what} was not ready after {patience:.0f} s; the logs are in {self.logs}")
            time.sleep(0.05)

    def look(self) -> None:
        """Raises ChildEndedError when a watched process has ended, Interrupted when a signal was lost."""
        check()
        for child in self.children:
            if child.ended():
                self._look_at_disk(child)
                raise ChildEndedError(
                    f"{child.name} ended by itself ({_how(child.exit_code or 0)}); "
                    f"{child.log} ends with:\n{child.tail()}"
                )

    def _look_at_disk(self, child: Child) -> None:
        """Raises ChildEndedError when there is no room left where it wrote: the likeliest cause, and one to mend."""
        free = shutil.disk_usage(self.logs).free
        if free < LEAST_FREE:
            raise ChildEndedError(
                f"the disk is full ({free // 1_000_000} MB are free for {self.logs.parent}), and {child.name} ended: "
                "make room and start again; what was stored is kept"
            )

    def stay(self) -> None:
        """Until a signal, or until a watched process ends."""
        while True:
            self.look()
            time.sleep(0.2)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
