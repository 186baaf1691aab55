"""A bare server process that replays recorded pages of purchase lines: no Odoo, no database, next to no cost.

A page has the exact shape of Odoo 18's answer to ``search_read`` with ``load=False``: every request of one kind gets
the same bytes, made once before the clock runs.
"""

from __future__ import annotations

import json
import random
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

WORDS = ("steel", "coil", "bearing", "flange", "valve", "gasket", "motor", "hinge", "rail", "sheet", "bolt", "pump")
LAST = re.compile(rb'"id", ">", (\d+)')
LIMIT = re.compile(rb'"limit": (\d+)')
HEAD = b"HTTP/1.1 200 OK\r\nServer: replay\r\nDate: Mon, 02 Nov 2026 08:00:00 GMT\r\nContent-Type: application/json\r\n"


def lines(count: int, seed: int) -> list[dict[str, Any]]:
    """Purchase lines as a busy group has them: three lines an order, four in five confirmed."""
    rng = random.Random(seed)
    start = datetime(2026, 10, 1, tzinfo=UTC)
    made = []
    for number in range(1, count + 1):
        order, quantity = (number + 2) // 3, rng.randint(1, 400) * rng.choice([1, 0.5, 2.25])
        price = round(rng.uniform(0.5, 900), 2)
        promised = start + timedelta(days=rng.randint(-60, 90), hours=rng.randint(0, 23))
        state = rng.choices(["purchase", "draft", "cancel"], [8, 1, 1])[0]
        written = start + timedelta(seconds=order * 40)
        made.append(
            {
                "id": number,
                "write_date": f"{written:%Y-%m-%d %H:%M:%S}",
                "order_id": order,
                "sequence": 10,
                "name": f"[{rng.choice(WORDS).upper()}-{number % 997:04}] {rng.choice(WORDS)} {rng.choice(WORDS)}",
                "product_id": rng.randint(1, 800),
                "partner_id": order % 120 + 1,
                "company_id": order % 4 + 1,
                "currency_id": order % 3 + 1,
                "state": state,
                "display_type": False,
                "product_qty": quantity,
                "qty_received": quantity if rng.random() < 0.4 else 0.0,
                "qty_invoiced": 0.0,
                "product_uom": rng.choice([1, 1, 1, 2, 7]),
                "price_unit": price,
                "price_subtotal": round(price * quantity, 2),
                "date_planned": f"{promised:%Y-%m-%d %H:%M:%S}",
                "move_dest_ids": [rng.randint(1, 90_000)] if rng.random() < 0.2 else [],
                "sale_line_id": rng.randint(1, 9_000) if rng.random() < 0.1 else False,
            }
        )
    return made


class Pages:
    """Answers by request: encoded on first use, replayed from then on."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = [json.dumps(row).encode() for row in rows]
        self.kept: dict[tuple[int, int], bytes] = {}

    def answer(self, request: bytes) -> bytes:
        if b'"search_count"' in request:
            return framed(str(len(self.rows)).encode())
        last, limit = LAST.search(request), LIMIT.search(request)
        if last is None or limit is None:
            return framed(b"[]")
        key = (int(last[1]), int(limit[1]))
        if key not in self.kept:
            self.kept[key] = framed(b"[" + b", ".join(self.rows[key[0] : key[0] + key[1]]) + b"]")
        return self.kept[key]


def framed(result: bytes) -> bytes:
    body = b'{"jsonrpc": "2.0", "id": 1, "result": ' + result + b"}"
    return HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def serve(listener: socket.socket, pages: Pages) -> None:
    """One connection after the other, each for as long as its client likes."""
    while True:
        link, _ = listener.accept()
        with link:
            while request := whole_request(link):
                link.sendall(pages.answer(request))


def whole_request(link: socket.socket) -> bytes:
    data = b""
    while True:
        head, found, body = data.partition(b"\r\n\r\n")
        if found and len(body) >= int(re.search(rb"(?i)content-length: (\d+)", head)[1]):  # type: ignore[index]
            return body
        more = link.recv(65536)
        if not more:
            return b""
        data += more


@contextmanager
def replay(count: int, seed: int) -> Iterator[str]:
    """The address of a replaying server process."""
    command = [sys.executable, "-m", "benchmarks.mirror_replay", str(count), str(seed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    door = socket.create_server(("127.0.0.1", 0))
    kept = Pages(lines(int(sys.argv[1]), int(sys.argv[2])))
    print(f"http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    serve(door, kept)
