"""HTTP around the services: one request, its faults, one answer."""

from __future__ import annotations

import json
import socket
import struct
import time
from datetime import UTC
from email.utils import format_datetime
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from demo.odoo.faults import Fault, Kind
from demo.odoo.protocol import Answer, Asked, html

if TYPE_CHECKING:
    from demo.odoo.server import StandIn

CONTROL = "/stand-in/faults"
PAGES = {
    Kind.HTML_429: (429, "Too Many Requests"),
    Kind.HTML_500: (500, "Internal Server Error"),
    Kind.HTML_502: (502, "Bad Gateway"),
    Kind.HTML_503: (503, "Service Temporarily Unavailable"),
}
LARGEST_BODY = 128 * 1024 * 1024


class DroppedError(Exception):
    """The connection is to be cut without an answer."""


def error_page(fault: Fault) -> Answer:
    status, title = PAGES[fault.kind]
    answer = html(
        status, f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n"
    )
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


class Handler(BaseHTTPRequestHandler):
    """One connection. Subclassed with the stand-in it belongs to."""

    stand_in: StandIn
    server_version = "Werkzeug/2.2.2"
    sys_version = "Python/3.11"

    def do_POST(self) -> None:
        self.stand_in.requests += 1
        body = self._body()
        if body is None:
            self._send(html(413, "Request Entity Too Large"))
        elif self.path.partition("?")[0] == CONTROL:
            self._control(body)
        else:
            self._serve(body)

    def do_GET(self) -> None:
        if self.path.partition("?")[0] == CONTROL and self._is_local():
            self._send(Answer(200, json.dumps(list(self.stand_in.faults)).encode()))
        else:
            self._send(self.stand_in.protocol.answer(Asked("/", {})))

    def _body(self) -> bytes | None:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length <= LARGEST_BODY else None

    def _serve(self, body: bytes) -> None:
        try:
            envelope = json.loads(body or b"{}")
        except ValueError:
            self._send(html(400, "Invalid JSON data"))
            return
        path = self.path.partition("?")[0]
        asked = Asked(path, envelope if isinstance(envelope, dict) else {}, self._session())
        faults = self.stand_in.faults.strike(asked.facts(self.stand_in.protocol.sessions))
        try:
            answer = self._before(faults) or self.stand_in.protocol.answer(asked)
            if self.stand_in.world.store.ended:
                raise DroppedError
            self._after(faults, answer)
        except DroppedError:
            self._cut()

    def _before(self, faults: list[Fault]) -> Answer | None:
        """What goes wrong before the call is carried out."""
        for fault in faults:
            if fault.kind is Kind.LATENCY:
                time.sleep(fault.seconds)
            elif fault.kind is Kind.TIMEOUT_BEFORE:
                time.sleep(fault.seconds)
                raise DroppedError
            elif fault.kind in PAGES:
                return error_page(fault)
        return None

    def _after(self, faults: list[Fault], answer: Answer) -> None:
        """What goes wrong once it has been carried out and committed."""
        for fault in faults:
            if fault.kind is Kind.TIMEOUT_AFTER:
                time.sleep(fault.seconds)
                raise DroppedError
            if fault.kind in (Kind.RESET, Kind.TRUNCATED):
                self._send(answer, part=len(answer.body) // 2)
                self._cut(reset=fault.kind is Kind.RESET)
                return
        self._send(answer)

    def _session(self) -> str:
        cookie: SimpleCookie = SimpleCookie(self.headers.get("Cookie") or "")
        return cookie["session_id"].value if "session_id" in cookie else ""

    def _is_local(self) -> bool:
        return str(self.client_address[0]) in ("127.0.0.1", "::1")

    def _control(self, body: bytes) -> None:
        """Arrange faults from another process of this machine: ``{"add": {...}}``, ``{"clear": true}``."""
        if not self._is_local():
            self._send(html(403, "Forbidden"))
            return
        try:
            order = json.loads(body or b"{}")
            if order.get("clear"):
                self.stand_in.faults.clear()
            number = self.stand_in.faults.add(**order["add"]) if "add" in order else None
            self._send(Answer(200, json.dumps({"ok": True, "number": number}).encode()))
        except (ValueError, TypeError, AttributeError) as error:
            self._send(Answer(400, json.dumps({"ok": False, "error": str(error)}).encode()))

    def _send(self, answer: Answer, *, part: int | None = None) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.protocol_version == "HTTP/1.0":
            self.send_header("Connection", "close")
        try:
            self.end_headers()
            self.wfile.write(answer.body if part is None else answer.body[:part])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _cut(self, *, reset: bool = True) -> None:
        """End the connection; a reset lets the client see that it was not an orderly end."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header tells the clock that stamps the rows, as a real Odoo's does."""
        return format_datetime(self.stand_in.world.store.clock().astimezone(UTC), usegmt=True)

    def log_message(self, _format: str, *_args: Any) -> None:
        """Stay silent: requests carry secrets."""


def handler_for(stand_in: StandIn) -> type[Handler]:
    """A handler class bound to one stand-in."""
    version = "HTTP/1.1" if stand_in.keep_alive else "HTTP/1.0"
    return type("BoundHandler", (Handler,), {"stand_in": stand_in, "protocol_version": version})
