"""Each part stops for a while: the board says what it knows, and everything is made good without anybody's help."""

from __future__ import annotations

import re
import time

import pytest

from tests.outage.installation import PARTS, Installation, wait
from tests.outage.life import CATCH_UP, Life
from tests.outage.witness import Witness
from tests.people import PASSWORD

pytestmark = pytest.mark.outage
STALE = 180.0
READY = 120.0
GIVEN_UP = 20.0
"""Seconds in which a page gives a hanging server up, on a machine that has other work too."""


def page(at: Installation, life: Life, path: str = "/") -> tuple[int, str]:
    return at.get(path, life.cookies["buyer"])


def banner(at: Installation, life: Life) -> str:
    """What the frame of the board says about its data, in one line; empty where it says nothing."""
    status, text = page(at, life)
    found = re.search(r'<div class="banner".*?</div>', text, re.DOTALL)
    return f"{status} {' '.join(found[0].split()) if found else ''}"


def wait_for_banner(at: Installation, life: Life, *words: str) -> None:
    wait(
        lambda: all(one in page(at, life)[1] for one in ("Aurora has not been read for a while.", *words)),
        seconds=STALE,
        what=f"a banner with {words}",
        seen=lambda: banner(at, life),
    )


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
    wait_for_banner(at, life, "Valkey does not answer")


def without_odoo(at: Installation, life: Life) -> None:
    wait_for_banner(at, life, "cannot be reached")
    assert at.get("/health/ready")[0] == 200, "the tower itself is well"


def without_worker(at: Installation, life: Life) -> None:
    wait_for_banner(at, life, "no worker of the tower is running")


def without_web(at: Installation, life: Life) -> None:
    assert at.get("/") == (0, "")
    wait(lambda: not life.wrong(), seconds=CATCH_UP, what="cases that nobody hears of", seen=life.wrong)


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
    wait(lambda: "has not been read" not in page(life.at, life)[1], seconds=STALE, what="fresh data")
    assert page(life.at, life)[0] == 200
    wait(lambda: life.at.get("/health/ready")[0] == 200, seconds=READY, what="a tower that is well")
    assert not witness.reloads


def test_an_odoo_that_hangs_is_named_before_it_is_given_up(life: Life, witness: Witness) -> None:
    """For a minute no error is known, and no worker is missing: it waits for an answer."""
    life.go_on()
    life.at.freeze("odoo")
    try:
        wait_for_banner(life.at, life, "This Odoo takes questions and does not answer")
        assert "no worker" not in banner(life.at, life)
        assert life.at.get("/health/ready")[0] == 200, "the tower itself is well"
        wait_for_banner(life.at, life, "did not answer in time")
    finally:
        life.at.thaw("odoo")
    life.go_on()
    life.check(witness)
    wait(lambda: "has not been read" not in page(life.at, life)[1], seconds=STALE, what="fresh data")
    assert not witness.reloads


def test_a_postgres_that_hangs_is_told_like_one_that_is_away(life: Life, witness: Witness) -> None:
    """It takes connections and never answers: every page says so in time, and goes on where it was afterwards."""
    life.go_on()
    life.at.freeze("postgres")
    try:
        for path in ("/", "/sync/", "/sign-in/", "/freshness/", "/health/ready"):
            began = time.monotonic()
            assert page(life.at, life, path)[0] == 503, path
            assert time.monotonic() - began < GIVEN_UP, path
        without_postgres(life.at, life)
        time.sleep(10)
    finally:
        life.at.thaw("postgres")
    life.go_on()
    life.check(witness)
    wait(lambda: "has not been read" not in page(life.at, life)[1], seconds=STALE, what="fresh data")
    wait(lambda: life.at.get("/health/ready")[0] == 200, seconds=READY, what="a tower that is well")
    assert not witness.reloads


def test_a_valkey_that_hangs_holds_nobody_up(life: Life, witness: Witness) -> None:
    """A frozen machine takes connections and never answers, which is worse than none."""
    life.go_on()
    life.at.freeze("valkey")
    try:
        without_valkey(life.at, life)
        began = time.monotonic()
        assert life.at.sign_in("colleague", PASSWORD) == 200
        assert time.monotonic() - began < 30, "nobody's sign-in waits for it"
    finally:
        life.at.thaw("valkey")
    life.go_on()
    life.check(witness)
    wait(lambda: "has not been read" not in page(life.at, life)[1], seconds=STALE, what="fresh data")
    wait(lambda: life.at.get("/health/ready")[0] == 200, seconds=READY, what="a tower that is well")
    assert not witness.reloads
