"""How a process of the project is started: its environment and its command line."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from controltower.launcher.places import CHECKOUT, PYTHON, scratch_base
from controltower.launcher.servers import Servers

REPLACED = {"DATABASE_URL_FILE", "REDIS_URL_FILE", "TOWER_ODOO_KEY"}
"""Not passed on: what we answer ourselves, and a secret that only the setting up needs."""
KEYS = ("SECRET_KEY", "FIELD_KEY")


def environment(servers: Servers, state: Path, *, ours: bool = True) -> dict[str, str]:
    """What settings.py reads. Keys given in the environment win over those kept in the state folder.

    ``ours``: the installation is one of ours. Someone else's gets no keys of our making: encrypting with a key that
    only this folder knows would lock its data away, so settings.py is left to ask for what is missing.
    """
    env = {name: value for name, value in os.environ.items() if name not in REPLACED}
    env.update(
        DJANGO_SETTINGS_MODULE="controltower.settings",
        DATABASE_URL=servers.database_url,
        REDIS_URL=servers.redis_url,
        TOWER_STATE=str(state),
        PYTHONUNBUFFERED="1",
        PYTHONPATH=os.pathsep.join([str(CHECKOUT), *filter(None, [env.get("PYTHONPATH")])]),
    )
    if ours:
        static = state / "static"
        static.mkdir(parents=True, exist_ok=True)
        env.setdefault("STATIC_ROOT", str(static))
        env.setdefault("DEBUG", "0")
    for name in KEYS:
        file = state / name.lower().replace("_", "-")
        if not env.get(f"{name}_FILE") and (ours or file.exists()):
            env.setdefault(name, kept_secret(file))
    if scratch_base() != CHECKOUT:
        env.update(PYTHONPYCACHEPREFIX=str(scratch_base() / "pycache"))
    return env


def kept_secret(file: Path) -> str:
    """A random text made once and kept in a file that only its owner may read."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(50) + "\n")
    return file.read_text().strip()


def module(name: str, *arguments: str) -> list[str]:
    return [PYTHON, "-m", name, *arguments]


def manage(arguments: Iterable[str]) -> list[str]:
    return [PYTHON, str(CHECKOUT / "manage.py"), *arguments]
