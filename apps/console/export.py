"""Audit entries as files that an outsider can check: with position and both hashes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from apps.audit.chain import canonical
from apps.audit.models import Entry
from apps.audit.phrases import phrases

COLUMNS = (
    "position", "id", "at", "actor", "actor_name", "verb", "sentence", "object_type", "object_key", "company", "plant",
    "group", "details", "previous_hash", "hash",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """Gives each written line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def as_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """One line an entry. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        row = {**_row(entry), "details": json.dumps(entry.details, sort_keys=True, ensure_ascii=False)}
        yield writer.writerow([_harmless(row[column]) for column in COLUMNS])


def as_json(entries: Iterable[Entry]) -> Iterator[str]:
    """A JSON array with one entry a line."""
    yield "[\n"
    for number, entry in enumerate(entries):
        yield (",\n" if number else "") + json.dumps(_row(entry), ensure_ascii=False)
    yield "\n]\n"


FORMS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


def _row(entry: Entry) -> dict[str, Any]:
    return {
        **canonical(entry),
        "sentence": phrases.read(entry),
        "previous_hash": bytes(entry.previous_hash).hex() if entry.previous_hash is not None else None,
        "hash": bytes(entry.hash).hex() if entry.hash is not None else None,
    }


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
