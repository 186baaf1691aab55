"""Checks the audit chain from its export alone, as an outsider with the published rule would.

SHA-256 over the previous hash (32 zero bytes at first) followed by the entry as JSON: sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import json
import time
from hashlib import sha256
from typing import Any

from demo.check.pages import Person

HASHED = (
    "position", "id", "at", "actor", "actor_name", "verb", "object_type", "object_key", "company", "plant", "group",
    "details",
)  # fmt: skip
EXPECTED = {"request.proposed", "request.approved", "request.verified"}
SECONDS = 20.0


class ChainError(Exception):
    """The chain does not hold, or does not tell what happened; the message says where."""


def verify(auditor: Person, request: str, *, approved: bool = True) -> int:
    """Every sealed entry follows from the one before, densely, and the request's own entries are among them.

    ``approved`` says that somebody had to agree. Waits until they are sealed. Returns how many entries were checked.
    Raises ChainError.
    """
    expected = EXPECTED if approved else EXPECTED - {"request.approved"}
    deadline = time.monotonic() + SECONDS
    while True:
        sealed = [row for row in exported(auditor) if row["position"] is not None]
        told = {row["verb"] for row in sealed if row["object_key"] == request}
        if told >= expected or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    if not told >= expected:
        raise ChainError(f"the trail tells of the request only: {', '.join(sorted(told)) or 'nothing'}")
    hold(sealed)
    return len(sealed)


def exported(auditor: Person) -> list[dict[str, Any]]:
    page = auditor.get("/audit/export.json")
    if page.status != 200:
        raise ChainError(f"the auditor cannot take the trail as a file: {page.status}")
    rows: list[dict[str, Any]] = json.loads(page.html)
    return rows


def hold(sealed: list[dict[str, Any]]) -> None:
    """Raises ChainError at the first entry that does not follow."""
    previous = bytes(32)
    for position, row in enumerate(sorted(sealed, key=lambda one: one["position"]), start=1):
        if row["position"] != position:
            raise ChainError(f"entry {position} is missing, {row['position']} follows")
        text = json.dumps(
            {name: row[name] for name in HASHED}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        ours = sha256(previous + text.encode("utf-8", "backslashreplace")).digest()
        if row["previous_hash"] != previous.hex() or row["hash"] != ours.hex():
            raise ChainError(f"entry {position} ({row['verb']}) does not follow from the one before")
        previous = ours
