"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def trimmed(value: Decimal) -> Decimal:
    """The same number without needless zeros, and without the exponent that `normalize` leaves: 70, not 7E+1."""
    return Decimal(f"{value.normalize():f}")


def whole(text: str, *, below: int = 2**63) -> int | None:
    """The whole number that a text writes in plain digits, from 0 up to what a bigint holds; None for anything else.

    For what comes from an address, a form or a stored key: `str.isdigit` also holds for "²", which `int` refuses.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        return None
    return number if (number := int(text)) < below else None
