"""``./tower manage``: Django's commands, on the running demo's servers or on servers of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from controltower.launcher import foreground, project
from controltower.launcher.servers import Servers, given, servers
from controltower.launcher.state import State, folders, take_free


def manage(arguments: Sequence[str]) -> int:
    """An address given in the environment wins; else the demo that runs; else its data, served meanwhile."""
    for folder in folders():
        state = State(folder)
        if running := state.running():
            found = Servers(
                given("DATABASE_URL", 5432) or running["database_url"], given("REDIS_URL", 6379) or running["redis_url"]
            )
            return _run(arguments, found, state)
    state = take_free("manage")
    with servers(state.folder) as found:
        return _run(arguments, found, state)


def _run(arguments: Sequence[str], found: Servers, state: State) -> int:
    env = project.environment(found, state.folder, debug=True)
    return foreground.run(project.manage(arguments), env=env, cwd=Path.cwd())
