"""Keeping a world between two runs: all committed rows in one JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.odoo.database import Database
from demo.odoo.store import Version

FORMAT = 1


class StateError(Exception):
    """A state file that cannot be used; the text says what to do."""


def save(world: Database, path: Path) -> None:
    """Write the world beside the file and move it into place, so that a crash leaves the old one."""
    transaction = world.store.begin(readonly=True)
    try:
        tables = {
            model: {"last_id": table.last_id, "rows": dict(transaction.scan(model))}
            for model, table in world.store.tables.items()
        }
    finally:
        transaction.rollback()
    content = {
        "format": FORMAT,
        "database": world.name,
        "tables": tables,
        "counters": world.store.counters,
        "keys": {str(uid): sorted(keys) for uid, keys in world.keys.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f"{path.suffix}.part")
    draft.write_text(json.dumps(content, separators=(",", ":")))
    draft.chmod(0o600)
    os.replace(draft, path)


def load(path: Path, now: Callable[[], datetime] | None = None) -> Database:
    """A world as it was saved. Raises StateError for a file that is damaged or of another version."""
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise StateError(f"{path} cannot be read ({error}); delete it to start afresh") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise StateError(f"{path} was written by another version; delete it to start afresh")
    world = Database(content["database"], now, install=False)
    for model, found in content["tables"].items():
        if model in world.registry:
            _fill(world, model, found)
    world.store.position = 1
    world.store.counters = {int(key): value for key, value in content["counters"].items()}
    world.keys = {int(uid): set(keys) for uid, keys in content["keys"].items()}
    for row in (version.values for version in world.store.tables["ir.model.data"].rows.values()):
        if row and not row.get("noupdate"):
            world.name_external(f"{row['module']}.{row['name']}", row["model"], row["res_id"])
    return world


def _fill(world: Database, model: str, found: dict[str, Any]) -> None:
    fields, table = world.registry[model]._fields, world.store.tables[model]
    many = {name for name, one in fields.items() if one.type == "many2many"}
    table.last_id = found["last_id"]
    for key, row in found["rows"].items():
        for name in many & row.keys():
            row[name] = tuple(row[name])
        table.push(int(key), Version(row, 1, row.get("write_date", "")))


def load_or_install(database: str, now: Callable[[], datetime] | None, path: Path | None) -> Database:
    """The saved world where there is one, else a fresh one."""
    if path is not None and path.exists():
        return load(path, now)
    return Database(database, now)
