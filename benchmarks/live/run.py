"""The measures ``live/p95`` and ``live/wrong_final``."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.exceptions import card, stream
from apps.exceptions.models import Case
from benchmarks.database import fresh_database
from benchmarks.live.changes import Sent, change_cases, send_bare
from benchmarks.measure import Measure
from controltower.lib.keys import row_key
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse
from odoo_sync.models import Connection
from tests.integration.live import session_cookie
from tests.servers import ROOT, Tower, environment

SOCKETS, PER_SECOND, ROUNDS, SECONDS, CASES = 500, 5.0, 3, 12.0, 200
LIMIT = 0.6


class Clients:
    """The client process and the conversation with it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.live.sockets"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def tell(self, do: str, **values: Any) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **values}).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the client process ended")
        return json.loads(line)

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def run(seed: int) -> Iterator[Measure]:
    """Alternate rounds of ours and the floor on one server, then compare what every socket ended with."""
    with fresh_database():
        ids, cookie = world(seed)
        server = Tower("benchmarks.live.application:application").start()
        clients = Clients()
        try:
            ours, bare, wrong = [], [], 0
            for number in range(ROUNDS):
                late, mistakes = our_round(clients, server, cookie, ids, seed * 100 + number)
                ours += late
                wrong += mistakes
                bare += bare_round(clients, server, cookie, ids)
        finally:
            clients.stop()
            server.stop()
    value, floor = p95(ours), p95(bare)
    yield Measure(
        "live", "p95", round(value, 1), "ms", round(floor, 1), value / floor, LIMIT, value / floor <= LIMIT, len(ours)
    )
    yield Measure("live", "wrong_final", wrong, "sockets", None, None, 0, wrong == 0, SOCKETS * ROUNDS)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def our_round(clients: Clients, server: Tower, cookie: str, ids: list[int], seed: int) -> tuple[list[float], int]:
    """Latencies in ms of one round, and how many sockets differ from the database after forced reconnects."""
    clients.tell("open", url=server.url.replace("http", "ws") + "/live/", cookie=cookie, count=SOCKETS)
    before = dict(Case.objects.values_list("pk", "version"))
    sent = change_cases(ids, per_second=PER_SECOND, seconds=SECONDS, seed=seed)
    late = latencies(sent, settled(clients)["arrived"])
    clients.tell("reconnect", share=0.1)
    change_cases(ids, per_second=PER_SECOND * 2, seconds=3, seed=seed + 1)
    fresh = {str(pk): version for pk, version in Case.objects.values_list("pk", "version") if version != before[pk]}
    seen = settled(clients)["versions"]
    clients.tell("close")
    wrong = sum(any(versions.get(case) != version for case, version in fresh.items()) for versions in seen)
    return late, wrong


def bare_round(clients: Clients, server: Tower, cookie: str, ids: list[int]) -> list[float]:
    """Latencies in ms of the floor, with frames of the same bytes as real cards."""
    clients.tell("open", url=server.url.replace("http", "ws") + "/bare/", cookie=cookie, count=SOCKETS)
    texts = [(f"{case.pk}:{10_000_000 + n}", frame(case, 10_000_000 + n)) for n, case in enumerate(cases(ids))]
    sent = send_bare(texts, per_second=PER_SECOND, seconds=SECONDS)
    late = latencies(sent, settled(clients)["arrived"])
    clients.tell("close")
    return late


def settled(clients: Clients) -> dict[str, Any]:
    import time

    time.sleep(2.5)
    report: dict[str, Any] = clients.tell("report")
    return report


def latencies(sent: Sent, arrived: list[dict[str, float]]) -> list[float]:
    """Milliseconds of every delivery to every socket; one that never came counts as ten seconds."""
    return [1000 * (times.get(mark, at + 10) - at) for times in arrived for mark, at in sent.at.items()]


def cases(ids: list[int]) -> list[Case]:
    return list(Case.objects.select_related(*card.RELATED).filter(pk__in=ids))


def frame(case: Case, version: int) -> str:
    place = stream.channel_key(case.connection_id, case.company_id, case.plant_id, case.domain)
    return json.dumps(
        {
            "type": "card",
            "channel": place,
            "number": version,
            "case": case.pk,
            "version": version,
            "facets": card.facets(case),
            "html": card.html(case)["en"],
        },
        separators=(",", ":"),
    )


def world(seed: int) -> tuple[list[int], str]:
    """Cases in three plants, and a person who may see them all."""
    rng = random.Random(seed)
    odoo = Connection.objects.create(name="Bench", url="http://odoo.example", database="bench", login="bot", secret=b"")
    company = Company.objects.create(id=row_key(odoo.id, 1), name="Lyon")
    plants = [Warehouse.objects.create(id=row_key(odoo.id, n), name=f"Plant {n}", company=company) for n in (1, 2, 3)]
    made = [
        Case.objects.create(
            detector="purchase.late_line",
            subject_type="purchase.order.line",
            subject_key=str(number),
            connection=odoo,
            company=company,
            plant=rng.choice(plants),
            domain="procure",
            severity=rng.choice(["critical", "high", "medium", "low"]),
            score=Decimal(rng.randint(0, 9999)) / 100,
            summary=f"Ball bearing 6204 of P{number:05} from Nordstahl Coils is {rng.randint(1, 30)} days late",
            detail=f"holds up {rng.randint(1, 4)} production orders and {rng.randint(1, 9)} order lines",
            money=Decimal(rng.randint(0, 10**8)) / 100,
            currency="EUR",
            customers=rng.randint(0, 9),
        )
        for number in range(CASES)
    ]
    user = User.objects.create(username="bench")
    Grant.objects.create(user=user, role=Role.PLANT_MANAGER, company=company)
    return [case.pk for case in made], session_cookie(user)
