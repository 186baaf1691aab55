"""A child process that ends with this program, with its output in a log file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from controltower.embedded.account import Account
from controltower.embedded.guard import guard

LAUNCH = Path(__file__).with_name("launch.py")
LOG_LIMIT = 5_000_000
"""Bytes after which a log is put aside as ``.old`` when its process is started again."""

living: dict[int, Child] = {}
"""Children that run now, by process id, in the order of their start."""


class Child:
    """One running process: poll it, stop it, read the end of its log."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        name: str,
        log: Path | None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        account: Account | None = None,
        pass_fds: Sequence[int] = (),
        stdin: int = subprocess.DEVNULL,
        stdout: int | None = None,
    ) -> None:
        """With a log, the process gets its own session; without one it stays in the foreground with our terminal.

        ``stdout`` takes what it writes to standard output instead.
        """
        self.name, self.log, self.stop_signal = name, log, stop_signal
        account = account or Account()
        line = guard().line
        output = _open_log(log) if log else None
        self._log_start = log.stat().st_size if log else 0
        try:
            self.process = subprocess.Popen(
                [*self._wrapper(line, account), *account.prefix, *map(str, command)],
                stdin=stdin if log else None,
                stdout=stdout if stdout is not None else output,
                stderr=output,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=log is not None,
                pass_fds=(line, *pass_fds),
            )
        finally:
            if output is not None:
                os.close(output)
        living[self.pid] = self

    def _wrapper(self, line: int, account: Account) -> list[str]:
        reach = "group" if self.log else "alone"
        user, group = (str(account.user), str(account.group)) if account.user is not None else ("-", "-")
        # Linux sends the death signal when the starting thread ends, so only the main thread may ask for it.
        thread = "main" if threading.current_thread() is threading.main_thread() else "other"
        arguments = [str(line), str(int(self.stop_signal)), reach, user, group, str(os.getpid()), thread]
        return [sys.executable, "-I", "-S", str(LAUNCH), *arguments]

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> bool:
        if self.process.poll() is None:
            return False
        self._collected()
        return True

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the number of the signal that ended it."""
        return self.process.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises subprocess.TimeoutExpired."""
        code = self.process.wait(timeout)
        self._collected()
        return code

    def stop(self, grace: float = 15.0) -> None:
        """Ask it to end, and after ``grace`` seconds make it."""
        if self.ended():
            return
        self.signal(self.stop_signal)
        until = time.monotonic() + grace
        while time.monotonic() < until:
            if self.ended():
                return
            time.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """End it at once, without a chance to clean up."""
        self.signal(signal.SIGKILL)
        self.wait()

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            if self.log:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def beginning(self) -> str:
        """The first 200 kB it wrote to its log since it was started: where it says that it is ready."""
        if self.log is None or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read(200_000).decode(errors="replace")

    def tail(self, lines: int = 15) -> str:
        """The last lines it wrote to its log since it was started."""
        if self.log is None or not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - 20_000))
            text = log.read().decode(errors="replace")
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def _collected(self) -> None:
        if living.pop(self.pid, None) is not None:
            if self.log:
                # What it started itself and left in its process group goes with it.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)
            guard().forget(self.pid)


def _open_log(log: Path) -> int:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(f"{log.name}.old"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
