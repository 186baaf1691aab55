"""``./tower manage`` where the database is not what it should be: one sentence that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.servers import ROOT


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a database without tables."""
    name, url = f"empty_{uuid.uuid4().hex}", os.environ["DATABASE_URL"]
    server = psycopg2.connect(url)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


def manage(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": "of-one-test"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ["verify_audit"],
        ["create_administrator", "somebody"],
        ["sync_odoo"],
    ],
)
def test_a_database_without_tables_is_told_in_one_sentence(empty: str, command: list[str]) -> None:
    done = manage(empty, *command)
    assert done.returncode == 1
    assert "has no tables of this release yet. Make them with “./tower manage migrate”" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_a_database_that_is_away_is_told_in_one_sentence() -> None:
    done = manage("postgres://nobody@127.0.0.1:9/none", "verify_audit")
    assert done.returncode == 1
    assert done.stderr.startswith("The database none cannot be reached:")
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_the_traceback_is_there_for_whoever_asks(empty: str) -> None:
    assert "Traceback" in manage(empty, "verify_audit", "--traceback").stderr
