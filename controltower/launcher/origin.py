"""Where the data of a state folder came from: data of one Odoo is never shown as that of another."""

from __future__ import annotations

import json
import os
from typing import TypedDict

from controltower.launcher.errors import LauncherError
from controltower.launcher.options import Options
from controltower.launcher.places import shortened
from controltower.launcher.state import State, take_free

DEFAULT_SEED = 1
STAND_IN = "the stand-in"


class Origin(TypedDict):
    """An Odoo by address and database, or the stand-in with the seed of its world."""

    odoo: str
    seed: int


def folder_for(wanted: Options) -> State:
    """A free state folder with data of the wanted Odoo, or with none yet; raises StateBusyError.

    Starting over takes whatever folder comes first where no data of this Odoo is. A folder named in TOWER_STATE is
    taken as it is.
    """
    if os.environ.get("TOWER_STATE"):
        return take_free("demo")
    return take_free("demo", suits=lambda state: suits(state, wanted), otherwise=wanted.reset)


def suits(state: State, wanted: Options) -> bool:
    known = _known(state)
    if known is None:
        return True
    return known["odoo"] == _name(wanted) and (bool(wanted.odoo) or wanted.seed in (None, known["seed"]))


def of(wanted: Options, state: State) -> int:
    """The seed of this folder's world; raises LauncherError when its data came from another Odoo or seed."""
    known = _known(state)
    if known is not None and not suits(state, wanted):
        seed = f" with seed {known['seed']}" if known["odoo"] == STAND_IN else ""
        raise LauncherError(
            f"the data in {shortened(state.folder)} came from {known['odoo']}{seed}: "
            "add --reset to start over, or name another folder in TOWER_STATE"
        )
    if wanted.seed is not None:
        return wanted.seed
    return known["seed"] if known is not None else DEFAULT_SEED


def keep(state: State, wanted: Options, seed: int) -> None:
    """From now on this folder belongs to this Odoo."""
    (state / "origin.json").write_text(json.dumps(Origin(odoo=_name(wanted), seed=seed)))


def _known(state: State) -> Origin | None:
    file = state / "origin.json"
    if not file.exists():
        return None
    found: Origin = json.loads(file.read_text())
    return found


def _name(wanted: Options) -> str:
    return f"{wanted.odoo.url} {wanted.odoo.db}" if wanted.odoo else STAND_IN
