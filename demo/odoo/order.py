"""Sorting records the way PostgreSQL sorts them for Odoo."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from demo.odoo.errors import FieldValueError, UserError

WORD = re.compile(r"^\s*([a-z0-9_.:]+)(\s+desc|\s+asc)?(\s+nulls\s+(first|last))?\s*$", re.IGNORECASE)


@lru_cache(maxsize=512)
def parse(order: str) -> tuple[tuple[str, bool, bool], ...]:
    """``"a desc, b"`` as (field, descending, nulls first). Raises UserError on anything else."""
    parsed = []
    for part in order.split(","):
        match = WORD.match(part)
        if not match:
            raise UserError(
                f'Invalid "order" specified ({order}). A valid "order" specification is a comma-separated list of '
                "valid field names (optionally followed by asc/desc for the direction)"
            )
        descending = (match[2] or "").strip().lower() == "desc"
        first = match[4].lower() == "first" if match[4] else descending
        parsed.append((match[1].partition(".")[0], descending, first))
    return tuple(parsed)


def in_order(records: Any, ids: list[int], order: str) -> list[int]:
    """Ids sorted by an order clause; many2one fields sort by the order of their own model."""
    steps = parse(order or records._order)
    for name, _descending, _first in steps:
        if name not in records._fields:
            raise FieldValueError(f"Invalid field '{name}' on model '{records._name}'")
    if len(ids) < 2:
        return ids
    for name, descending, first in reversed(steps):
        if name == "id":
            ids.sort(reverse=descending)
            continue
        keys = sort_keys(records, ids, name)
        none = [one for one in ids if keys[one] is None]
        some = sorted((one for one in ids if keys[one] is not None), key=keys.__getitem__, reverse=descending)
        ids = none + some if first else some + none
    return ids


def sort_keys(records: Any, ids: list[int], name: str) -> dict[int, Any]:
    """A comparable key for each id; None sorts as null."""
    one = records._fields[name]
    raw = dict(zip(ids, records._raw_column(one, ids), strict=True))
    if one.type == "many2one" and one.relation in records._registry:
        there = records.env.sudo()[one.relation]
        ranked = in_order(there, sorted({value for value in raw.values() if value}), there._order)
        rank = {value: position for position, value in enumerate(ranked)}
        return {row_id: rank[value] if value else None for row_id, value in raw.items()}
    if one.type == "boolean":
        return {row_id: bool(value) for row_id, value in raw.items()}
    return raw
