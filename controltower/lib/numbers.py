"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def trimmed(value: Decimal) -> Decimal:
    """The same number without needless zeros, and without the exponent that `normalize` leaves: 70, not 7E+1."""
    return Decimal(f"{value.normalize():f}")
