"""The guard process: when the program that started it is gone, it stops what that program left running.

Run as a script. It reads lines from standard input, whose other end only the guarded program holds:
``watch PID SIGNAL group|alone``, ``forget PID``, ``remove PATH``. End of input means that the program ended,
however it ended (kill -9 included): what is still watched is then stopped, newest first, and temporary
folders are removed. Nothing of this happens when the program has cleaned up by itself.
"""

import os
import shutil
import signal
import sys
import time

GRACE = 10.0
"""Seconds a process gets between its stop signal and SIGKILL."""


def send(pid: int, number: int, reach: str) -> bool:
    """Whether there was still something to send to."""
    try:
        (os.killpg if reach == "group" else os.kill)(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def is_zombie(pid: int) -> bool:
    """Ended, but never collected: the first process of some containers does not collect orphans."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b") ")[2].startswith(b"Z")
    except OSError:
        return False


def end(pid: int, number: int, reach: str) -> None:
    if not send(pid, number, reach):
        return
    until = time.monotonic() + GRACE
    while time.monotonic() < until and send(pid, 0, reach) and not is_zombie(pid):
        time.sleep(0.05)
    send(pid, signal.SIGKILL, reach)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, tuple[int, str]] = {}
    folders: list[str] = []
    for line in sys.stdin:
        verb, _, rest = line.rstrip("\n").partition(" ")
        if verb == "watch":
            pid, number, reach = rest.split()
            watched[int(pid)] = (int(number), reach)
        elif verb == "forget":
            watched.pop(int(rest), None)
        elif verb == "remove":
            folders.append(rest)
    for pid, (number, reach) in reversed(watched.items()):
        end(pid, number, reach)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
