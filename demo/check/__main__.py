"""``python -m demo.check --seed N``: one drive through the loop; the last line printed is the JSON verdict."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from pathlib import Path

from demo.check.legs import Loop
from demo.world.rpc import JsonRpc


def people(path: str) -> dict[str, dict[str, str]]:
    """The demo's sign-ins by role."""
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return {row["role"]: row for row in rows}


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo.check", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    verdict: dict[str, object] = {"check": "purchase", "seed": wanted.seed}
    loop = None
    try:
        odoo = JsonRpc(*(os.environ[f"TOWER_ODOO_{name}"] for name in ("URL", "DB", "LOGIN", "KEY")), timeout=120)
        loop = Loop(os.environ["TOWER_WEB"].rstrip("/"), people(os.environ["TOWER_SIGN_INS"]), odoo, wanted.seed)
        loop.drive()
        verdict |= {"ok": True}
    except Exception as error:
        traceback.print_exc()
        verdict |= {"ok": False, "leg": loop.leg if loop else "connect", "error": f"{error}"}
    if loop is not None:
        verdict |= {"legs": loop.legs, **loop.facts}
    print(json.dumps(verdict))
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
