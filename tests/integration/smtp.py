"""A real mail server on this machine, as far as the tower uses one: it keeps what it takes, and can be made to fail."""

from __future__ import annotations

import base64
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import cast


class MailServer:
    """Listens on a free port. ``refuses`` answers a recipient with an error, ``loses_answers`` takes mail and hangs up
    without saying so, ``asks_for`` is a name and password without which nothing is taken.
    """

    def __init__(self, *, port: int = 0, asks_for: tuple[str, str] | None = None) -> None:
        self.taken: list[EmailMessage] = []
        self.refuses: dict[str, str] = {}
        self.asks_for = asks_for
        self.loses_answers = 0
        self.connections = 0
        outer = self

        class Handler(Conversation):
            server_of_tests = outer

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.taken if one["To"] == address]

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Conversation(socketserver.StreamRequestHandler):
    """One connection, RFC 5321 as far as it goes here."""

    server_of_tests: MailServer
    signed_in = False
    recipient = ""

    def handle(self) -> None:
        self.server_of_tests.connections += 1
        self.say("220 tests.example ESMTP")
        while line := self.rfile.readline(65536):
            words = line.decode("utf-8", "replace").strip()
            verb = words.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA" and not self.data():
                return
            if verb != "DATA":
                self.say(self.answer(verb, words))

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def answer(self, verb: str, words: str) -> str:
        if verb == "EHLO":
            return "250-tests.example\r\n250-8BITMIME\r\n250 AUTH PLAIN"
        if verb == "AUTH":
            return self.sign_in(words)
        if self.server_of_tests.asks_for is not None and not self.signed_in and verb in {"MAIL", "RCPT"}:
            return "530 5.7.0 Sign in first"
        if verb == "RCPT":
            self.recipient = words[words.index("<") + 1 : words.index(">")]
            return self.server_of_tests.refuses.get(self.recipient, "250 OK")
        return "250 OK"

    def sign_in(self, words: str) -> str:
        _, name, password = base64.b64decode(words.split(" ")[2]).decode().split("\0")
        self.signed_in = (name, password) == self.server_of_tests.asks_for
        return "235 welcome" if self.signed_in else "535 5.7.8 Wrong name or password"

    def data(self) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline(65536)) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b".") else line)
        taken = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server_of_tests.taken.append(cast(EmailMessage, taken))
        if self.server_of_tests.loses_answers:
            self.server_of_tests.loses_answers -= 1
            return False
        self.say("250 OK, taken")
        return True
