"""A stand-in that is killed goes on with everything that it ever answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.odoo import journal
from demo.odoo.server import StandIn
from demo.odoo.state import load
from demo.world.rpc import JsonRpc

ROOT = Path(__file__).parents[2]


@contextmanager
def run(state: Path) -> Iterator[tuple[JsonRpc, subprocess.Popen[str]]]:
    """A process of its own, killed at the end."""
    command = [sys.executable, "-m", "demo.odoo", "--database", "aurora", "--state", str(state), "--key", "admin:key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield JsonRpc(told["url"], "aurora", "admin", "key", timeout=30), process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=20)


def names(odoo: JsonRpc | StandIn, ids: list[int]) -> list[str]:
    return [row["name"] for row in odoo.call("res.partner", "search_read", [["id", "in", ids]], ["name"])]


def test_what_was_answered_survives_kills(tmp_path: Path) -> None:
    state = tmp_path / "odoo.state"
    made: list[int] = []
    for number in range(3):
        with run(state) as (odoo, _process):
            assert names(odoo, made) == [f"Changed {one}" for one in range(number)]
            tag = odoo.call("res.partner.category", "create", {"name": f"Tag {number}"})
            made.append(odoo.call("res.partner", "create", {"name": "New", "category_id": [[6, 0, [tag]]]}))
            odoo.call("res.partner", "write", [made[-1]], {"name": f"Changed {number}"})
            gone = odoo.call("res.partner", "create", {"name": "Gone"})
            odoo.call("res.partner", "unlink", [gone])
            uuid = odoo.call("ir.config_parameter", "get_param", "database.uuid")
    with run(state) as (odoo, process):
        assert odoo.call("ir.config_parameter", "get_param", "database.uuid") == uuid
        assert names(odoo, [*made, gone]) == ["Changed 0", "Changed 1", "Changed 2"]
        assert odoo.call("res.partner", "create", {"name": "Next"}) > gone, "an id was given twice"
        order = odoo.call("purchase.order", "create", {"partner_id": made[0]})
        first = odoo.call("purchase.order", "read", [order], ["name"])[0]["name"]
        process.send_signal(signal.SIGKILL)
    with run(state) as (odoo, _process):
        order = odoo.call("purchase.order", "create", {"partner_id": made[0]})
        assert odoo.call("purchase.order", "read", [order], ["name"])[0]["name"] > first, "a number was given twice"


def test_a_line_that_a_crash_cut_short_counts_as_never_committed(tmp_path: Path) -> None:
    state = tmp_path / "odoo.state"
    odoo = StandIn(state=state).start()
    whole = odoo.call("res.partner", "create", {"name": "Whole"})
    cut = odoo.call("res.partner", "create", {"name": "Cut"})
    file = journal.current(state)
    os.truncate(file, file.stat().st_size - 5)
    with StandIn(world=load(state)) as second:
        assert names(second, [whole, cut]) == ["Whole"]
    odoo.stop()


def test_a_long_journal_is_saved_anew_while_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_BYTES", 20_000)
    state = tmp_path / "odoo.state"
    odoo = StandIn(state=state).start()
    ids = [odoo.call("res.partner", "create", {"name": f"Partner {number}"}) for number in range(200)]
    assert journal.current(state).stat().st_size < 100_000, "the journal grows for ever"
    with StandIn(world=load(state)) as second:
        assert len(names(second, ids)) == 200
    odoo.stop()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["odoo.state"]


def test_nothing_of_a_commit_counts_that_could_not_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "odoo.state"
    odoo = StandIn(state=state).start()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            odoo.call("res.partner", "create", {"name": "Lost"})
    kept = odoo.call("res.partner", "create", {"name": "Kept"})
    assert odoo.call("res.partner", "search_count", [["name", "=", "Lost"]]) == 0
    with StandIn(world=load(state)) as second:
        assert second.call("res.partner", "search", [["name", "in", ["Lost", "Kept"]]]) == [kept]
    odoo.stop()
