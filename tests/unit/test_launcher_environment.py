"""The script that makes the environment: when it is made again, where it lies, what it says when it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest

from controltower.launcher import environment
from controltower.launcher.places import CHECKOUT


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    (tmp_path / "requirements.lock").write_text("django==5.2.19 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    monkeypatch.setattr(environment, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.delenv("TOWER_PYTHON", raising=False)
    return tmp_path


def finished(folder: Path, *, version: str = environment.VERSION) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    environment.marker(folder).write_text(f"{environment.digest()} {version}\n")
    return folder


def test_a_finished_environment_is_used_as_it_is(checkout):
    finished(checkout / ".venv")
    assert environment.ready_python() == checkout / ".venv" / "bin" / "python"


def test_an_environment_without_a_marker_was_interrupted_and_does_not_fit(checkout):
    environment.marker(finished(checkout / ".venv")).unlink()
    assert not environment.fits(checkout / ".venv")


def test_another_lock_makes_the_environment_stale(checkout):
    finished(checkout / ".venv")
    (checkout / "requirements.lock").write_text("django==5.2.20\n")
    assert not environment.fits(checkout / ".venv")


def test_a_python_that_was_removed_makes_the_environment_stale(checkout):
    (finished(checkout / ".venv") / "bin" / "python").unlink()
    assert not environment.fits(checkout / ".venv")


def test_an_environment_of_another_python_is_kept_unless_one_is_asked_for(checkout, monkeypatch):
    folder = finished(checkout / ".venv", version="3.99")
    assert environment.fits(folder)
    monkeypatch.setenv("TOWER_PYTHON", sys.executable)
    assert not environment.fits(folder)


def test_a_checkout_of_someone_else_gets_its_environment_in_the_users_cache(checkout, monkeypatch, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr(environment, "is_ours", lambda folder: folder != checkout)
    place = environment.place()
    assert place.is_relative_to(cache / "control-tower")
    assert place.name == "venv"


def test_a_finished_environment_in_a_foreign_checkout_is_shared(checkout, monkeypatch):
    finished(checkout / ".venv")
    monkeypatch.setattr(environment, "is_ours", lambda folder: False)
    assert environment.place() == checkout / ".venv"


def test_of_two_makers_the_second_finds_the_work_done(checkout, monkeypatch):
    made = []

    def make(folder: Path, lock: int) -> None:
        made.append(folder)
        finished(folder)

    monkeypatch.setattr(environment, "make", make)
    environment.ready_python()
    environment.ready_python()
    assert made == [checkout / ".venv"]


def test_a_full_disk_is_said_before_anything_is_made(checkout, monkeypatch):
    monkeypatch.setattr(environment, "NEEDED_MB", 10**12)
    with pytest.raises(environment.EnvironmentMakingError, match="make room"):
        environment.ready_python()
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution", "check the network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "does not know"),
        ("ERROR: No matching distribution found for psycopg2-binary==2.9.13", "there is no psycopg2-binary==2.9.13"),
        ("something nobody foresaw", "something nobody foresaw"),
    ],
)
def test_each_way_an_installation_fails_has_its_own_line(tmp_path, words, answer):
    (tmp_path / "log").write_text(words)
    assert answer in environment.explained("installing the packages", tmp_path / "log")


@pytest.mark.parametrize("given", [["--odoo-key", "s3cret"], ["--odoo-key=s3cret"]])
def test_the_key_of_a_real_odoo_leaves_the_command_line(given, monkeypatch):
    monkeypatch.setenv("TOWER_ODOO_KEY", "")
    assert environment.without_key(["demo", *given, "--reset"]) == ["demo", "--reset"]
    assert environment.os.environ["TOWER_ODOO_KEY"] == "s3cret"


def test_arguments_of_other_commands_are_left_alone():
    assert environment.without_key(["test", "--odoo-key", "x"]) == ["test", "--odoo-key", "x"]
    assert environment.without_key([]) == []


def test_without_a_new_enough_python_one_line_says_what_to_do(tmp_path):
    for name in ("python3", "python"):
        old = tmp_path / name
        old.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.9.2' && exit 0\nexit 1\n")
        old.chmod(0o755)
    lonely = tmp_path / "checkout"
    lonely.mkdir()
    (lonely / "tower").write_bytes((CHECKOUT / "tower").read_bytes())
    for tool in ("dirname", "readlink", "sh"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    said = subprocess.run(
        ["/bin/sh", str(lonely / "tower"), "demo"],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr.startswith("tower: Python 3.11 or newer is needed (found: Python 3.9.2)")
    assert len(said.stderr.splitlines()) == 1
