"""From when on a change of the books needs a second person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.exceptions.limits import Place, Rule, add_rule, ruling_of
from controltower.lib.money import Money
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.rates import UnknownRateError, read_rates


def _of_group() -> Money:
    return Money(Decimal(2_500), settings.GROUP_CURRENCY)


@dataclass(frozen=True)
class Limits:
    """``amount``: documents above this total, whatever currency they are in, need another controller."""

    amount: Money = field(default_factory=_of_group)

    titles: ClassVar[Mapping[str, Any]] = {"amount": gettext_lazy("Approval from, total of the document")}

    def problems(self) -> Iterator[str]:
        if self.amount.amount < 0:
            yield _("The total from which approval is needed is 0 or more.")


RULE = add_rule(Rule("intercompany.bills", gettext_lazy("Bills between companies"), Limits, frozenset({"company"})))


def worth_more_than_allowed(entry: JournalEntry, company: int) -> bool:
    """Whether the total exceeds what one person of this company may do, by the rates of the document's day.

    A document whose worth is unknown does.
    """
    limit: Money = ruling_of(RULE).at(Place(company)).values.amount
    if entry.amount_total is None or entry.company_id is None or entry.dated_on is None:
        return True
    rates = read_rates([entry.company_id])
    target = rates.currency(limit.currency, entry.connection_id)
    try:
        rate = rates.conversion(entry.currency_id, target, entry.company_id, entry.dated_on)
    except UnknownRateError:
        return True
    return entry.amount_total * rate > limit.amount
