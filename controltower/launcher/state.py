"""A state folder: the data, keys and logs of one demo, and the lock that says who uses it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from controltower.embedded.guard import guard
from controltower.launcher.errors import StateBusyError
from controltower.launcher.interruption import check
from controltower.launcher.places import is_ours, personal_folder, state_base

MOST_SIDE_BY_SIDE = 20
PATIENCE = 90.0
"""Seconds to wait for a holder that is just cleaning up, or is a short command."""


class Instance(TypedDict, total=False):
    """What a running demo tells other commands about itself (kept in ``instance.json``, owner only)."""

    pid: int
    database_url: str
    redis_url: str
    web: str
    odoo: str


class State:
    """One state folder, locked for us until we and everything we started have ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.lock: int | None = None

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def take(self, purpose: str) -> bool:
        """Lock it; False when a running demo holds it. Waits for a holder that will be gone soon."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # Others may pass through: the database's account must reach its own folder in here.
        self.folder.chmod(0o711)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + PATIENCE
        while not _locked(lock):
            if not self._holder_is_brief() or time.monotonic() > until:
                os.close(lock)
                return False
            check()
            time.sleep(0.1)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {purpose}".encode(), 0)
        self.lock = lock
        guard(keep_open=[lock])
        return True

    def holder(self) -> tuple[int, str] | None:
        """Process id and purpose of who locked it last."""
        with suppress(OSError, ValueError):
            pid, purpose = (self.folder / "lock").read_text().split()
            return int(pid), purpose
        return None

    def _holder_is_brief(self) -> bool:
        holder = self.holder()
        if holder is None:
            return True
        pid, purpose = holder
        return purpose != "demo" or (not Path(f"/proc/{pid}").exists() and os.path.isdir("/proc/self"))

    def reset(self) -> None:
        """Remove everything but the lock."""
        for entry in self.folder.iterdir():
            if entry.name == "lock":
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def announce(self, instance: Instance) -> None:
        file = self.folder / "instance.json"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(instance, out)

    def withdraw(self) -> None:
        (self.folder / "instance.json").unlink(missing_ok=True)

    def running(self) -> Instance | None:
        """The demo that runs here now, if one does."""
        holder = self.holder()
        if holder is None or holder[1] != "demo" or self._holder_is_brief():
            return None
        with suppress(OSError, ValueError):
            instance: Instance = json.loads((self.folder / "instance.json").read_text())
            return instance if instance.get("pid") == holder[0] else None
        return None


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def folders() -> list[Path]:
    """Where a demo may keep its state, first choice first: TOWER_STATE alone, else one after the other."""
    if named := os.environ.get("TOWER_STATE"):
        return [Path(named).expanduser().absolute()]
    names = ["demo", *(f"demo-{number}" for number in range(2, MOST_SIDE_BY_SIDE + 1))]
    base = state_base()
    ours = [base / name for name in names if is_ours(base / name)]
    if len(ours) < len(names):
        ours += [personal_folder("XDG_STATE_HOME", ".local/state") / name for name in names]
    return ours


def take_free(purpose: str, *, suits: Callable[[State], bool] = lambda state: True, otherwise: bool = True) -> State:
    """The first state folder that nobody uses and that suits; raises StateBusyError when there is none.

    ``otherwise``: one that does not suit will do where none does.
    """
    candidates = folders()
    for choosy in (True, False) if otherwise else (True,):
        for folder in candidates:
            state = State(folder)
            if (not choosy or suits(state)) and state.take(purpose):
                return state
    raise StateBusyError(
        f"the state folder {candidates[0]} is used by another ./tower demo: stop that one, or name another folder "
        "in TOWER_STATE"
    )


def last_used() -> State:
    """The state folder that a command had last, the first of all when none was used yet; locked for us.

    Raises StateBusyError when everything is in use.
    """
    used = [folder for folder in folders() if (folder / "lock").exists()]
    latest = max(used, key=lambda folder: (folder / "lock").stat().st_mtime, default=None)
    return take_free("manage", suits=lambda state: latest is None or state.folder == latest)
