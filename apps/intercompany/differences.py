"""In what an invoice and the bill that answers it contradict each other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from apps.intercompany.documents import CENT, Document, Match


class Difference(StrEnum):
    """What may differ, in the order in which one explains the next: other quantities make another amount."""

    CURRENCY = "currency"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    TAX = "tax"
    PERIOD = "period"


@dataclass(frozen=True)
class Tolerance:
    """What passes: so much money (group currency), such a share (in 1/10,000), so many days across a month's end."""

    money: Decimal
    share: int
    days: int

    def lets_pass(self, difference: Decimal, of: Decimal, worth: Decimal | None, lines: int) -> bool:
        """Whether an amount may differ by this: within both bounds, or by no more than a cent a line of rounding.

        ``worth`` is the group currency's worth of one unit; where nobody knows it, only rounding passes.
        """
        difference = abs(difference)
        if difference <= CENT * lines:
            return True
        return worth is not None and difference * worth <= self.money and difference <= abs(of) * self.share / 10_000


def contradictions(match: Match, tolerance: Tolerance, worth: Decimal | None) -> list[Difference]:
    """In what two sides contradict each other, sum against sum; the period document by document."""
    found = differences(match.sale, match.purchase, tolerance, worth)
    if match.is_pair:
        return found
    found = [one for one in found if one is not Difference.PERIOD]
    return [*found, Difference.PERIOD] if elsewhere(match, tolerance) else found


def elsewhere(match: Match, tolerance: Tolerance) -> list[Document]:
    """The documents of the side with several that fall into another period than the one of the other side; credit notes
    than the other side's, where it has any.
    """
    several, others = sorted((match.sales, match.purchases), key=len, reverse=True)
    answers = {one.is_credit: one for one in reversed(others)}
    return [
        one
        for one in several
        if _other_period(one.booked_on, answers.get(one.is_credit, others[0]).booked_on, tolerance.days)
    ]


def differences(sale: Document, purchase: Document, tolerance: Tolerance, worth: Decimal | None) -> list[Difference]:
    """Everything in which two posted documents contradict each other beyond the tolerance; what explains most is first.

    Amounts are compared only where both are in one currency: in two, that is the difference. ``worth`` is of one unit
    of the seller's currency.
    """
    found = []
    lines = max(sale.lines, purchase.lines)
    if sale.currency != purchase.currency:
        found.append(Difference.CURRENCY)
    if _other_quantities(sale, purchase):
        found.append(Difference.QUANTITY)
    if Difference.CURRENCY not in found:
        if not tolerance.lets_pass(sale.untaxed - purchase.untaxed, sale.untaxed, worth, lines):
            found.append(Difference.AMOUNT)
        if not tolerance.lets_pass(sale.tax - purchase.tax, sale.total, worth, lines):
            found.append(Difference.TAX)
    if _other_period(sale.booked_on, purchase.booked_on, tolerance.days):
        found.append(Difference.PERIOD)
    return found


def _other_quantities(sale: Document, purchase: Document) -> bool:
    """Whether a product that both name is there in another quantity; what only one names may be a line without product
    on the other, and then the amounts tell.
    """
    theirs = dict(purchase.quantities or ())
    return any(amount != theirs[product] for product, amount in sale.quantities or () if product in theirs)


def uncompared(sale: Document, purchase: Document) -> int:
    """How many products only one of the two names, so that their quantities say nothing."""
    return len({one for one, _amount in sale.quantities or ()} ^ {one for one, _amount in purchase.quantities or ()})


def _other_period(one: date | None, other: date | None, days: int) -> bool:
    """Whether they fall into different months, and further apart than what lies across a month's end may."""
    if one is None or other is None or (one.year, one.month) == (other.year, other.month):
        return False
    return abs((one - other).days) > days


def money_between(
    match: Match, found: list[Difference], tolerance: Tolerance, worth: tuple[Decimal | None, Decimal | None]
) -> Decimal | None:
    """What the contradiction is worth in the group's currency; null where a rate is missing.

    The difference of the totals; where only the period differs, the untaxed amount of what is in another one, since it
    is missing in one month and too much in the other. ``worth`` is of one unit of the seller's and of the buyer's
    currency.
    """
    ours, theirs = worth
    if ours is None or theirs is None:
        return None
    if found == [Difference.PERIOD]:
        other = elsewhere(match, tolerance)
        each = theirs if other and not other[0].is_sale else ours
        return (sum((abs(one.untaxed) for one in other), Decimal(0)) * each).quantize(CENT)
    return abs(match.sale.total * ours - match.purchase.total * theirs).quantize(CENT)
