"""Where things lie: the checkout, the state folders, temporary folders."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from controltower.embedded.guard import guard

CHECKOUT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2_000_000_000
"""Bytes free in memory-backed storage before test databases go there."""


def is_ours(folder: Path) -> bool:
    """Whether we own it and may write there, or may make it."""
    if folder.exists():
        return folder.stat().st_uid == os.geteuid() and os.access(folder, os.W_OK)
    return folder.parent != folder and is_ours(folder.parent)


def state_base() -> Path:
    """``.tower`` in the checkout; a folder of our own per checkout where that is read-only or someone else's."""
    beside = CHECKOUT / ".tower"
    return beside if is_ours(beside) else personal_folder("XDG_STATE_HOME", ".local/state")


def scratch_base() -> Path:
    """Where caches of the tools go: a checkout that is not ours stays untouched."""
    return CHECKOUT if is_ours(CHECKOUT) else personal_folder("XDG_CACHE_HOME", ".cache")


def personal_folder(variable: str, under_home: str) -> Path:
    """A folder of this user's for this checkout."""
    name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    home = Path(os.path.expanduser("~"))
    root = Path(os.environ.get(variable) or home / under_home)
    if not is_ours(root):
        root = Path(tempfile.gettempdir()) / f"control-tower-{os.geteuid()}"
        root.mkdir(mode=0o700, exist_ok=True)
        if root.stat().st_uid != os.geteuid():
            root = Path(tempfile.mkdtemp(prefix="control-tower-"))
    return root / "control-tower" / name


def shortened(path: Path) -> str:
    """Relative to the checkout where it lies in there."""
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else str(path)


def temporary_folder(*, in_memory: bool) -> Path:
    """A folder that is removed when this program ends, however it ends. The caller still removes it when done."""
    base = MEMORY if in_memory and _has_memory() else Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="control-tower-", dir=base))
    # The database's account may have to pass through; each thing inside has its own rights.
    folder.chmod(0o711)
    guard().remove(folder)
    return folder


def _has_memory() -> bool:
    try:
        return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    except OSError:
        return False
