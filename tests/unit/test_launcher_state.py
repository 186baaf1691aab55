"""State folders, ports and secrets: what keeps two demos on one machine apart."""

import os
import stat
import subprocess
import sys

import pytest

from controltower.launcher import origin, project, state, web
from controltower.launcher.errors import LauncherError, PortError, StateBusyError
from controltower.launcher.options import Odoo, Options
from controltower.launcher.places import CHECKOUT
from controltower.launcher.state import State

HOLD = """
import sys
from pathlib import Path
from controltower.launcher.state import State
assert State(Path(sys.argv[1])).take(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.delenv("TOWER_STATE", raising=False)
    monkeypatch.setattr(state, "state_base", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def held_by_a_demo(base):
    with holder(base / "demo", "demo") as process:
        yield process


def holder(folder, purpose):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), purpose],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_demo_takes_the_next_folder(base, held_by_a_demo):
    taken = state.take_free("demo")
    assert taken.folder == base / "demo-2"
    held_by_a_demo.stdin.close()
    held_by_a_demo.wait()
    assert state.take_free("demo").folder == base / "demo"


def test_a_folder_that_was_named_is_not_replaced_by_another(base, held_by_a_demo, monkeypatch):
    monkeypatch.setenv("TOWER_STATE", str(base / "demo"))
    with pytest.raises(StateBusyError, match="used by another"):
        state.take_free("demo")


def test_a_killed_demo_frees_its_folder_once_its_guard_has_ended(base, held_by_a_demo):
    held_by_a_demo.kill()
    held_by_a_demo.wait()
    assert state.take_free("demo").folder == base / "demo"


def test_a_short_command_is_waited_for(base):
    with holder(base / "demo", "manage") as process:
        process.stdin.close()
        assert state.take_free("demo").folder == base / "demo"


def test_a_running_demo_tells_its_addresses_and_a_dead_one_does_not(base, held_by_a_demo):
    folder = State(base / "demo")
    folder.announce({"pid": held_by_a_demo.pid, "database_url": "postgres://x", "redis_url": "redis://x"})
    assert folder.running()["database_url"] == "postgres://x"
    assert stat.S_IMODE((folder / "instance.json").stat().st_mode) == 0o600
    held_by_a_demo.kill()
    held_by_a_demo.wait()
    assert folder.running() is None


def test_starting_over_leaves_nothing_but_the_lock(tmp_path):
    folder = State(tmp_path)
    assert folder.take("demo")
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "secret-key").write_text("x")
    folder.reset()
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first = project.kept_secret(tmp_path / "secret-key")
    assert len(first) >= 50
    assert project.kept_secret(tmp_path / "secret-key") == first
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_port_that_was_named_must_be_free():
    with web.claim_any() as taken, pytest.raises(PortError, match="name another --port"):
        web.claim(taken.getsockname()[1])


def test_without_a_named_port_the_next_free_one_is_taken():
    with web.claim(None) as first, web.claim(None) as second:
        assert second.getsockname()[1] > first.getsockname()[1] >= web.FIRST_PORT


@pytest.mark.parametrize("name", ["TOWER_ODOO_KEY", "DATABASE_URL_FILE"])
def test_what_children_need_not_know_is_not_handed_on(tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, "x")
    env = project.environment(state_servers(), tmp_path)
    assert name not in env
    assert env["DATABASE_URL"] == "postgres://given"
    assert os.path.isdir(env["STATIC_ROOT"])


def state_servers():
    from controltower.launcher.servers import Servers

    return Servers("postgres://given", "redis://given")


def wanted(odoo=None, seed=None, reset=False):
    return Options(port=None, reset=reset, seed=seed, live=True, check=False, kind="all", odoo=odoo)


def real(db="group"):
    return Odoo("https://odoo.example.com", db, "tower-bot", "a key")


def test_every_odoo_has_a_folder_of_its_own(base):
    for number, asked in enumerate([wanted(), wanted(real()), wanted(real("other")), wanted(seed=7)]):
        taken = origin.folder_for(asked)
        assert taken.folder.name == ("demo" if number == 0 else f"demo-{number + 1}")
        origin.keep(taken, asked, origin.of(asked, taken))
    os.environ.pop("TOWER_STATE", None)
    assert [origin.suits(State(base / name), wanted(real())) for name in ("demo", "demo-2", "demo-3")] == [
        False, True, False,
    ]  # fmt: skip


def test_a_start_that_never_reached_its_odoo_leaves_the_folder_to_any_other(base):
    mistyped = origin.folder_for(wanted(real("mistyped")))
    assert origin.suits(mistyped, wanted(real()))
    assert origin.suits(mistyped, wanted())


def test_data_in_a_named_folder_is_not_taken_for_another_odoos(base, monkeypatch):
    monkeypatch.setenv("TOWER_STATE", str(base / "mine"))
    taken = origin.folder_for(wanted())
    origin.keep(taken, wanted(), 3)
    assert origin.of(wanted(), taken) == 3
    with pytest.raises(LauncherError, match="came from the stand-in with seed 3: add --reset"):
        origin.of(wanted(real()), taken)
    with pytest.raises(LauncherError, match="seed 3"):
        origin.of(wanted(seed=4), taken)


def test_commands_use_the_data_of_the_demo_used_last(base):
    for name in ("demo", "demo-2"):
        (base / name).mkdir()
        (base / name / "lock").write_text("")
    os.utime(base / "demo" / "lock", (1, 1))
    assert state.last_used().folder == base / "demo-2"
