"""Each pytest-xdist worker with Valkey databases of its own: loaded by name, before Django reads its settings.

pytest-django gives every worker a database; sockets, queue and cache would still meet in one Valkey.
"""

import os
from urllib.parse import urlsplit, urlunsplit

import pytest

PER_TOWER = 3
"""Broker, channels, cache: what ``REDIS_URL`` stands for (``controltower.environment.redis``)."""
DATABASES = 16
"""What a Valkey or Redis has unless it is told otherwise."""


def shifted(url: str, worker: int) -> str:
    """The address of a worker's first database. Raises UsageError when the server has none left for it."""
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0) + PER_TOWER * worker
    if first + PER_TOWER > DATABASES:
        raise pytest.UsageError(f"Valkey has room for {DATABASES // PER_TOWER} workers: run pytest with fewer, -n 2.")
    return urlunsplit(parts._replace(path=f"/{first}"))


if (name := os.environ.get("PYTEST_XDIST_WORKER")) and (known := os.environ.get("REDIS_URL")):
    os.environ["REDIS_URL"] = shifted(known, int(name.removeprefix("gw")))
