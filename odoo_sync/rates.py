"""Odoo's own currency conversion, on mirrored rates and in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from controltower.lib.keys import split_key
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.currency import Currency, CurrencyRate

LONGEST_BRANCH = 16


class UnknownRateError(LookupError):
    """No rate leads from one currency to another; the message names currencies, company and day."""


@dataclass(frozen=True)
class Rates:
    """The rates of some companies, read once.

    A rate says how many units of a currency one unit of the company's own currency buys (res.currency.rate.rate).
    Branches use the rates of their root company; rates without a company serve everyone who has none of their own.
    """

    names: Mapping[int, str]
    own: Mapping[int, int]
    root: Mapping[int, int]
    series: Mapping[tuple[int, int | None], tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)

    def rate(self, currency: int, company: int, on: date) -> Decimal | None:
        """Units of ``currency`` for one unit of the company's own on that day; None when nobody knows.

        The latest rate on or before the day counts, a company's own before a shared one. Where all rates are later, the
        earliest of them; the company's own currency without any rate is 1. Odoo 18: res.currency._get_rates, which
        answers 1 for an unknown rate; we never do.
        """
        owner = self.root.get(company, company)
        listed = [self.series.get((currency, owner), ()), self.series.get((currency, None), ())]
        past = [[rate for since, rate in days if since <= on] for days in listed]
        for rates in past:
            if rates:
                return rates[-1]
        for days in listed:
            if days:
                return days[0][1]
        return Decimal(1) if self.own.get(owner) == currency else None

    def conversion(self, source: int | None, target: int | None, company: int | None, on: date) -> Decimal:
        """What one unit of ``source`` is worth in ``target``, by the rates of a document's company on that day.

        The cross rate over the company's own currency, unrounded. Raises UnknownRateError.
        """
        if source is not None and source == target:
            return Decimal(1)
        if source is None or target is None or company is None:
            raise UnknownRateError(self._problem(source, target, on))
        worth, wanted = self.rate(source, company, on), self.rate(target, company, on)
        if not worth or not wanted:
            raise UnknownRateError(self._problem(source, target, on))
        return wanted / worth

    def currency(self, code: str, connection: int) -> int | None:
        """The key of a currency by its ISO code in one Odoo database."""
        return next((key for key, name in self.names.items() if name == code and split_key(key)[0] == connection), None)

    def _problem(self, source: int | None, target: int | None, on: date) -> str:
        one, other = (self.names.get(key or 0, "?") for key in (source, target))
        return f"no rate from {one} to {other} on {on.isoformat()}"


def read_rates(companies: Iterable[int]) -> Rates:
    """Every rate that these companies may use, in a fixed number of queries however many amounts are converted."""
    wanted = set(companies)
    root, own = _roots(wanted)
    connections = {split_key(company)[0] for company in wanted}
    rows = Currency.everything.filter(gone_at=None).only("id", "name")
    names = {one.pk: one.name for one in rows if split_key(one.pk)[0] in connections}
    owners = set(root.values())
    series: dict[tuple[int, int | None], list[tuple[date, Decimal]]] = {}
    rates = CurrencyRate.objects.filter(currency__in=names, rate__gt=0, from_on__isnull=False).order_by("from_on", "id")
    for currency, company, since, rate in rates.values_list("currency_id", "company_id", "from_on", "rate"):
        if company is None or company in owners:
            series.setdefault((currency, company), []).append((since, rate))
    return Rates(names, own, root, {key: tuple(days) for key, days in series.items()})


def _roots(companies: set[int]) -> tuple[dict[int, int], dict[int, int]]:
    """The root company of each company, and the own currency of each root."""
    connections = {split_key(company)[0] for company in companies}
    rows = Company.everything.values_list("id", "parent_id", "currency_id")
    known = {key: (parent, currency) for key, parent, currency in rows if split_key(key)[0] in connections}
    root = {company: _root(company, known) for company in companies}
    own = {owner: known[owner][1] for owner in root.values() if owner in known and known[owner][1] is not None}
    return root, own


def _root(company: int, known: Mapping[int, tuple[int | None, int | None]]) -> int:
    for _ in range(LONGEST_BRANCH):
        parent = known.get(company, (None, None))[0]
        if parent is None or parent not in known:
            return company
        company = parent
    return company
