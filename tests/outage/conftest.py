"""One installation for all outages, with a day's life in it and a page that stays open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outage.installation import PARTS, Installation, wait
from tests.outage.life import Life
from tests.outage.witness import Witness


@pytest.fixture(scope="session")
def life() -> Iterator[Life]:
    folder = Path(tempfile.mkdtemp(prefix="tower-outage-"))
    with Installation(folder) as installation:
        day = Life(installation)
        installation.start("worker")
        installation.start("web")
        wait(lambda: installation.get("/health/live")[0] == 200, seconds=120, what="the web server")
        wait(lambda: "ready." in installation.log("worker"), seconds=120, what="the worker")
        yield day


@pytest.fixture(autouse=True)
def _everything_runs(life: Life) -> None:
    """A test that failed leaves parts stopped; the next one begins with all of them."""
    for part in PARTS:
        life.at.start(part)
    wait(lambda: life.at.get("/health/ready")[0] == 200, seconds=120, what="a tower that is well")


@pytest.fixture
def witness(life: Life, _everything_runs: None) -> Iterator[Witness]:
    """A page of this test's own: greeted first and rendered then, so that nothing falls between."""
    with Witness(life.at.web_url, life.cookies["buyer"]) as one:
        wait(lambda: one.connections, seconds=120, what="the socket")
        one.begin(life.at.inside("cases"))
        yield one
