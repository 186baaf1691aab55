"""Amounts that carry their currency; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies cannot be added."""


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be added")
        return Money(self.amount + other.amount, self.currency)
