"""Waiting for a server to be ready, and saying clearly why it is not."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from controltower.embedded.child import Child
from controltower.embedded.errors import (
    DiskFullError,
    EmbeddedError,
    LibraryMissingError,
    PortTakenError,
    ServerStartError,
)

START_TIMEOUT = 120.0
"""Seconds. A crash recovery, or a machine with other work, makes a start of one second take many."""


def wait_until_ready(child: Child, ready: Callable[[], bool], *, port: int, instead: str) -> None:
    """Raises an EmbeddedError when the child ends first or takes too long; ``instead`` names the way around."""
    until = time.monotonic() + START_TIMEOUT
    while not ready():
        if child.ended():
            raise reason(child, port=port, instead=instead)
        if time.monotonic() > until:
            child.stop()
            raise ServerStartError(f"{child.name} was not ready after {START_TIMEOUT:.0f} s; its log is {child.log}")
        time.sleep(0.02)


def run_to_end(child: Child, *, instead: str, timeout: float = START_TIMEOUT) -> None:
    """Let a preparing command finish; raises an EmbeddedError when it fails."""
    try:
        code = child.wait(timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        raise ServerStartError(f"{child.name} took more than {timeout:.0f} s; its log is {child.log}") from None
    if code:
        raise reason(child, port=0, instead=instead)


def reason(child: Child, *, port: int, instead: str) -> EmbeddedError:
    """Why a child ended, read from its own words."""
    words = child.tail(40)
    if missing := re.search(r"error while loading shared libraries: ([^:\s]+)", words):
        return LibraryMissingError(
            f"{child.name} needs the system library {missing[1]}: install it with the system's package manager, "
            f"or {instead}"
        )
    if "No space left on device" in words:
        return DiskFullError(f"{child.name} found no space left on the disk of {child.log}: free some and try again")
    if re.search(r"address already in use", words, re.IGNORECASE):
        return PortTakenError(f"{child.name} cannot use port {port}: another program listens there")
    return ServerStartError(
        f"{child.name} ended with exit code {child.exit_code} while starting; its log {child.log} ends with:\n"
        f"{child.tail()}\nIf this machine cannot run it, {instead}"
    )


def need_room(folder: Path, megabytes: int) -> None:
    """Raises DiskFullError when the disk of ``folder`` has less free space than that."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise DiskFullError(f"only {free} MB are free for {folder}, {megabytes} MB are needed: free some and try again")
