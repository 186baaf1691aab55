"""Each part stops for a while: the board says what it knows, and everything is made good without anybody's help."""

from __future__ import annotations

import time

import pytest

from tests.outage.installation import PARTS, Installation, wait
from tests.outage.life import Life
from tests.outage.witness import Witness

pytestmark = pytest.mark.outage
STALE = 45.0


def page(at: Installation, life: Life, path: str = "/") -> tuple[int, str]:
    return at.get(path, life.cookies["buyer"])


def says_stale(at: Installation, life: Life) -> bool:
    status, text = page(at, life)
    return status == 200 and "Aurora has not been read for a while." in text


def without_postgres(at: Installation, life: Life) -> None:
    for path in ("/", "/notifications/", "/sign-in/"):
        status, text = page(at, life, path)
        assert status == 503, path
        assert "cannot reach its database" in text
    assert at.get("/health/live") == (200, "ok\n")
    assert at.get("/health/ready")[0] == 503


def without_valkey(at: Installation, life: Life) -> None:
    began = time.monotonic()
    assert page(at, life)[0] == 200
    assert time.monotonic() - began < 10, "no page waits for it"
    assert at.get("/health/ready")[0] == 503
    wait(lambda: says_stale(at, life), seconds=STALE, what="a banner")


def without_odoo(at: Installation, life: Life) -> None:
    wait(lambda: says_stale(at, life), seconds=STALE, what="a banner")
    assert at.get("/health/ready")[0] == 200, "the tower itself is well"
    wait(lambda: "cannot be reached" in page(at, life)[1], seconds=STALE, what="which Odoo and why")


def without_worker(at: Installation, life: Life) -> None:
    wait(lambda: says_stale(at, life), seconds=STALE, what="a banner")
    assert "worker" in page(at, life)[1]


def without_web(at: Installation, life: Life) -> None:
    assert at.get("/") == (0, "")
    time.sleep(3)


HONEST = {
    "postgres": without_postgres,
    "valkey": without_valkey,
    "odoo": without_odoo,
    "worker": without_worker,
    "web": without_web,
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_stops_and_comes_back(life: Life, witness: Witness, part: str) -> None:
    life.go_on()
    life.at.stop(part)
    life.go_on()
    HONEST[part](life.at, life)
    life.at.start(part)
    life.check(witness)
    wait(lambda: not says_stale(life.at, life), seconds=60, what="fresh data")
    assert page(life.at, life)[0] == 200
    assert life.at.get("/health/ready")[0] == 200
    assert not witness.reloads
