"""From when on a decision about inspected goods needs a second person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.roles import Role
from apps.exceptions.actions.held_stock import HeldStock
from apps.exceptions.limits import Place, Rule, add_rule, ruling_of
from controltower.lib.money import Money
from odoo_sync.rates import UnknownRateError, read_rates


def _of_group(amount: int) -> Money:
    return Money(Decimal(amount), settings.GROUP_CURRENCY)


@dataclass(frozen=True)
class Limits:
    """Up to which worth of the inspected goods, wherever they lie, one person may decide.

    ``release_amount``: letting goods pass; zero means never alone. ``failure_amount``: agreeing that they have failed.
    ``quarantine_amount``: setting them aside.
    """

    release_amount: Money = field(default_factory=lambda: _of_group(0))
    failure_amount: Money = field(default_factory=lambda: _of_group(50_000))
    quarantine_amount: Money = field(default_factory=lambda: _of_group(10_000))

    titles: ClassVar[Mapping[str, Any]] = {
        "release_amount": gettext_lazy("Approval of a release from, worth of the stock"),
        "failure_amount": gettext_lazy("Approval of a failure from, worth of the stock"),
        "quarantine_amount": gettext_lazy("Approval of setting aside from, worth of the stock"),
    }

    def problems(self) -> Iterator[str]:
        return iter(())


RULE = add_rule(Rule("quality.decisions", gettext_lazy("Decisions about inspected goods"), Limits))


def limits_for(held: HeldStock) -> Limits:
    """What holds where the goods lie."""
    subject = held.facts.subject
    limits: Limits = ruling_of(RULE).at(Place(subject.company, subject.plant, subject.product)).values
    return limits


def approver_above(limit: Money, held: HeldStock) -> Role | None:
    """Who must agree when the inspected goods are worth more than this, by today's rates; also when nobody knows."""
    return Role.PLANT_MANAGER if _is_above(limit, held) else None


def _is_above(limit: Money, held: HeldStock) -> bool:
    if held.worth is None or not limit.amount:
        return True
    rates = read_rates([held.facts.subject.company] if held.facts.subject.company else [])
    connection = held.facts.subject.connection
    group, wanted = rates.currency(settings.GROUP_CURRENCY, connection), rates.currency(limit.currency, connection)
    try:
        rate = rates.conversion(group, wanted, held.facts.subject.company, timezone.now().date())
    except UnknownRateError:
        return True
    return held.worth * rate > limit.amount
