"""An embedded Valkey: its own folder, TCP on this machine only, a password of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from controltower.embedded import ports
from controltower.embedded.binaries import USE_REDIS_URL, valkey_binary, valkey_version
from controltower.embedded.child import Child
from controltower.embedded.errors import PortTakenError
from controltower.embedded.startup import need_room, wait_until_ready

NEEDED_MB = 50
CONFIGURATION = """\
bind {host}
port {port}
dir "{data}"
requirepass {password}
daemonize no
databases 16
save ""
appendonly {append}
appendfsync everysec
maxmemory-policy noeviction
"""


class Valkey:
    """One server. The same folder started again has the same data; ``durable=False`` keeps nothing on disk."""

    def __init__(
        self, folder: Path, *, port: int | None = None, durable: bool = True, binary: Path | None = None
    ) -> None:
        """A given ``port`` must be free; without one the last used is taken again where it is free."""
        self.folder = folder.absolute()
        self.port, self.durable = port, durable
        self.binary = binary or valkey_binary()
        self.child: Child | None = None
        self._port_is_given = port is not None

    @property
    def url(self) -> str:
        """What belongs into REDIS_URL. Holds the password: not for logs."""
        return f"redis://:{self._password()}@{ports.HOST}:{self.port}"

    def start(self) -> None:
        """Start, and return when commands are answered. Raises an EmbeddedError with one line for a person."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        need_room(self.folder, NEEDED_MB)
        valkey_version(self.binary)
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
        """Write everything and end."""
        if self.child is not None:
            self.child.stop(grace=30.0)
            self.child = None

    def kill(self) -> None:
        """End at once as a crash would."""
        if self.child is not None:
            self.child.kill()
            self.child = None

    def destroy(self) -> None:
        """Stop, and remove every trace of the data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Valkey:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _last_port(self) -> int | None:
        file = self.folder / "port"
        return int(file.read_text()) if file.exists() else None

    def _password(self) -> str:
        file = self.folder / "password"
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(24) + "\n")
        return file.read_text().strip()

    def _launch(self) -> None:
        self.child = child = Child(
            [self.binary, self._configuration()], name="Valkey", log=self.folder / "log", cwd=self.folder
        )
        wait_until_ready(child, self._answers, port=self.port or 0, instead=USE_REDIS_URL)

    def _configuration(self) -> Path:
        """A private file, because a password on the command line is read by everyone on the machine."""
        file = self.folder / "valkey.conf"
        text = CONFIGURATION.format(
            host=ports.HOST, port=self.port, data=self.folder / "data", password=self._password(),
            append="yes" if self.durable else "no",
        )  # fmt: skip
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(text)
        return file

    def _answers(self) -> bool:
        """Whether *this* server answers: only ours knows the password. A server still loading says LOADING."""
        with suppress(OSError), socket.create_connection((ports.HOST, self.port or 0), timeout=1.0) as link:
            link.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
            said = b""
            while said.count(b"\r\n") < 2:
                part = link.recv(256)
                if not part:
                    break
                said += part
            return said == b"+OK\r\n+PONG\r\n"
        return False
