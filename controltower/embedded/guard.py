"""The guarded program's end of the line to the guard process (see ``watchdog``)."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

WATCHDOG = Path(__file__).with_name("watchdog.py")


class Guard:
    """One guard process, alive as long as this program is and until its children are stopped."""

    def __init__(self, *, keep_open: Sequence[int] = ()) -> None:
        """``keep_open``: descriptors (locks) that stay taken until the guard has finished its work."""
        reading, self.line = os.pipe()
        self.owner = os.getpid()
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(WATCHDOG)],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=tuple(keep_open),
                cwd="/",
            )
        finally:
            os.close(reading)

    def forget(self, pid: int) -> None:
        self._tell(f"forget {pid}")

    def remove(self, folder: Path) -> None:
        """Have a temporary folder removed even if this program is killed."""
        self._tell(f"remove {folder}")

    def close(self, timeout: float = 60.0) -> None:
        """Let the guard stop whatever is still watched, and wait for it."""
        os.close(self.line)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout)

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self.line, f"{line}\n".encode())


_guard: Guard | None = None


def guard(*, keep_open: Sequence[int] = ()) -> Guard:
    """This program's guard, started at the first call. A forked copy of the program gets its own."""
    global _guard
    if _guard is None or _guard.owner != os.getpid() or _guard.process.poll() is not None:
        _guard = Guard(keep_open=keep_open)
        atexit.register(release)
    return _guard


def release() -> None:
    """End the guard: whatever a sudden signal left unstopped is stopped now."""
    global _guard
    if _guard is not None and _guard.owner == os.getpid():
        _guard.close()
    _guard = None
