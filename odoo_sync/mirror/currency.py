"""Mirrors of currencies and their rates."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Many2one, Mirror, Source, mirrors, ratio_field
from odoo_sync.mirror.company import Company


@mirrors.add
class Currency(Mirror):
    """A currency; its name is the ISO 4217 code. Odoo: res.currency."""

    key = "res.currency"
    source = Source(model="res.currency", archived=True)
    company_path = None

    name = models.CharField()
    symbol = models.CharField(null=True)
    rounding = ratio_field()
    active = models.BooleanField(null=True)


@mirrors.add
class CurrencyRate(Mirror):
    """Units of a currency for one unit of the company's own, from a day on. Odoo: res.currency.rate (rate)."""

    key = "res.currency.rate"
    source = Source(model="res.currency.rate", renames={"from_on": "name"}, lane=Lane.WARM)
    company_path = None

    currency = Many2one(Currency)
    company = Many2one(Company)
    from_on = models.DateField(null=True)
    rate = ratio_field()

    class Meta(Mirror.Meta):
        indexes = [models.Index(fields=["currency", "company", "-from_on"], name="rate_by_day")]
