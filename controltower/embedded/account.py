"""Under whose name a server runs that refuses to be root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

USER_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True)
class Account:
    """How to start a process: behind ``prefix``, or as ``user`` and ``group``; empty: as we are."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def owns(self, path: Path) -> None:
        """Give a file or folder to the account, so that it can write there."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def reaches(self, path: Path) -> bool:
        """Whether the account may enter every folder on the way to ``path``."""
        if self.user is None:
            return True
        return all(_may_enter(folder) for folder in (path, *path.parents) if folder.is_dir())


def _may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


@cache
def unprivileged() -> Account:
    """Ourselves when we are not root; else a user namespace (files stay root's, nothing is changed on disk);
    where namespaces are forbidden, as in many containers, the account ``nobody``."""
    if os.geteuid() != 0:
        return Account()
    if _namespaces_work():
        return Account(prefix=USER_NAMESPACE)
    nobody = pwd.getpwnam("nobody")
    return Account(user=nobody.pw_uid, group=nobody.pw_gid)


def _namespaces_work() -> bool:
    try:
        done = subprocess.run(
            [*USER_NAMESPACE, "id", "-u"], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == b"1000"
