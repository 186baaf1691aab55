"""Document numbers: prefix, padding and a counter, like ``ir.sequence``."""

from __future__ import annotations

from typing import Any


def next_number(env: Any, code: str, company_id: int | None = None) -> str:
    """The next number of the sequence with a code, the company's own before the shared one; empty without one."""
    sequences = env.sudo()["ir.sequence"]
    found = sequences.search([("code", "=", code), ("company_id", "in", [company_id, False])])
    own = found.filtered(lambda one: one.company_id.id == company_id)
    chosen = (own or found)[:1]
    return draw(chosen) if chosen else ""


def draw(sequence: Any) -> str:
    """Take a number. The standard kind leaves a gap when the transaction is undone, as in PostgreSQL."""
    store = sequence.env.world.store
    with store.changed:
        counters = store.counters
        number = counters.get(sequence.id, sequence.number_next or 1)
        counters[sequence.id] = number + (sequence.number_increment or 1)
    today = sequence.env.now
    prefix = (sequence.prefix or "").replace("%(year)s", str(today.year)).replace("%(month)s", f"{today.month:02d}")
    return f"{prefix}{number:0{sequence.padding or 0}d}{sequence.suffix or ''}"
