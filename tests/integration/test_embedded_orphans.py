"""However a program ends, the servers it started end with it, and so does what it kept in temporary folders."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from controltower.launcher.places import CHECKOUT

PROGRAM = """
import sys, time
from pathlib import Path
from controltower.embedded.guard import guard
from controltower.embedded.postgres import Postgres
from controltower.embedded.valkey import Valkey
folder = Path(sys.argv[1])
guard().remove(folder)
Postgres(folder / "postgres", durable=False).start()
Valkey(folder / "valkey").start()
print("up", flush=True)
time.sleep(600)
"""


def processes_in(folder: Path) -> list[str]:
    """Command lines of living processes that work in the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(") ")[2][0]
            if state != "Z" and os.readlink(entry / "cwd").startswith(str(folder)):
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def gone(folder: Path, *, seconds: float = 30.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not folder.exists() and not processes_in(folder):
            return True
        time.sleep(0.05)
    return False


def program(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_servers_of_a_killed_program_end_and_its_folder_goes(tmp_path, number):
    folder = tmp_path / "servers"
    folder.mkdir()
    with program(folder) as running:
        assert running.stdout.readline() == "up\n"
        assert len(processes_in(folder)) >= 2
        running.send_signal(number)
    assert gone(folder), processes_in(folder)


@pytest.mark.parametrize("delay", [0.1, 0.25, 0.4, 0.6, 0.9])
def test_a_program_killed_while_it_starts_its_servers_leaves_none(tmp_path, delay):
    folder = tmp_path / "servers"
    folder.mkdir()
    with program(folder) as running:
        time.sleep(delay)
        running.kill()
    until = time.monotonic() + 30
    while processes_in(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert not processes_in(folder)


def test_a_caller_waiting_for_our_output_is_not_held_by_the_servers(tmp_path):
    """A server that inherited the pipe would keep it open after the program died."""
    with program(tmp_path / "servers") as running:
        assert running.stdout.readline() == "up\n"
        running.kill()
        began = time.monotonic()
        assert running.stdout.read() == ""
        assert time.monotonic() - began < 5
