"""From when on a change of a purchase needs a second person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.exceptions.limits import Place, Rule, add_rule, ruling_of
from controltower.lib.money import Money
from controltower.lib.places import place_of
from odoo_sync.mirror.purchase import PurchaseOrder
from odoo_sync.rates import UnknownRateError, read_rates


def _of_group(amount: int) -> Money:
    return Money(Decimal(amount), settings.GROUP_CURRENCY)


@dataclass(frozen=True)
class Limits:
    """How far a change may go.

    ``days``: a date may move by so many without approval. ``amount``: orders up to this untaxed total may be changed
    without, whatever currency they are in; ``message_amount`` is the same for messages. ``horizon``: how far ahead a
    date may lie at all.
    """

    days: int = 3
    amount: Money = field(default_factory=lambda: _of_group(10_000))
    message_amount: Money = field(default_factory=lambda: _of_group(250_000))
    horizon: timedelta = timedelta(days=366)

    titles: ClassVar[Mapping[str, Any]] = {
        "days": gettext_lazy("Approval from, days that a date moves"),
        "amount": gettext_lazy("Approval of changes from, untaxed total"),
        "message_amount": gettext_lazy("Approval of messages from, untaxed total"),
        "horizon": gettext_lazy("Furthest date"),
    }
    most: ClassVar[Mapping[str, Any]] = {"days": 365}

    def problems(self) -> Iterator[str]:
        if self.days < 0:
            yield _("The days that a date may move are 0 or more.")
        if self.horizon < timedelta(days=1):
            yield _("The furthest date is one day away or more: 1 d.")


RULE = add_rule(Rule("purchase.changes", gettext_lazy("Changes of purchases"), Limits, frozenset({"company", "plant"})))


def limits_for(order: PurchaseOrder) -> Limits:
    """What holds where the goods of this order arrive."""
    limits: Limits = ruling_of(RULE).at(Place(*place_of(order))).values
    return limits


def worth_more_than(limit: Money, order: PurchaseOrder) -> bool:
    """Whether the untaxed total exceeds the limit, by today's rates of the ordering company, in the limit's currency.

    An order whose worth is unknown does: without a total, without a company, or without a rate.
    """
    if order.amount_untaxed is None or order.company_id is None:
        return True
    rates = read_rates([order.company_id])
    target = rates.currency(limit.currency, order.connection_id)
    try:
        rate = rates.conversion(order.currency_id, target, order.company_id, timezone.now().date())
    except UnknownRateError:
        return True
    return order.amount_untaxed * rate > limit.amount
