"""What a demo says when one of its processes ends by itself."""

import io
import sys

import pytest

from controltower.launcher import stage
from controltower.launcher.errors import ChildEndedError
from controltower.launcher.stage import Stage

FAILS = [sys.executable, "-c", "print('Traceback of many lines'); raise SystemExit(3)"]


@pytest.fixture
def stopped(tmp_path):
    """What is said after a process called worker ended with exit code 3."""

    def said() -> str:
        with Stage(tmp_path / "logs", to=io.StringIO()) as one:
            one.start("worker", FAILS, env={})
            with pytest.raises(ChildEndedError) as caught:
                one.until(lambda: False, what="nothing", patience=30)
        return str(caught.value)

    return said


def test_the_end_of_a_process_is_shown_with_its_last_words(stopped):
    said = stopped()
    assert said.startswith("worker ended by itself (exit code 3)")
    assert "Traceback of many lines" in said


def test_a_full_disk_is_named_instead_of_a_traceback(stopped, monkeypatch):
    monkeypatch.setattr(stage, "LEAST_FREE", sys.maxsize)
    said = stopped()
    assert said.startswith("the disk is full (")
    assert "make room and start again" in said
    assert "\n" not in said
