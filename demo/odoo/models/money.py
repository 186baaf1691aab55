"""Currencies and their rates."""

from __future__ import annotations

from datetime import date
from typing import Any

from demo.odoo.fields import round_to
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 12


class Currency(Model):
    """A currency. Rates are units of it per unit of the company's currency."""

    _name = "res.currency"
    _title = "Currency"
    _order = "active desc, name"
    _search_names = ("name",)
    _defaults = {"position": "after", "rounding": 0.01, "active": True}
    _unique = {("name",): "The currency code must be unique!"}

    @computed("decimal_places", on="rounding")
    def _decimal_places(self) -> int:
        return {1.0: 0, 0.1: 1, 0.01: 2, 0.001: 3}.get(self.rounding, 2)

    @computed("rate", "inverse_rate", "date", "rate_string", "is_current_company_currency")
    def _current(self) -> Values:
        company = self.env.company
        rate = self._rate_on(company, self.env.now.date())
        return {
            "rate": rate,
            "inverse_rate": 1 / rate if rate else 0.0,
            "date": self.env.now.date(),
            "rate_string": "",
            "is_current_company_currency": company.currency_id == self,
        }

    def _rate_on(self, company: Any, day: date) -> float:
        """Units of this currency per unit of the base the company's rates are given in; 1 without any."""
        notes, key = self.env.transaction.notes("res.currency.rate"), (self.id, company.id, day)
        if key not in notes:
            notes[key] = self._rate_found(company.id, day.isoformat())
        return float(notes[key])

    def _rate_found(self, company_id: int, limit: str) -> float:
        read = self.env.transaction.get
        found = [read("res.currency.rate", key) or {} for key in self._rate_ids()]
        mine = [row for row in found if row.get("company_id") in (company_id, None)]
        before = [row for row in mine if row["name"] <= limit]
        if before:
            return float(max(before, key=lambda row: (row["name"], row.get("company_id") or 0)).get("rate") or 1.0)
        return float(min(mine, key=lambda row: row["name"]).get("rate") or 1.0) if mine else 1.0

    def _rate_ids(self) -> list[int]:
        return list(self.env.transaction.find("res.currency.rate", "currency_id", self.id))

    def _convert(self, amount: float, to: Any, company: Any, day: date) -> float:
        if self == to or not amount:
            return amount
        return round_to(amount * to._rate_on(company, day) / self._rate_on(company, day), to.decimal_places or 2)

    def _round(self, amount: float) -> float:
        return round_to(amount, self.decimal_places if self.decimal_places is not None else 2)


class CurrencyRate(Model):
    """What a currency was worth from a day on."""

    _name = "res.currency.rate"
    _title = "Currency Rate"
    _order = "name desc, id"
    _belongs_to = ("currency_id",)
    _unique = {("name", "currency_id", "company_id"): "Only one currency rate per day allowed!"}
    _defaults = {"name": lambda self: self.env.now.date(), "company_id": lambda self: self.env.company.id}

    @computed("company_rate", "inverse_company_rate")
    def _company_rate(self) -> Values:
        return {"company_rate": self.rate, "inverse_company_rate": 1 / self.rate if self.rate else 0.0}

    def _shown_name(self) -> str:
        return str(self.name)
