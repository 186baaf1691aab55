"""What answers like an Odoo and is none does not pass the first step of connecting one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client

from odoo_sync.client import version
from odoo_sync.errors import AddressError
from odoo_sync.transport import Address, OdoorpcTransport
from tests import people
from tests.integration.wizard import NEW, go, text_of

INFO = [18, 0, 0, "final", 0, ""]


class Answering(BaseHTTPRequestHandler):
    """Answers every call with the same result."""

    result: Any = None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": self.result}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def told(url: str, monkeypatch: pytest.MonkeyPatch, result: Any) -> str:
    monkeypatch.setattr(Answering, "result", result)
    transport = OdoorpcTransport(Address(url, "", "", ""))
    try:
        return version(transport)
    finally:
        transport.close()


FOREIGN = [
    [1, 2, 3],
    {},
    "18.0",
    None,
    {"version": "18.0"},
    {"server_version": "18.0"},
    {"server_version": 18.0, "server_version_info": INFO},
    {"server_version": "", "server_version_info": INFO},
    {"server_version": "latest", "server_version_info": INFO},
    {"server_version": "18.0" + "0" * 70, "server_version_info": INFO},
    {"server_version": "18.0", "server_version_info": []},
    {"server_version": "18.0", "server_version_info": "18.0"},
    {"server_version": "18.0", "server_version_info": [None, 0]},
    {"server_version": "18.0", "server_version_info": [True, 0]},
]


@pytest.mark.parametrize("result", FOREIGN, ids=str)
def test_an_answer_that_names_no_version_as_odoo_does_is_no_odoo(
    server: str, monkeypatch: pytest.MonkeyPatch, result: Any
) -> None:
    with pytest.raises(AddressError, match="not as Odoo does"):
        told(server, monkeypatch, result)


@pytest.mark.parametrize(
    ("text", "info"),
    [
        ("18.0-20250421", INFO),
        ("18.0+e-20250421", INFO),
        ("saas~18.2+e", ["saas~18", 2, 0, "final", 0, "e"]),
        ("19.0alpha1", [19, 0, 0, "alpha", 1, ""]),
    ],
)
def test_every_way_in_which_odoo_names_its_version_is_known(
    server: str, monkeypatch: pytest.MonkeyPatch, text: str, info: list[Any]
) -> None:
    answer = {"server_version": text, "server_version_info": info, "server_serie": "18.0", "protocol_version": 1}
    assert told(server, monkeypatch, answer) == text


@pytest.mark.django_db
def test_the_step_says_so_and_goes_no_further(client: Client, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(people.administrator())
    monkeypatch.setattr(Answering, "result", [1, 2, 3])
    response = go(client, "address", url=server)
    assert response.status_code == 422
    assert "not as Odoo does" in text_of(response) and server in text_of(response)
    assert client.get(f"{NEW}database/").status_code == 302
