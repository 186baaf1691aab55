"""Keeping a world between two runs: all committed rows in one JSON file, and what came after it in a journal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.odoo import journal
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
        "position": transaction.snapshot,
        "database": world.name,
        "tables": tables,
        "counters": world.store.counters,
        "keys": {str(uid): sorted(keys) for uid, keys in world.keys.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f"{path.suffix}.part")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    journal.keep_names(path.parent)


def keep(world: Database, path: Path) -> None:
    """Save a world now, and from now on every commit before it is answered."""
    with world.store.changed:
        save(world, path)
        for left in (journal.former(path), journal.current(path)):
            left.unlink(missing_ok=True)
        world.store.journal = journal.Journal(world, path, lambda: save_anew(world, path))


def save_anew(world: Database, path: Path) -> None:
    """Save a world whose journal has become long, while it goes on; where there is no room, it becomes longer."""
    known = world.store.journal
    assert known is not None
    with known.saving, suppress(OSError):
        with world.store.changed:
            if world.store.ended:
                return
            known.turn()
        save(world, path)
        known.saved()


def end(world: Database, path: Path) -> None:
    """Take no more commits, and save."""
    world.store.end()
    known = world.store.journal
    with known.saving if known is not None else nullcontext():
        save(world, path)
        if known is not None:
            known.end()


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
    world.store.position = content.get("position", 1)
    world.store.counters = {int(key): value for key, value in content["counters"].items()}
    for line in journal.read_lines(path, world.store.position):
        _replay(world, line)
    world.keys = {int(uid): set(keys) for uid, keys in content["keys"].items()}
    for row in (version.values for version in world.store.tables["ir.model.data"].rows.values()):
        if row and not row.get("noupdate"):
            world.name_external(f"{row['module']}.{row['name']}", row["model"], row["res_id"])
    return world


def _fill(world: Database, model: str, found: dict[str, Any]) -> None:
    table, many = world.store.tables[model], _many(world, model)
    table.last_id = found["last_id"]
    for key, row in found["rows"].items():
        for name in many & row.keys():
            row[name] = tuple(row[name])
        table.push(int(key), Version(row, 1, row.get("write_date", "")))


def _replay(world: Database, line: dict[str, Any]) -> None:
    """One commit of the journal, as it was made."""
    position = line["position"]
    for model, rows in line["rows"].items():
        if model not in world.registry:
            continue
        table, many = world.store.tables[model], _many(world, model)
        table.last_id = max(table.last_id, line["last_ids"][model])
        for key, row in rows.items():
            for name in many & (row or {}).keys():
                row[name] = tuple(row[name])
            if row is not None or int(key) in table.rows:
                table.push(int(key), Version(row, position, line["stamp"]))
                table.trim(int(key), position)
    world.store.counters |= {int(key): value for key, value in line["counters"].items()}
    world.store.position = position


def _many(world: Database, model: str) -> set[str]:
    return {name for name, one in world.registry[model]._fields.items() if one.type == "many2many"}


def load_or_install(database: str, now: Callable[[], datetime] | None, path: Path | None) -> Database:
    """The saved world where there is one, else a fresh one."""
    if path is not None and path.exists():
        return load(path, now)
    return Database(database, now)
