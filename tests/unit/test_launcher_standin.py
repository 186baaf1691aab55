"""The demo's stand-in Odoo: a world that the tower knows is never silently replaced by a new one."""

from pathlib import Path

import pytest

from controltower.launcher import standin
from controltower.launcher.errors import LauncherError
from controltower.launcher.stage import Stage
from controltower.launcher.state import State


def test_a_world_that_is_gone_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / standin.SIGN_INS).write_text("[]")
    with pytest.raises(LauncherError, match=r"odoo.state.*is missing.*put it back, or add --reset"):
        standin.start(Stage(tmp_path / "logs"), State(tmp_path), {}, seed=1)
    assert not (tmp_path / "odoo-port").exists(), "nothing is begun"
