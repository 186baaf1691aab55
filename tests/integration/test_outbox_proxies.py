"""The one door out, through a proxy that answers a call itself while Odoo is still at work on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from apps.actions.models import DeliveryState, RequestState
from odoo_sync import errors
from odoo_sync.errors import OdooError
from odoo_sync.wire import refusal
from odoo_sync.writer import Writer
from tests.integration.orders import Ordered, at, text
from tests.integration.outbox import (
    QUESTION,
    calls,
    delivered,
    later,
    new_date,
    ordered,
    question,
    quick,
    step,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]
FIXTURES = (quick, ordered, calls)

PAGE = b"<html><body>One moment, please.</body></html>"
ANSWERS = {
    "a page": (200, "text/html", PAGE),
    "a page that calls itself JSON": (200, "application/json", PAGE),
    "nothing": (200, "application/json", b""),
    "a list": (200, "application/json", b"[]"),
    "foreign JSON": (200, "application/json", b'{"status": "queued"}'),
    "a foreign error": (200, "application/json", b'{"error": "busy"}'),
    "a foreign error in words": (200, "application/json", b'{"error": {"message": "busy", "data": null}}'),
    **{f"HTTP {status}": (status, "text/html", PAGE) for status in (302, 400, 401, 403, 404, 405, 407, 408, 413)},
    **{f"HTTP {status}": (status, "text/html", PAGE) for status in (429, 500, 501, 502, 503, 504, 524)},
}
REQUEUED = {
    errors.NotSentError: "the request never left",
    errors.WritesStoppedError: "refused by ourselves",
    errors.SecretError: "refused by ourselves",
    errors.ConcurrencyError: "Odoo rolled it back",
    errors.SignInError: "Odoo refused the key before it looked at the call",
}
"""The only failures after which a call that cannot be repeated goes back into the queue."""


class Between(BaseHTTPRequestHandler):
    """Carries calls on; those of one method it answers itself, and lets them go on to Odoo when told to."""

    server: Proxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        args = json.loads(body)["params"]["args"]
        mine = self.server.strikes and len(args) > 4 and args[4] == self.server.method
        if mine:
            self.server.strikes -= 1
            self.server.held.append(threading.Thread(target=self.server.carry, args=(self.path, body)))
        self.answer(*(self.server.says if mine else self.server.carry(self.path, body)))

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Proxy(ThreadingHTTPServer):
    """A reverse proxy before an Odoo."""

    daemon_threads = True

    def __init__(self, target: str, method: str, says: tuple[int, str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Between)
        self.target, self.method, self.says, self.strikes = target, method, says, 1
        self.held: list[threading.Thread] = []

    def carry(self, path: str, body: bytes) -> tuple[int, str, bytes]:
        link = HTTPConnection(urlsplit(self.target).netloc, timeout=60)
        try:
            link.request("POST", path, body, {"Content-Type": "application/json"})
            answer = link.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        finally:
            link.close()

    def let_through(self) -> None:
        """What was held back reaches Odoo now."""
        for one in self.held:
            one.start()
        for one in self.held:
            one.join(60)


@contextmanager
def proxy(ordered: Ordered, method: str, says: tuple[int, str, bytes]) -> Iterator[Proxy]:
    """The connection leads through a proxy that answers the first call of this method by itself."""
    with Proxy(ordered.odoo.url, method, says) as server:  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        ordered.connection.url = f"http://127.0.0.1:{server.server_port}"
        ordered.connection.save(update_fields=["url"])
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def asked(ordered: Ordered) -> int:
    return sum(QUESTION in one["body"] for one in ordered.messages())


@pytest.mark.parametrize("says", ANSWERS.values(), ids=ANSWERS)
def test_a_message_still_under_way_behind_a_proxy_is_not_sent_again(
    ordered: Ordered, calls: list[str], says: tuple[int, str, bytes]
) -> None:
    with proxy(ordered, "message_post", says) as between:
        request = delivered(question(ordered))
        assert step(request).state == DeliveryState.SENT
        request = later(request, seconds=90)
        assert step(request).state == DeliveryState.SENT
        assert calls == ["purchase.order.message_post"]
        between.let_through()
        assert later(request, seconds=90).state == RequestState.VERIFIED
    assert asked(ordered) == 1


def test_a_message_that_a_proxy_swallowed_goes_to_a_person(ordered: Ordered, calls: list[str]) -> None:
    with proxy(ordered, "message_post", ANSWERS["a page"]):
        request = later(delivered(question(ordered)), hours=1)
    assert request.state == RequestState.UNKNOWN
    assert asked(ordered) == 0
    assert calls == ["purchase.order.message_post"]


@pytest.mark.parametrize("says", [ANSWERS["a page"], ANSWERS["HTTP 403"], ANSWERS["HTTP 302"]])
def test_a_write_that_a_proxy_swallowed_is_made_once_it_lets_it_through(
    ordered: Ordered, says: tuple[int, str, bytes]
) -> None:
    with proxy(ordered, "write", says):
        request = delivered(new_date(ordered))
        assert request.state == RequestState.APPROVED
        assert later(request).state == RequestState.VERIFIED
    assert set(ordered.dates().values()) == {text(at(12))}


def every_error(kind: type[OdooError] = OdooError) -> list[type[OdooError]]:
    return [one for child in kind.__subclasses__() for one in (child, *every_error(child))]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_only_what_certainly_had_no_effect_is_queued_again(
    ordered: Ordered, monkeypatch: pytest.MonkeyPatch, kind: type[OdooError]
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise kind("It failed.")

    request = question(ordered)
    monkeypatch.setattr(Writer, "call", failing)
    delivered(request)
    assert (step(request).state == DeliveryState.WAITING) == (kind in REQUEUED)


def test_no_answer_of_http_says_that_nothing_was_sent() -> None:
    told = {status: refusal(status, Message()) for status in range(300, 600)}
    assert {status for status, error in told.items() if type(error) in REQUEUED} == set()
