"""HTTP as the tower wants it: a total deadline, gzip, a size limit, and failures that say whether anything was sent."""

from __future__ import annotations

import io
import socket
import ssl
import zlib
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import Request

from odoo_sync.errors import (
    AddressError,
    AnswerTooLargeError,
    DatabaseError,
    NotSentError,
    OdooError,
    ProxyRefusalError,
    ServerFaultError,
    ThrottledError,
    UnknownOutcomeError,
)
from odoo_sync.reach import refuse_peer

MOST_BYTES = 256 * 1024 * 1024
CONNECT_SECONDS = 10.0
CHUNK = 1 << 18


class DeadlineReader(io.RawIOBase):
    """Reads a socket so that all reads together end before one deadline, however slowly bytes drip in."""

    def __init__(self, raw: socket.SocketIO, sock: socket.socket, deadline: float) -> None:
        self.raw, self.sock, self.deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self.deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError("deadline")
        self.sock.settimeout(remaining)
        return self.raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self.raw.close()
            super().close()


class Opener:
    """What odoorpc calls to send a request; keeps one connection open where the server allows it.

    Not thread safe: one per transport, one transport per thread. ``deadline`` (monotonic seconds) is set before each
    call. ``reuse`` off means that every request gets a connection of its own, so that a failure before sending can be
    told from one after.
    """

    def __init__(self, *, reuse: bool = True, most_bytes: int = MOST_BYTES) -> None:
        self.reuse = reuse
        self.most_bytes = most_bytes
        self.deadline = 0.0
        self.date: float | None = None
        self._kept: HTTPConnection | None = None

    def open(self, request: Request, timeout: float | None = None) -> io.BytesIO:
        """Send and return the whole decoded body. Raises an OdooError for everything that is not a 200 with JSON."""
        kept, self._kept = self._kept, None
        if kept is not None:
            try:
                return self._exchange(kept, request)
            except UnknownOutcomeError:
                if monotonic() >= self.deadline:
                    raise
                kept.close()
        return self._exchange(self._connect(request), request)

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _connect(self, request: Request) -> HTTPConnection:
        parts = urlsplit(request.full_url)
        host, seconds = parts.hostname or "", min(CONNECT_SECONDS, self.deadline - monotonic())
        if seconds <= 0:
            raise NotSentError("There was no time left to send the request to Odoo.")
        kind: type[HTTPConnection] = HTTPConnection
        options: dict[str, ssl.SSLContext] = {}
        if parts.scheme == "https":
            kind, options = HTTPSConnection, {"context": tls_context()}
        connection = kind(host, parts.port, timeout=seconds, **options)  # type: ignore[arg-type]
        try:
            connection.connect()
        except (OSError, HTTPException, UnicodeError) as error:
            connection.close()
            raise NotSentError(unreachable(error, host, connection.port)) from None
        try:
            refuse_peer(connection.sock.getpeername()[0])
        except (AddressError, OSError) as error:
            connection.close()
            raise NotSentError(str(error)) from None
        return connection

    def _exchange(self, connection: HTTPConnection, request: Request) -> io.BytesIO:
        headers = {**dict(request.header_items()), "Accept-Encoding": "gzip", "Connection": self._wish()}
        target = urlsplit(request.full_url).path or "/"
        keep = False
        try:
            connection.sock.settimeout(max(self.deadline - monotonic(), 0.001))
            connection.request("POST", target, cast("bytes", request.data), headers)
            connection.response_class = self._response  # type: ignore[assignment]
            with connection.getresponse() as response:
                body = self._body(response)
                keep = self.reuse and not response.will_close
        except TimeoutError:
            raise UnknownOutcomeError("Odoo did not answer in time.") from None
        except (OSError, HTTPException, ValueError, zlib.error) as error:
            raise UnknownOutcomeError(f"The connection to Odoo broke off ({type(error).__name__}).") from None
        finally:
            if not keep:
                connection.close()
        if keep:
            self._kept = connection
        self.date = server_seconds(response.headers.get("Date"))
        refuse(response.status, response.headers, body)
        return io.BytesIO(body)

    def _response(self, sock: socket.socket, *_: object, method: str | None = None) -> HTTPResponse:
        response = HTTPResponse(sock, method=method)
        response.fp.close()
        raw = sock.makefile("rb", buffering=0)
        response.fp = io.BufferedReader(DeadlineReader(raw, sock, self.deadline), CHUNK)
        return response

    def _wish(self) -> str:
        return "keep-alive" if self.reuse else "close"

    def _body(self, response: HTTPResponse) -> bytes:
        unzip = zlib.decompressobj(31) if response.headers.get("Content-Encoding") == "gzip" else None
        parts: list[bytes] = []
        size = received = 0
        while chunk := response.read1(CHUNK):
            received += len(chunk)
            piece = unzip.decompress(chunk, self.most_bytes + 1) if unzip else chunk
            size += len(piece)
            if size > self.most_bytes or (unzip and unzip.unconsumed_tail):
                raise AnswerTooLargeError(f"Odoo's answer is larger than {self.most_bytes >> 20} MB; ask for less.")
            parts.append(piece)
        promised = response.headers.get("Content-Length")
        if (promised and received < int(promised)) or (unzip and not unzip.eof):
            raise HTTPException("the answer is cut short")
        return b"".join(parts)


@cache
def tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def server_seconds(header: str | None) -> float | None:
    """The HTTP Date header as seconds since the epoch; None where there is none or it is no date."""
    try:
        return parsedate_to_datetime(header).timestamp() if header else None
    except (ValueError, TypeError):
        return None


def unreachable(error: Exception, host: str, port: int | None) -> str:
    """Why no connection came about, in words for an administrator."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"The name {host} is not known. Check the address for typing errors."
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {host} is not trusted: {error.verify_message}. Install its authority, or correct it."
        )
    if isinstance(error, ssl.SSLError):
        return f"{host}:{port} does not speak TLS. Use http:// if Odoo has no certificate, or correct the port."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing listens at {host}:{port}. Check the port, and that Odoo runs."
    if isinstance(error, TimeoutError):
        return f"{host}:{port} does not answer. Check the address, the firewall, and that Odoo runs."
    return f"{host}:{port} cannot be reached ({type(error).__name__}). Check the address and the network."


def refuse(status: int, headers: Message, body: bytes) -> None:
    """Raise what an HTTP status other than 200, or a body that is no JSON, means: never that nothing was sent."""
    kind = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    if status == 200:
        if kind == "text/html" or body[:64].lstrip()[:1] == b"<":
            raise AddressError("A web page answers here instead of Odoo's RPC. Check the address and the proxy.")
        return
    raise refusal(status, headers)


def refusal(status: int, headers: Message) -> OdooError:
    """The error that belongs to an HTTP status."""
    if 300 <= status < 400:
        target = urlsplit(headers.get("Location") or "")
        there = f" to {target.scheme}://{target.hostname}" if target.hostname else ""
        return AddressError(f"The address redirects{there}. Enter the address it leads to.")
    if status in {429, 503}:
        wait = patience(headers.get("Retry-After"))
        return ThrottledError(f"Odoo asks for patience (HTTP {status}). The tower slows down.", retry_after=wait)
    if status in {502, 504}:
        return UnknownOutcomeError(f"The proxy got no answer from Odoo (HTTP {status}). Check that Odoo runs.")
    if status in {401, 403, 407}:
        return ProxyRefusalError(
            f"The server or a proxy before it refuses access (HTTP {status}). Let the tower through."
        )
    if status == 404:
        return DatabaseError("No Odoo RPC is found here (HTTP 404). Check the address and the database name.")
    if status == 413:
        return AnswerTooLargeError("A proxy before Odoo refuses requests of this size (HTTP 413). Raise its limit.")
    if status >= 500:
        return ServerFaultError(f"Odoo failed inside (HTTP {status}). Look into Odoo's log.")
    return AddressError(f"The server does not take the request (HTTP {status}). Check the address.")


def patience(header: str | None) -> float | None:
    """Retry-After in seconds; None where it is missing or a date that cannot be read."""
    if not header:
        return None
    return min(float(header), 3600.0) if header.strip().isdigit() else None
