"""Which known connections a new database may be, as it is kept and shown on the way to connecting it."""

from __future__ import annotations

from typing import Any

from odoo_sync.connections import typed_address
from odoo_sync.likeness import Likeness, likenesses_of


def likenesses(*, url: str, database: str, login: str, secret: str) -> list[dict[str, Any]]:
    """Everything that looks like it but the connection that has this address already. Raises OdooError."""
    address = typed_address(url=url, database=database, login=login, secret=secret)
    return [_as_kept(one) for one in likenesses_of(address)]


def _as_kept(one: Likeness) -> dict[str, Any]:
    known = one.connection
    return {
        "number": known.pk, "name": known.name, "url": known.url, "database": known.database,
        "is_retired": known.retired_at is not None, "companies": list(known.capabilities.get("companies", {}).items()),
        "favouring": one.favouring, "against": one.against, "contradicting": one.contradicting,
    }  # fmt: skip
