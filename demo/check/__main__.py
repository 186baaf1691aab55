"""``python -m demo.check --kind all --seed N``: drives through the loop; the last line printed is the JSON verdict."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.check.drive import Drive
from demo.check.kinds import known, load
from demo.world.rpc import JsonRpc

ALL = "all"
Verdict = dict[str, Any]


def people(path: str) -> dict[str, dict[str, str]]:
    """The demo's sign-ins by role."""
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return {row["role"]: row for row in rows}


def judge(kind: str, seed: int, environment: Mapping[str, str]) -> Verdict:
    """One drive; what came of it."""
    drive: Drive | None = None
    verdict: Verdict = {"check": kind, "seed": seed}
    try:
        odoo = JsonRpc(*(environment[f"TOWER_ODOO_{name}"] for name in ("URL", "DB", "LOGIN", "KEY")), timeout=120)
        who = people(environment["TOWER_SIGN_INS"])
        drive = load(kind)(environment["TOWER_WEB"].rstrip("/"), who, odoo, seed)
        drive.drive()
        verdict |= {"ok": True}
    except Exception as error:
        traceback.print_exc()
        verdict |= {"ok": False, "leg": drive.leg if drive else "connect", "error": f"{error}"}
    return verdict | ({"legs": drive.legs, **drive.facts} if drive else {})


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo.check", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=[*known(), ALL], default=ALL)
    wanted = parser.parse_args()
    kinds = known() if wanted.kind == ALL else [wanted.kind]
    verdicts = [judge(kind, wanted.seed, os.environ) for kind in kinds]
    ok = all(verdict["ok"] for verdict in verdicts)
    whole = verdicts[0] if len(verdicts) == 1 else {"check": ALL, "seed": wanted.seed, "ok": ok, "kinds": verdicts}
    print(json.dumps(whole))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
