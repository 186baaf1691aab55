"""From when on a change of a purchase needs a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from odoo_sync.mirror.purchase import PurchaseOrder
from odoo_sync.rates import UnknownRateError, read_rates


@dataclass(frozen=True)
class Limits:
    """How far a change may go.

    ``days``: a date may move by so many without approval. ``amount``: orders up to this untaxed total, in the
    company's own currency, may be changed without; ``message_amount`` is the same for messages. ``horizon``: how far
    ahead a date may lie at all.
    """

    days: int = 3
    amount: Decimal = Decimal(10_000)
    message_amount: Decimal = Decimal(250_000)
    horizon: timedelta = timedelta(days=366)


LIMITS = Limits()


def worth_more_than(limit: Decimal, order: PurchaseOrder) -> bool:
    """Whether the untaxed total exceeds the limit, by today's rate. An order whose worth is unknown does."""
    if order.amount_untaxed is None or order.company is None or order.company_id is None:
        return True
    rates = read_rates([order.company_id])
    try:
        rate = rates.conversion(order.currency_id, order.company.currency_id, order.company_id, timezone.now().date())
    except UnknownRateError:
        return True
    return order.amount_untaxed * rate > limit
