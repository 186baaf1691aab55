"""The command line of ./tower, once its environment exists."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence

from controltower.embedded.errors import EmbeddedError
from controltower.embedded.guard import release
from controltower.launcher import interruption
from controltower.launcher.errors import LauncherError, UsageError

HELP = """\
The control tower for Odoo.

  ./tower demo              everything on this machine, with a factory group to try it on (see ./tower demo --help)
  ./tower demo --check      the same for a moment: drives the whole loop from outside, one line of JSON
  ./tower test [ARGUMENTS]  all tests, or what the pytest arguments say
  ./tower check             format, lint, types, import contracts, migrations, deployment, templates
  ./tower bench [NAME...]   measures against floors, one line of JSON each
  ./tower manage COMMAND    Django's commands, on the running demo where there is one

DATABASE_URL and REDIS_URL replace the embedded PostgreSQL and Valkey; TOWER_STATE names the demo's folder.
"""


def demo(arguments: Sequence[str]) -> int:
    from controltower.launcher.demo import demo

    return demo(arguments)


def test(arguments: Sequence[str]) -> int:
    from controltower.launcher.suite import test

    return test(arguments)


def check(arguments: Sequence[str]) -> int:
    from controltower.launcher.quality import check

    return check(arguments)


def bench(arguments: Sequence[str]) -> int:
    from controltower.launcher.suite import bench

    return bench(arguments)


def manage(arguments: Sequence[str]) -> int:
    from controltower.launcher.managing import manage

    return manage(arguments)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "bench": bench,
    "manage": manage,
}


def main(arguments: Sequence[str]) -> int:
    """The exit code: the command's own, 1 for a failure with one clear line, 2 for usage, 128 + n for a signal."""
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        print(HELP, end="")
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"tower: there is no command {arguments[0]!r}\n\n{HELP}", end="", file=sys.stderr)
        return 2
    try:
        return guarded(command, arguments[1:])
    finally:
        interruption.begin_end()
        release()


def guarded(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    try:
        interruption.install()
        return command(arguments)
    except UsageError as error:
        return failed(str(error), code=2)
    except (LauncherError, EmbeddedError) as error:
        return failed(str(error))
    except interruption.Interrupted as wish:
        return 128 + wish.number
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}:
            raise
        where = f" ({error.filename})" if error.filename else ""
        return failed(f"{os.strerror(error.errno or 0)}{where}: make room or name another folder in TOWER_STATE")


def failed(line: str, *, code: int = 1) -> int:
    print(f"tower: {line}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
