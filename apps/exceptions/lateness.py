"""How late a purchase line is, and in which of three ways. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.exceptions.importance import USUAL_CLASSES, CustomerClass, problems_of
from apps.exceptions.network import Projection
from apps.exceptions.purchases import PurchaseFacts
from odoo_sync.working_time import local_day, on_day, working_days_between


@dataclass(frozen=True)
class Limits:
    """From how many working days past the promise, or past the agreed date, a line counts as late.

    ``customer_classes`` name the tags in Odoo that say how important a customer is. One without such a tag weighs as
    the lowest class.
    """

    overdue_days: int = 1
    slipped_days: int = 1
    customer_classes: tuple[CustomerClass, ...] = USUAL_CLASSES

    titles: ClassVar[Mapping[str, Any]] = {
        "overdue_days": gettext_lazy("Late from, working days"),
        "slipped_days": gettext_lazy("Slipped from, working days"),
        "customer_classes": gettext_lazy("Customer classes and their weights"),
    }
    most: ClassVar[Mapping[str, Any]] = {"overdue_days": 365, "slipped_days": 365}

    def problems(self) -> Iterator[str]:
        if min(self.overdue_days, self.slipped_days) < 1:
            yield _("A line is late from one working day on: overdue_days and slipped_days are 1 or more.")
        yield from problems_of(self.customer_classes)


@dataclass(frozen=True)
class Lateness:
    """The three ways of being late, in working days of the receiving plant; zero or less is punctual."""

    overdue: int
    slipped: int
    broken: int | None

    def counts(self, limits: Limits) -> bool:
        return bool(self.exceeded(limits)) or self.broken is not None

    def exceeded(self, limits: Limits) -> tuple[str, ...]:
        """The names of the limits that it reaches."""
        overdue, slipped = self.overdue >= limits.overdue_days, self.slipped >= limits.slipped_days
        return (*(["overdue_days"] if overdue else []), *(["slipped_days"] if slipped else []))

    @property
    def is_any(self) -> bool:
        """Whether there is any lateness, counting or not."""
        return self.overdue > 0 or self.slipped > 0


def arrival_of(facts: PurchaseFacts, promised_at: datetime, now: datetime) -> datetime:
    """When the goods can be expected: as promised, and not before today."""
    today = local_day(now, facts.calendar)
    return (
        promised_at if local_day(promised_at, facts.calendar) >= today else on_day(promised_at, today, facts.calendar)
    )


def lateness_of(facts: PurchaseFacts, promised_at: datetime, projection: Projection, now: datetime) -> Lateness:
    calendar = facts.calendar
    promised_on = local_day(promised_at, calendar)
    known = [local_day(one, calendar) for one in (facts.first_at, facts.agreed_at) if one is not None]
    return Lateness(
        overdue=working_days_between(promised_on, local_day(now, calendar), calendar),
        slipped=working_days_between(max(known), promised_on, calendar) if known else 0,
        broken=max((-need.slack_days for need in projection.needs if need.broken), default=None),
    )


def delay_of(projection: Projection, lateness: Lateness) -> int:
    """Working days from need to arrival at the worst need; where none is known, from the promise."""
    risky = [need for need in projection.needs if need.endangers]
    days = [-need.slack_days for need in risky or projection.needs]
    return max(days) if days else max(lateness.overdue, lateness.slipped)
