"""Two companies of a group that invoice each other, written straight into the mirror."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from tests.mirrored import NOON, Group

TODAY = NOON.date()


class Traders(Group):
    """The plant sells in euros to its sister, which works in dollars."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rate(self.dollar, "1.25", company=self.plant)
        self.pump = self.product("Pump")

    def document(self, kind: str, total: int | str = 300, **values: Any) -> JournalEntry:
        """A posted document over three pumps, dated today."""
        sale, quantity, amount = kind.startswith("out"), values.pop("quantity", 3), Decimal(total)
        tax, number = Decimal(values.pop("tax", 0)), next(self.numbers)
        on = values.pop("on", TODAY)
        partner = values.pop("partner", self.sister.partner if sale else self.plant.partner)
        entry: JournalEntry = self.add(
            JournalEntry,
            **{
                "number": f"{'INV' if sale else 'BILL'}/2026/{number:05}",
                "kind": kind,
                "state": "posted",
                "company": self.plant if sale else self.sister,
                "partner": partner,
                "commercial_partner": partner,
                "currency": self.euro,
                "invoiced_on": on,
                "dated_on": on,
                "amount_untaxed": amount,
                "amount_tax": tax,
                "amount_total": amount + tax,
                **values,
            },
        )
        self.add(
            JournalItem,
            entry=entry,
            company_id=entry.company_id,
            display_type="product",
            product=self.pump,
            quantity=Decimal(quantity),
            price_unit=amount / quantity if quantity else amount,
            price_subtotal=amount,
        )
        return entry

    def invoice(self, total: int | str = 300, **values: Any) -> JournalEntry:
        return self.document("out_invoice", total, **values)

    def bill(self, invoice: JournalEntry | None = None, total: int | str = 300, **values: Any) -> JournalEntry:
        """The sister's bill, quoting the number of the invoice."""
        if invoice is not None:
            values.setdefault("reference", invoice.number)
            values.setdefault("on", invoice.dated_on)
        return self.document("in_invoice", total, **values)


def on(day: int, month: int = 6) -> date:
    return date(2026, month, day)
