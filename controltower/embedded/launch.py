"""Become a child that cannot outlive its parent: run as a script, it turns into the command it was given.

Arguments: guard descriptor, stop signal, "group" or "alone", user id or "-", group id or "-", parent's id,
then the command. It announces itself to the guard before it turns into the command, so there is no instant
at which a killed parent would leave it behind. A script of its own rather than ``preexec_fn``, which is unsafe
(and from Python 3.12 on warned about) in a program with threads.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

PR_SET_PDEATHSIG = 1


def death_wish() -> Callable[[int], object]:
    """How to ask Linux for a signal when the parent ends.

    Fetched before a change of user (who may not be allowed to read Python's own files), called after it (which
    would cancel the wish).
    """
    if sys.platform == "linux":
        with suppress(ImportError):
            from ctypes import CDLL

            prctl = CDLL(None).prctl
            return lambda number: prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    return lambda number: None


def main(arguments: list[str]) -> None:
    guard, number, reach, user, group, parent, thread = arguments[:7]
    command = arguments[7:]
    os.set_inheritable(int(guard), False)
    try:
        os.write(int(guard), f"watch {os.getpid()} {number} {reach}\n".encode())
    except BrokenPipeError:
        sys.exit(1)
    die_with_parent = death_wish()
    if group != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    if thread == "main":
        die_with_parent(int(number))
    if os.getppid() != int(parent):
        sys.exit(1)
    for quiet in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(quiet, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
