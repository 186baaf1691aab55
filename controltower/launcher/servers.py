"""PostgreSQL and Valkey for a command: those of the environment, else embedded ones for as long as it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

from controltower.embedded import ports
from controltower.embedded.child import Child
from controltower.embedded.postgres import Postgres
from controltower.embedded.valkey import Valkey
from controltower.launcher.errors import UnreachableError


@dataclass(frozen=True)
class Servers:
    """Their addresses (with passwords: not for logs), and the processes that we started for them."""

    database_url: str
    redis_url: str
    children: tuple[Child, ...] = ()


def given(name: str, default_port: int) -> str | None:
    """The address in the environment (or in the file it points at); raises UnreachableError when nothing answers."""
    file = os.environ.get(f"{name}_FILE")
    try:
        url = Path(file).read_text().strip() if file else os.environ.get(name)
    except OSError as error:
        raise UnreachableError(f"{name}_FILE cannot be read: {error.strerror}") from None
    if not url:
        return None
    try:
        parts = urlparse(url)
        host, port = parts.hostname or "localhost", parts.port or default_port
    except ValueError as error:
        raise UnreachableError(f"{name} is no address: {error}") from None
    if not ports.answers(port, host, timeout=10.0):
        raise UnreachableError(f"nothing answers at {host}:{port}, where {name} points: start it, or unset {name}")
    return url


@contextmanager
def servers(folder: Path, *, durable: bool = True, kept: bool = True) -> Iterator[Servers]:
    """Start what the environment does not give; stop Valkey first, PostgreSQL last.

    Not ``durable``: fast, and lost in a crash. Not ``kept``: the data goes when the command ends.
    """
    with ExitStack() as stack:
        children = []
        database_url = given("DATABASE_URL", 5432)
        redis_url = given("REDIS_URL", 6379)
        if database_url is None:
            postgres = Postgres(folder / "postgres", durable=durable)
            stack.callback(postgres.stop if kept else postgres.destroy)
            postgres.start()
            database_url = postgres.url
            children.append(postgres.child)
        if redis_url is None:
            valkey = Valkey(folder / "valkey", durable=durable)
            stack.callback(valkey.stop)
            valkey.start()
            redis_url = valkey.url
            children.append(valkey.child)
        yield Servers(database_url, redis_url, tuple(child for child in children if child is not None))
