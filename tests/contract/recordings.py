"""The requests recorded from a real Odoo 18, the world they were asked of, and how answers are compared."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.odoo.server import StandIn
from demo.odoo.store import Transaction

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
GAPS: dict[str, str] = json.loads((HERE / "gaps.json").read_text())
CASES: list[str] = json.loads((RECORDED / "_order.json").read_text())
KEY, LIMITED = "recorded-api-key", "scn-limited-1"


@dataclass
class Answered:
    """What came back over HTTP."""

    status: int
    content_type: str
    body: Any


def recording(case: str) -> dict[str, Any]:
    return json.loads((RECORDED / f"{case}.json").read_text())


def ask(stand_in: StandIn, request: dict[str, Any], cookie: str) -> tuple[Answered, str]:
    """Send a recorded request as it went over the wire; returns the answer and the session cookie it set."""
    connection = http.client.HTTPConnection(stand_in.host, stand_in.port, timeout=30)
    headers = {
        name: value.replace("<SESSION>", cookie).replace("<API_KEY>", KEY) for name, value in request["headers"].items()
    }
    body = request["body"]
    text = body if isinstance(body, str) else json.dumps(body).replace("<API_KEY>", KEY)
    connection.request(request["method"], request["path"], text.encode(), headers)
    response = connection.getresponse()
    content = response.read()
    kind = response.headers.get_content_type()
    parsed = json.loads(content) if kind == "application/json" else content.decode()
    set_cookie = response.headers.get("Set-Cookie") or ""
    connection.close()
    new = set_cookie.removeprefix("session_id=").partition(";")[0] if "session_id=" in set_cookie else ""
    return Answered(response.status, kind, parsed), new


def play() -> dict[str, Answered]:
    """Ask everything in the order of the recording, of a server for many databases and of one for a single one."""
    answers: dict[str, Answered] = {}
    many = StandIn(database="tower")
    prepare(many)
    with many, StandIn(database="tower", world=many.world, single=True) as single:
        cookie = ""
        for case in CASES:
            server = single if case.endswith("_single_db") else many
            with rivals(server, {"concurrent_update_retried": 1, "concurrent_update_gives_up": 99}.get(case, 0)):
                answers[case], new = ask(server, recording(case)["request"], cookie)
            cookie = new or cookie
    return answers


@contextmanager
def rivals(stand_in: StandIn, times: int) -> Iterator[None]:
    """Let another transaction commit on partner 89 just after a call's own has begun, so many times."""
    world, carry_out, left = stand_in.world, stand_in.world.run_in, [times]

    def overtaken(transaction: Transaction, *call: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            rival = world.store.begin()
            carry_out(rival, 2, "res.partner", "write", [[89], {"ref": "rival"}], {})
            rival.commit()
        return carry_out(transaction, *call)

    world.run_in = overtaken if times else carry_out  # type: ignore[method-assign]
    try:
        yield
    finally:
        world.run_in = carry_out  # type: ignore[method-assign]


def differences(recorded: Any, found: Any, path: str = "", *, open_ended: bool = False) -> list[str]:
    """Where two JSON values differ in shape. ``False`` stands for null and fits any value that is no number.

    Dictionaries by id are compared by one of their values; ``open_ended`` lets more keys come than were recorded.
    """
    if isinstance(recorded, dict) and isinstance(found, dict):
        if recorded and found and all(key.isdigit() for key in (*recorded, *found)):
            return differences(next(iter(recorded.values())), next(iter(found.values())), f"{path}.*")
        wrong = [f"{path}.{key} is missing" for key in sorted(recorded.keys() - found.keys())]
        if not open_ended and not path.endswith(".context"):
            wrong += [f"{path}.{key} is too much" for key in sorted(found.keys() - recorded.keys() - {"simulated"})]
        for key in sorted(recorded.keys() & found.keys()):
            wrong += differences(recorded[key], found[key], f"{path}.{key}")
        return wrong
    if isinstance(recorded, list) and isinstance(found, list):
        if bool(recorded) != bool(found):
            return [f"{path} has {len(found)} entries, recorded were {len(recorded)}"]
        pairs = zip(recorded, found, strict=False)
        return [
            text for number, (one, other) in enumerate(pairs) for text in differences(one, other, f"{path}[{number}]")
        ]
    if recorded is False or found is False:
        other = found if recorded is False else recorded
        return (
            [] if other is False or isinstance(other, (str, list, bool)) else [f"{path}: {recorded!r}, not {found!r}"]
        )
    if type(recorded) is not type(found):
        return [f"{path} is {type(found).__name__}, recorded was {type(recorded).__name__}"]
    return []


def compare(recorded: dict[str, Any], found: Answered) -> list[str]:
    """Everything in which an answer differs from the recorded one: status, envelope, shape, error class."""
    response = recorded["response"]
    body = response["body"]
    if found.status != response["status"]:
        return [f"HTTP {found.status}, recorded was {response['status']}"]
    if isinstance(body, str) or isinstance(found.body, str):
        return [] if body == found.body else [f"the body is {found.body!r:.200}"]
    if body.keys() - {"trimmed"} != found.body.keys():
        return [f"the envelope has {sorted(found.body)}, recorded were {sorted(body)}: {found.body!r:.300}"]
    if body.get("id") != found.body.get("id"):
        return ["the id is not the one asked with"]
    if "error" in body:
        return compare_errors(body["error"], found.body["error"])
    return differences(body.get("result"), found.body.get("result"), "result", open_ended="trimmed" in body)


def compare_errors(recorded: dict[str, Any], found: dict[str, Any]) -> list[str]:
    wrong = [f"{key} is {found[key]!r}" for key in ("code", "message") if found[key] != recorded[key]]
    if recorded["data"].keys() != found["data"].keys():
        wrong.append(f"data has {sorted(found['data'])}")
    if recorded["data"]["name"] != found["data"]["name"]:
        wrong.append(f"{found['data']['name']} ({found['data']['message']}), recorded was {recorded['data']['name']}")
    return wrong


def start_ids(stand_in: StandIn, **last: int) -> None:
    """Let the next ids be those of the recording: ``purchase_order=38`` makes the next order number 39."""
    for name, value in last.items():
        stand_in.world.store.tables[name.replace("_", ".")].last_id = value


def prepare(stand_in: StandIn) -> None:
    """The records the recorded requests name, with the ids they had."""
    call = stand_in.call
    stand_in.world.add_key("admin", KEY)
    names = ("My Company (Chicago)", "Aurora Industries Group", "Aurora Plant Lyon", "Aurora Plant Detroit")
    for name in (*names, "Aurora Distribution UK", "FR Company", "UK Company"):
        call("res.company", "create", {"name": name})
    for company in (4, 5, 6):
        values = {"name": f"Warehouse {company}", "code": f"W{company}", "company_id": company}
        call("stock.warehouse", "create", values, context={"allowed_company_ids": [company]})
    start_ids(stand_in, res_partner=69)
    vendors = (
        "Nordstahl Coils",
        "Ateliers Perrache",
        "Great Lakes Castings",
        "Shenzhen Volt PCB",
        "Sheffield Bearings",
    )
    for name in (*vendors, "Polymere Rhone"):
        call("res.partner", "create", {"name": name, "is_company": True})
    call("res.partner", "create", [{"name": f"Contact {number}"} for number in range(10)])
    start_ids(stand_in, res_partner=44)
    call("res.partner", "create", {"name": "Number 45"})
    start_ids(stand_in, product_product=74, res_users=7, res_partner=86)
    call("product.product", "create", [{"name": f"Part {n}", "is_storable": True} for n in range(75, 86)])
    pump = call("product.product", "create", {"name": "Aurora pump P100", "is_storable": True})
    for company, cost in ((4, 310.0), (6, 266.6)):
        call("product.product", "write", [pump], {"standard_price": cost}, context={"allowed_company_ids": [company]})
    group = call("ir.model.data", "search_read", [["name", "=", "group_purchase_user"]], fields=["res_id"])[0]["res_id"]
    buyer = {"name": "scn.buyer.lyon", "login": "scn.buyer.lyon", "password": LIMITED, "company_id": 4}
    call("res.users", "create", {**buyer, "company_ids": [[6, 0, [4]]], "groups_id": [[6, 0, [group]]]})
    call("maintenance.team", "create", [{"name": f"Team {company}", "company_id": company} for company in (4, 5, 6)])
    make_orders(stand_in)
    call("purchase.order", "message_post", [39], body="The received quantity has been updated.")
    start_ids(stand_in, res_partner=87, ir_attachment=1160)


def make_orders(stand_in: StandIn) -> None:
    """Purchase orders with the recorded numbers and companies, a short receipt and a running work order."""
    order(stand_in, 14, 4, first_line=28)
    order(stand_in, 16, 4)
    for number, company in ((17, 4), (18, 5), (41, 4), (43, 5), (68, 6)):
        order(stand_in, number, company)
    order(stand_in, 19, 4, first_line=49, confirm=True)
    order(stand_in, 20, 4, first_line=52, confirm=True, lines=1)
    order(stand_in, 39, 4, first_line=97, confirm=True, lines=4)
    order(stand_in, 106, 6, confirm=True)
    order(stand_in, 111, 6, confirm=True)
    start_ids(stand_in, stock_picking=48)
    order(stand_in, 112, 5, confirm=True)
    call, context = stand_in.call, {"allowed_company_ids": [5]}
    moves = call("stock.picking", "read", [49], ["move_ids"], context=context)[0]["move_ids"]
    call("stock.move", "write", moves[:1], {"quantity": 1, "picked": True}, context=context)
    make_work(stand_in)
    context = {"allowed_company_ids": [4]}
    call("qc.inspection", "create", {"object_id": "product.product,86", "company_id": 4}, context=context)


def order(
    stand_in: StandIn, number: int, company: int, *, first_line: int = 200, confirm: bool = False, lines: int = 3
) -> None:
    table = stand_in.world.store.tables["purchase.order.line"]
    start_ids(stand_in, purchase_order=number - 1)
    table.last_id = max(table.last_id, 199) if first_line == 200 else first_line - 1
    context = {"allowed_company_ids": [company]}
    rows = [{"product_id": 75 + n, "product_qty": 10 + n, "price_unit": 12.5 + n} for n in range(lines)]
    values = {
        "partner_id": 70,
        "company_id": company,
        "origin": "SCN/late",
        "order_line": [[0, 0, {**row, "date_planned": "2026-11-03 19:00:00"}] for row in rows],
    }
    made = stand_in.call("purchase.order", "create", values, context=context)
    assert made == number
    if confirm:
        stand_in.call("purchase.order", "button_confirm", [made], context=context)


def make_work(stand_in: StandIn) -> None:
    call, context = stand_in.call, {"allowed_company_ids": [4]}
    centre = call("mrp.workcenter", "create", {"name": "CNC", "company_id": 4}, context=context)
    template = call("product.product", "read", [86], ["product_tmpl_id"], load=False)[0]["product_tmpl_id"]
    operations = [[0, 0, {"name": "Mill", "workcenter_id": centre, "time_cycle_manual": 20}]]
    bom = {"product_tmpl_id": template, "company_id": 4, "operation_ids": operations}
    call("mrp.bom", "create", bom, context=context)
    start_ids(stand_in, mrp_workorder=24)
    made = call("mrp.production", "create", {"product_id": 86, "company_id": 4}, context=context)
    call("mrp.production", "action_confirm", [made], context=context)
    call("mrp.workorder", "button_start", [25], context=context)
