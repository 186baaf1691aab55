"""How entries are chained: the canonical form of an entry, and the hash that links it to the one before.

Written so that an outsider can repeat it: SHA-256 over the previous hash (32 bytes, zeros before the first entry)
followed by the entry as JSON with sorted keys, no spaces, UTF-8.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db.models import CharField, Func, QuerySet
from django.db.models.functions import Cast

from apps.audit.models import Entry

GENESIS = bytes(32)


def canonical(entry: Entry) -> dict[str, Any]:
    """Everything that an entry says, its position included; times in UTC with microseconds."""
    return {
        "position": entry.position,
        "id": entry.pk,
        "at": entry.__dict__.get("at_text") or _written(entry.at),
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
    return sha256(previous + text.encode("utf-8", "backslashreplace")).digest()


def readable(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries whose time comes as text, so that even a moment that Python cannot hold is read and judged."""
    moment = Func("at", function="timezone", template="timezone('UTC', %(expressions)s)")
    form = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    text = Func(moment, template=f"coalesce(to_char(%(expressions)s, '{form}'), 'infinity')", output_field=CharField())
    return entries.defer("at").annotate(at_text=Cast(text, CharField()))


def _written(at: datetime) -> str:
    moment = at.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"
