"""Running a command in the foreground: it talks to the terminal, we wait and pass on how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from controltower.embedded.child import Child
from controltower.launcher.interruption import Interrupted
from controltower.launcher.places import CHECKOUT


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path | None = None, stdout: int | None = None
) -> int:
    """Its exit code; 128 + n when signal n ended it. Asked to end ourselves, we first let it clean up."""
    child = Child(command, name=str(command[0]), log=None, env=env, cwd=cwd or CHECKOUT, stdout=stdout)
    try:
        code = child.wait()
    except Interrupted as wish:
        _let_it_end(child, wish)
        raise
    return code if code >= 0 else 128 - code


def _let_it_end(child: Child, wish: Interrupted) -> None:
    """A terminal's Ctrl-C has reached the child as well; a signal to us alone is passed on, gently first."""
    if not (wish.number == signal.SIGINT and _shares_a_terminal()):
        child.signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        child.wait(20.0)
        return
    child.stop(grace=5.0)


def _shares_a_terminal() -> bool:
    with suppress(OSError, ValueError):
        return os.isatty(sys.stdin.fileno()) and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False
