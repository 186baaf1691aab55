"""How entries are chained: the canonical form of an entry, and the hash that links it to the one before.

Written so that an outsider can repeat it: SHA-256 over the previous hash (32 bytes, zeros before the first entry)
followed by the entry as JSON with sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import json
from datetime import UTC
from hashlib import sha256
from typing import Any

from apps.audit.models import Entry

GENESIS = bytes(32)


def canonical(entry: Entry) -> dict[str, Any]:
    """Everything that an entry says, its position included; times in UTC with microseconds."""
    return {
        "position": entry.position,
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "verb": entry.verb,
        "object_type": entry.object_type,
        "object_key": entry.object_key,
        "company": entry.company,
        "plant": entry.plant,
        "group": str(entry.group) if entry.group else None,
        "details": entry.details,
    }


def link(previous: bytes, entry: Entry) -> bytes:
    """The hash of an entry that follows the one with hash ``previous``."""
    text = json.dumps(canonical(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(previous + text.encode()).digest()
