"""Two companies of a group on a stand-in that sell to each other, for tests of what follows from their books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from demo.odoo.server import StandIn
from demo.world.rpc import JsonRpc

AUTOMATION = [["model", "=", "res.company"], ["name", "=", "intercompany_invoicing"]]
"""An add-on that is on in every new company, and would answer each document by itself (OCA, Odoo 18)."""


@dataclass
class Books:
    """A seller in euros and a buyer in pounds; the numbers are Odoo's."""

    odoo: Any
    seller: int
    buyer: int
    seller_partner: int
    buyer_partner: int
    euro: int
    pound: int

    @classmethod
    def open(cls, odoo: StandIn | JsonRpc) -> Books:
        call = odoo.call
        named = {"active_test": False}
        euro, pound = (
            call("res.currency", "search", [["name", "=", name]], context=named)[0] for name in ("EUR", "GBP")
        )
        call("res.currency", "write", [euro, pound], {"active": True})
        made = []
        for name, country, currency in (("Kestrel Lyon", "FR", euro), ("Kestrel UK", "GB", pound)):
            land = call("res.country", "search", [["code", "=", country]])[0]
            made.append(call("res.company", "create", {"name": name, "country_id": land, "currency_id": currency}))
        if isinstance(odoo, JsonRpc) and call("ir.model.fields", "search", AUTOMATION):
            call("res.company", "write", made, {"intercompany_invoicing": False})
        partners = [row["partner_id"][0] for row in call("res.company", "read", made, ["partner_id"])]
        for company, currency, rate in ((made[0], pound, 0.8), (made[1], euro, 1.25)):
            values = {"currency_id": currency, "company_id": company, "rate": rate, "name": "2020-01-01"}
            call("res.currency.rate", "create", values)
        return cls(odoo, made[0], made[1], partners[0], partners[1], euro, pound)

    def call(self, company: int, model: str, method: str, *args: Any, **named: Any) -> Any:
        return self.odoo.call(model, method, *args, context={"allowed_company_ids": [company]}, **named)

    def document(self, company: int, kind: str, *, post: bool = True, **values: Any) -> int:
        """An invoice or a bill over 3 pieces for 100.00 each, in euros and without tax."""
        partner = self.buyer_partner if company == self.seller else self.seller_partner
        line = {"name": "Pump", "quantity": 3, "price_unit": 100.0, "tax_ids": [[6, 0, []]]}
        line |= {
            name: values.pop(name)
            for name in list(values)
            if name in ("quantity", "price_unit", "tax_ids", "product_id")
        }
        values = {"partner_id": partner, "currency_id": self.euro, "invoice_line_ids": [[0, 0, line]], **values}
        if "invoice_date" not in values:
            values["invoice_date"] = str(self.today())
        values.setdefault("date", values["invoice_date"])
        move: int = self.call(company, "account.move", "create", {"move_type": kind, **values})
        if post:
            self.call(company, "account.move", "action_post", [move])
        return move

    def today(self) -> date:
        """The day at Odoo."""
        on: date = self.odoo.world.store.clock().date() if isinstance(self.odoo, StandIn) else datetime.now(UTC).date()
        return on

    def invoice(self, **values: Any) -> int:
        return self.document(self.seller, "out_invoice", **values)

    def bill(self, invoice: int | None = None, **values: Any) -> int:
        """The buyer's bill, naming the seller's invoice."""
        if invoice is not None:
            values.setdefault("ref", self.number(invoice))
        return self.document(self.buyer, "in_invoice", **values)

    def number(self, move: int) -> str:
        name: str = self.odoo.call("account.move", "read", [move], ["name"])[0]["name"]
        return name
