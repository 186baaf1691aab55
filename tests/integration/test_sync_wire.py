"""HTTP against real sockets that misbehave in every way servers do."""

import gzip
import json
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from urllib.request import Request

import pytest

from odoo_sync import errors
from odoo_sync.transport import Address, OdoorpcTransport
from odoo_sync.wire import Opener

OK = json.dumps({"jsonrpc": "2.0", "id": 1, "result": [1, 2]}).encode()


def answer(body: bytes, status: str = "200 OK", headers: str = "", kind: str = "application/json") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@contextmanager
def server(*acts):
    """Serves one connection per act; an act is bytes to send, or a function of the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    seen = []

    def run():
        for act in acts:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with closing(link):
                link.settimeout(5)
                if callable(act):
                    act(link)
                    continue
                seen.append(receive(link))
                link.sendall(act)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def receive(link) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += link.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))[15:])
    while len(body) < length and (more := link.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body


def ask(url: str, *, seconds: float = 2.0, **options):
    transport = OdoorpcTransport(Address(url, "db", "bot", "a-secret-key"), uid=2, **options)
    try:
        return transport.call("res.partner", "search", [[]], {}, seconds=seconds)
    finally:
        transport.close()


def test_an_answer_arrives():
    with server(answer(OK)) as (url, seen):
        assert ask(url) == [1, 2]
    assert b"POST /jsonrpc " in seen[0] and b"execute_kw" in seen[0]


def test_a_path_in_the_address_is_kept():
    with server(answer(OK)) as (url, seen):
        ask(f"{url}/behind/a/proxy/")
    assert b"POST /behind/a/proxy/jsonrpc " in seen[0]


def test_a_compressed_answer_is_asked_for_and_understood():
    with server(answer(gzip.compress(OK), headers="Content-Encoding: gzip\r\n")) as (url, seen):
        assert ask(url) == [1, 2]
    assert b"accept-encoding: gzip" in seen[0].lower()


def test_a_chunked_answer_is_understood():
    body = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    body += f"{len(OK):x}\r\n".encode() + OK + b"\r\n0\r\n\r\n"
    with server(body) as (url, _):
        assert ask(url) == [1, 2]


def test_a_connection_that_may_stay_open_is_used_again():
    def twice(link):
        for _ in range(2):
            receive(link)
            link.sendall(answer(OK))

    with server(twice) as (url, _):
        transport = OdoorpcTransport(Address(url, "db", "bot", "a-secret-key"), uid=2)
        assert [transport.call("a", "search", [[]], {}) for _ in range(2)] == [[1, 2], [1, 2]]
        transport.close()


def test_a_kept_connection_that_the_server_has_closed_is_no_failure_for_a_read():
    with server(answer(OK), answer(OK)) as (url, _):
        transport = OdoorpcTransport(Address(url, "db", "bot", "a-secret-key"), uid=2)
        for _ in range(2):
            assert transport.call("a", "search", [[]], {}) == [1, 2]
            time.sleep(0.05)
        transport.close()


def test_a_writing_transport_never_sends_twice():
    with server(answer(OK), lambda link: (receive(link), None)) as (url, seen):
        transport = OdoorpcTransport(Address(url, "db", "bot", "a-secret-key"), uid=2, reuse=False)
        transport.call("a", "write", [[1], {}], {})
        with pytest.raises(errors.UnknownOutcomeError):
            transport.call("a", "write", [[1], {}], {})
        transport.close()
    assert b"connection: close" in seen[0].lower()


def drip(link):
    receive(link)
    for byte in answer(OK):
        time.sleep(0.1)
        try:
            link.sendall(bytes([byte]))
        except OSError:
            return


def reset(link):
    receive(link)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda link: (receive(link), time.sleep(1.2)), errors.UnknownOutcomeError),
        (drip, errors.UnknownOutcomeError),
        (reset, errors.UnknownOutcomeError),
        (lambda link: receive(link), errors.UnknownOutcomeError),
        (answer(OK)[:-5], errors.UnknownOutcomeError),
        (answer(OK[:-5]), errors.UnknownOutcomeError),
        (answer(b"\xff\xfe{}"), errors.UnknownOutcomeError),
        (answer(gzip.compress(OK)[:-9], headers="Content-Encoding: gzip\r\n"), errors.UnknownOutcomeError),
        (answer(b"<html>Welcome</html>", kind="text/html"), errors.AddressError),
        (answer(b"  <!doctype html>", kind="application/json"), errors.AddressError),
        (answer(b"[]"), errors.AddressError),
        (answer(b"7"), errors.AddressError),
        (answer(b'{"hello": "world"}'), errors.AddressError),
        (answer(b"", "301 Moved", "Location: https://erp.example.com/x\r\n"), errors.AddressError),
        (answer(b"no", "400 Bad Request"), errors.AddressError),
        (answer(b"no", "401 Unauthorized"), errors.ProxyRefusalError),
        (answer(b"no", "403 Forbidden"), errors.ProxyRefusalError),
        (answer(b"no", "404 Not Found"), errors.DatabaseError),
        (answer(b"no", "413 Too Large"), errors.AnswerTooLargeError),
        (answer(b"no", "429 Too Many Requests"), errors.ThrottledError),
        (answer(b"no", "500 Oh"), errors.ServerFaultError),
        (answer(b"no", "502 Bad Gateway"), errors.UnknownOutcomeError),
        (answer(b"no", "503 Unavailable"), errors.ThrottledError),
        (answer(b"no", "504 Timeout"), errors.UnknownOutcomeError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", errors.UnknownOutcomeError),
    ],
)
def test_a_server_that_misbehaves_has_its_own_error(act, kind):
    with server(act, act) as (url, _):
        began = time.monotonic()
        with pytest.raises(kind) as told:
            ask(url, seconds=1.0)
        assert type(told.value) is kind
        assert time.monotonic() - began < 1.5
    assert str(told.value).endswith(".") and "a-secret-key" not in str(told.value)


def test_patience_is_read_from_the_header():
    busy = answer(b"no", "429 Too Many Requests", "Retry-After: 7\r\n")
    with server(busy) as (url, _), pytest.raises(errors.ThrottledError) as told:
        ask(url)
    assert told.value.retry_after == 7


def test_an_answer_beyond_the_limit_is_not_kept_in_memory():
    bomb = gzip.compress(b"[" + b" " * 5_000_000 + b"]")
    sent = answer(bomb, headers="Content-Encoding: gzip\r\n")
    with server(sent) as (url, _), pytest.raises(errors.AnswerTooLargeError):
        ask(url, most_bytes=1_000_000)


def test_a_closed_port_means_that_nothing_was_sent():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(errors.NotSentError, match="Nothing listens"):
        ask(f"http://127.0.0.1:{port}")


def test_an_unknown_name_means_that_nothing_was_sent():
    with pytest.raises(errors.NotSentError, match="not known"):
        ask("http://nosuchhost.invalid")


def test_http_at_a_tls_address_is_told_apart():
    plain = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    talk = server(lambda link: (link.recv(9999), link.sendall(plain)))
    with talk as (url, _), pytest.raises(errors.NotSentError, match="TLS"):
        ask(url.replace("http:", "https:"))


def test_the_servers_clock_comes_from_the_answer():
    opener = Opener()
    opener.deadline = time.monotonic() + 2
    with server(answer(OK, headers="Date: Wed, 04 Mar 2026 05:06:07 GMT\r\n")) as (url, _):
        opener.open(Request(url, data=b"{}"))
    assert opener.date == 1772600767
    opener.close()


def test_a_date_that_is_none_is_no_clock():
    opener = Opener()
    opener.deadline = time.monotonic() + 2
    with server(answer(OK, headers="Date: yesterday\r\n")) as (url, _):
        opener.open(Request(url, data=b"{}"))
    assert opener.date is None
    opener.close()
