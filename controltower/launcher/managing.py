"""``./tower manage``: Django's commands, on the running demo's servers or on servers of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from controltower.launcher import foreground, project
from controltower.launcher.servers import Servers, given, servers
from controltower.launcher.state import State, folders, last_used


def manage(arguments: Sequence[str]) -> int:
    """Addresses given in the environment win; else the demo that runs; else the data of the demo used last."""
    database_url, redis_url = given("DATABASE_URL", 5432), given("REDIS_URL", 6379)
    if database_url and redis_url:
        return _run(arguments, Servers(database_url, redis_url), folders()[0], ours=False)
    for folder in folders():
        if running := State(folder).running():
            found = Servers(database_url or running["database_url"], redis_url or running["redis_url"])
            return _run(arguments, found, folder, ours=not database_url)
    state = last_used()
    with servers(state.folder) as found:
        return _run(arguments, found, state.folder, ours=not database_url)


def _run(arguments: Sequence[str], found: Servers, state: Path, *, ours: bool) -> int:
    env = project.environment(found, state, ours=ours)
    return foreground.run(project.manage(arguments), env=env, cwd=Path.cwd())
