"""The web server of the demo: its port is claimed first, so that of two starts side by side each has its own."""

from __future__ import annotations

import errno
import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from controltower.embedded.child import Child
from controltower.embedded.ports import HOST
from controltower.launcher.errors import LauncherError, PortError

FIRST_PORT = 8800
PORTS = 100
BACKLOG = 1024


def claim(port: int | None) -> socket.socket:
    """A listening socket on ``port``; on the first free one from 8800 without; raises PortError."""
    if port is not None:
        try:
            return _listen(port)
        except PermissionError:
            raise PortError(f"port {port} may only be used by root: take one above 1023") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortError(
                f"port {port} is taken by another program: name another --port, or none for the next free one"
            ) from None
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            return _listen(candidate)
        except OSError:
            continue
    raise PortError(f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free: name one with --port")


def claim_any() -> socket.socket:
    """A listening socket on a port that the system picks."""
    return _listen(0)


def _listen(port: int) -> socket.socket:
    server = socket.socket()
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, port))
        server.listen(BACKLOG)
    except BaseException:
        server.close()
        raise
    return server


def address(server: socket.socket) -> str:
    return f"http://{HOST}:{server.getsockname()[1]}"


def serves(url: str, web: Child) -> bool:
    """Whether pages are served; raises LauncherError when the server answers that it is broken."""
    parts = urlsplit(url)
    link = HTTPConnection(parts.hostname or HOST, parts.port, timeout=2.0)
    try:
        link.request("GET", "/")
        status = link.getresponse().status
    except (OSError, HTTPException):
        return False
    finally:
        link.close()
    if status >= 500:
        raise LauncherError(f"the web server answers {status}; {web.log} ends with:\n{web.tail()}")
    return True
