"""What was committed since a world was last saved: one line a commit, on the disk before anybody is answered.

Beside the state file lie ``.journal`` and, while the world is being saved anew, ``.journal.old``. A line counts that is
whole and newer than the state, so that a crash between any two steps loses nothing that was ever answered.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from errno import ENOSPC
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo.odoo.database import Database
    from demo.odoo.store import Row

MOST_BYTES = 16_000_000
"""How long a journal may become before the world is saved anew: reading it costs a start about a second."""


class Journal:
    """The journal of one world, open for more; ``when_long`` is called beside the work that goes on."""

    def __init__(self, world: Database, state: Path, when_long: Callable[[], None]) -> None:
        self.world, self.state, self.when_long = world, state, when_long
        self.size, self.bound = 0, MOST_BYTES
        self.saving = threading.Lock()
        self._counters = dict(world.store.counters)
        self._file = self._opened()

    def _opened(self) -> FileIO:
        path = current(self.state)
        file = FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
        self.size = path.stat().st_size
        keep_names(path.parent)
        return file

    def write(self, position: int, stamp: str, changes: Mapping[str, Mapping[int, Row | None]]) -> None:
        """Put one commit on the disk. Raises OSError where there is no room: nothing of it counts then."""
        store = self.world.store
        counters = {key: value for key, value in store.counters.items() if self._counters.get(key) != value}
        line = {
            "position": position,
            "stamp": stamp,
            "rows": changes,
            "last_ids": {model: store.tables[model].last_id for model in changes},
            "counters": counters,
        }
        text = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        try:
            if self._file.write(text) != len(text):
                raise OSError(ENOSPC, os.strerror(ENOSPC), str(current(self.state)))
            os.fsync(self._file.fileno())
        except OSError:
            os.ftruncate(self._file.fileno(), self.size)
            raise
        self.size += len(text)
        self._counters |= counters
        if self.size > self.bound:
            self.bound = self.size + MOST_BYTES
            threading.Thread(target=self.when_long, name="save the world anew", daemon=True).start()

    def turn(self) -> None:
        """Begin a new one; the old one lies aside until ``saved``. To be called while nothing can be committed."""
        if not former(self.state).exists():
            self._file.close()
            os.replace(current(self.state), former(self.state))
            self._file, self.bound = self._opened(), MOST_BYTES

    def saved(self) -> None:
        """The state holds all of the old one now."""
        former(self.state).unlink(missing_ok=True)

    def close(self) -> None:
        self._file.close()

    def end(self) -> None:
        """The state holds everything."""
        self.close()
        for path in (former(self.state), current(self.state)):
            path.unlink(missing_ok=True)


def current(state: Path) -> Path:
    return state.with_name(f"{state.name}.journal")


def former(state: Path) -> Path:
    return state.with_name(f"{state.name}.journal.old")


def read_lines(state: Path, after: int) -> Iterator[dict[str, Any]]:
    """The commits after a position, in their order; what a crash left unfinished at the end was answered to nobody."""
    for path in (former(state), current(state)):
        if not path.exists():
            continue
        for text in path.read_bytes().splitlines(keepends=True):
            try:
                line = json.loads(text) if text.endswith(b"\n") else None
            except ValueError:
                line = None
            if line is None:
                break
            if line["position"] > after:
                after = line["position"]
                yield line


def keep_names(folder: Path) -> None:
    """Put the names of a folder's files on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
