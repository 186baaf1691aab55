"""The server as clients meet it: odoorpc, sessions, secrets, faults, and a state that survives."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import odoorpc
import pytest

from demo.odoo.errors import ConcurrencyError
from demo.odoo.server import StandIn
from demo.odoo.state import StateError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def odoo() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        stand_in.world.add_key("admin", "secret-key")
        yield stand_in


class PageError(Exception):
    """An error page came instead of an answer."""

    def __init__(self, error: urllib.error.HTTPError) -> None:
        super().__init__(f"HTTP {error.code}")
        self.code, self.headers, self.body = error.code, error.headers, error.read()
        error.close()


def post(url: str, body: object, timeout: float = 5) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise PageError(error) from None


def execute(odoo: StandIn, method: str, *args: Any, secret: str = "secret-key") -> Any:
    arguments = [odoo.database, 2, secret, "res.partner", method, list(args), {}]
    envelope = {"service": "object", "method": "execute_kw", "args": arguments}
    return post(f"{odoo.url}/jsonrpc", {"jsonrpc": "2.0", "id": 7, "method": "call", "params": envelope})


def test_odoorpc_takes_it_for_odoo_18(odoo: StandIn) -> None:
    client = odoorpc.ODOO("127.0.0.1", port=odoo.port)
    assert client.version == "18.0-20250421"
    client.login(odoo.database, "admin", "secret-key")
    assert client.env.uid == 2
    found = client.execute_kw("res.partner", "search_read", [[["id", "=", 1]]], {"fields": ["name"], "load": False})
    assert found == [{"id": 1, "name": "My Company"}]
    assert client.env["res.partner"].browse(1).name == "My Company"
    with pytest.raises(odoorpc.error.RPCError) as refused:
        client.execute_kw("purchase.order", "no_such_method", [[1]], {})
    assert refused.value.info["data"]["name"] == "builtins.AttributeError"


def test_it_says_that_it_is_simulated(odoo: StandIn) -> None:
    assert post(f"{odoo.url}/web/webclient/version_info", {"params": {}})["result"]["simulated"] is True


def test_a_session_takes_the_password_only(odoo: StandIn) -> None:
    def sign_in(secret: str) -> Any:
        params = {"db": odoo.database, "login": "admin", "password": secret}
        return post(f"{odoo.url}/web/session/authenticate", {"id": 1, "params": params})

    assert sign_in("secret-key")["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
    assert sign_in("admin")["result"]["uid"] == 2


def test_a_revoked_key_is_denied(odoo: StandIn) -> None:
    odoo.world.revoke_key("admin", "secret-key")
    assert execute(odoo, "search", [])["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"


def test_errors_carry_no_traceback(odoo: StandIn) -> None:
    assert execute(odoo, "read", [1], ["nope"])["error"]["data"]["debug"] == ""


@pytest.mark.parametrize("body", [b"", b"[]", b'"text"', b"{", b'{"params": 3}', b'{"params": {"service": "object"}}'])
def test_rubbish_is_answered_not_suffered(odoo: StandIn, body: bytes) -> None:
    connection = http.client.HTTPConnection(odoo.host, odoo.port, timeout=5)
    connection.request("POST", "/jsonrpc", body, {"Content-Type": "application/json"})
    assert connection.getresponse().status in (200, 400)
    connection.close()
    assert execute(odoo, "search_count", [])["result"] > 0


def test_an_answer_can_be_lost_before_or_after_the_commit(odoo: StandIn) -> None:
    for kind, happened in (("timeout_before_commit", False), ("timeout_after_commit", True)):
        odoo.faults.add(kind, match={"method": "write"})
        with pytest.raises(OSError):
            execute(odoo, "write", [1], {"ref": kind})
        assert (odoo.call("res.partner", "read", [1], ["ref"])[0]["ref"] == kind) is happened
        assert execute(odoo, "search_count", [])["result"] > 0


def test_a_connection_can_break_in_the_middle_of_an_answer(odoo: StandIn) -> None:
    for kind in ("reset_mid_body", "truncated_body"):
        odoo.faults.add(kind)
        with pytest.raises((OSError, http.client.HTTPException, ValueError)):
            execute(odoo, "search_read", [])


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_proxy_s_error_page_can_come_instead(odoo: StandIn, status: int) -> None:
    odoo.faults.add(str(status), retry_after=7)
    with pytest.raises(PageError) as refused:
        execute(odoo, "search", [])
    assert refused.value.code == status and refused.value.headers["Retry-After"] == "7"
    assert b"<h1>" in refused.value.body


def test_a_fault_strikes_after_so_many_and_so_often(odoo: StandIn) -> None:
    odoo.faults.add("500", after=1, times=2, match={"model": "res.partner", "method": "search_count"})
    outcomes = []
    for _ in range(4):
        try:
            outcomes.append(execute(odoo, "search_count", [])["result"] > 0)
        except PageError:
            outcomes.append(False)
    assert outcomes == [True, False, False, True]


def test_faults_can_be_arranged_from_outside(odoo: StandIn) -> None:
    control = f"{odoo.url}/stand-in/faults"
    assert post(control, {"add": {"kind": "503", "times": -1}})["ok"] is True
    with pytest.raises(PageError):
        execute(odoo, "search", [])
    assert post(control, {"clear": True})["ok"] is True
    assert execute(odoo, "search_count", [])["result"] > 0
    with pytest.raises(PageError) as refused:
        post(control, {"add": {"kind": "no such trouble"}})
    assert refused.value.code == 400


def test_a_slow_answer_times_out_at_the_client(odoo: StandIn) -> None:
    odoo.faults.add("latency", seconds=0.6)
    with pytest.raises((TimeoutError, socket.timeout)):
        post(f"{odoo.url}/web/webclient/version_info", {}, timeout=0.2)


def test_a_connection_can_be_kept_where_a_proxy_would(tmp_path: Path) -> None:
    with StandIn(keep_alive=True) as odoo:
        connection = http.client.HTTPConnection(odoo.host, odoo.port, timeout=5)
        for _ in range(3):
            connection.request("POST", "/web/webclient/version_info", b"{}", {"Content-Type": "application/json"})
            assert json.load(connection.getresponse())["result"]["server_serie"] == "18.0"
        connection.close()


def test_a_state_file_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with StandIn(state=path) as first:
        first.world.add_key("admin", "kept-key")
        product = first.call("product.product", "create", {"name": "Part", "is_storable": True, "standard_price": 4})
        line = {"product_id": product, "date_planned": "2031-02-01 00:00:00"}
        vendor = first.call("res.partner", "create", {"name": "Vendor"})
        order = first.call("purchase.order", "create", {"partner_id": vendor, "order_line": [[0, 0, line]]})
        first.call("purchase.order", "button_confirm", [order])
        models = (
            "purchase.order",
            "purchase.order.line",
            "stock.picking",
            "stock.move",
            "product.product",
            "res.users",
        )
        before = {model: first.call(model, "search_read", [], load=False) for model in models}
    with StandIn(state=path) as second:
        assert {model: second.call(model, "search_read", [], load=False) for model in models} == before
        assert second.world.authenticate("admin", "kept-key") == 2
        picking = second.call("purchase.order", "read", [order], ["picking_ids"])[0]["picking_ids"]
        assert second.call("stock.picking", "button_validate", picking) is True
        again = second.call("purchase.order", "create", {"partner_id": vendor})
        assert again > order
        assert second.call("purchase.order", "read", [again], ["name"])[0]["name"] == "P00002"


def test_nothing_is_committed_any_more_once_the_state_is_kept(tmp_path: Path) -> None:
    """What would be lost is refused: whoever was answered finds it after the next start."""
    path = tmp_path / "state.json"
    first = StandIn(state=path).start()
    with pytest.raises(ConcurrencyError), first.transaction() as held:
        late = held.call("res.partner", "create", {"name": "Too late"})
        first.stop()
    with StandIn(state=path) as second:
        assert second.call("res.partner", "search", [["id", "=", late]]) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}'])
def test_a_damaged_state_file_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(StateError, match="delete it to start afresh"):
        StandIn(state=path)


def test_the_command_line_prints_its_address_and_saves_on_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    command = [
        sys.executable,
        "-m",
        "demo.odoo",
        "--database",
        "aurora",
        "--state",
        str(path),
        "--key",
        "admin:cli-key",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        params = {"service": "common", "method": "authenticate", "args": ["aurora", "admin", "cli-key", {}]}
        assert post(f"{told['url']}/jsonrpc", {"params": params})["result"] == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert path.exists() and told["fresh"] is True


def test_a_taken_port_is_told_in_one_line(odoo: StandIn) -> None:
    command = [sys.executable, "-m", "demo.odoo", "--port", str(odoo.port)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("the stand-in cannot start:") and done.stderr.count("\n") == 1
