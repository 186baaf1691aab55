"""Which cases a text asks for, a page of them by keyset, their counts and their money at risk, in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case as When
from django.db.models import Count, Q, Sum, Value
from django.db.models import When as Condition
from django.utils.dateparse import parse_datetime

from apps.exceptions import card
from apps.exceptions.filters import OPERATORS, Filters, opened_bound
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.models import Case, CaseQuerySet
from controltower.lib.scope import Scope

PAGE = 30
MOST = Decimal(10) ** 18
ORDERS = {"risk": ("score", True), "money": ("money", True), "age": ("opened_at", False), "due": ("delay_days", True)}
CUBE = ("domain", "company_id", "plant_id", "severity", "state", "owned")
_AT_RISK = """
SELECT sum(money) FROM (SELECT max(money) AS money FROM (
  SELECT jsonb_array_elements_text(shown.order_lines) AS line,
    jsonb_array_elements_text(shown.order_moneys)::numeric AS money
  FROM (%s) AS shown) AS threatened GROUP BY line) AS once
"""


class PageError(ValueError):
    """The mark in a page's address is damaged."""


@dataclass(frozen=True)
class Page:
    """Some rows in order; ``before`` and ``after`` are the marks of the neighbouring pages, empty at the ends."""

    cases: list[Case]
    before: str = ""
    after: str = ""


def condition(filters: Filters, now: datetime) -> Q:
    """Everything a text asks for, except what the facets show side by side."""
    wanted = Q()
    for word in filters.words:
        wanted &= Q(summary__icontains=word) | Q(detail__icontains=word)
    for limit in filters.limits:
        plain = (f"{limit.field}__{OPERATORS[limit.operator]}", limit.value)
        wanted &= Q(opened_bound(limit, now) if limit.field == "age" else plain)
    if filters.detector:
        wanted &= Q(detector__in=filters.detector)
    return wanted


def faceted(filters: Filters) -> Q:
    """What the facets ask for."""
    wanted = Q(state__in=sorted(filters.states))
    for name in ("severity", "domain", "company", "plant"):
        values = getattr(filters, name)
        if values:
            wanted &= Q(**{f"{name}__in": sorted(values)})
    if filters.owner:
        people = sorted(one for one in filters.owner if one is not None)
        owned = Q(owner__in=people) if people else Q(pk__in=[])
        wanted &= owned | Q(owner=None) if None in filters.owner else owned
    return wanted


def shown(scope: Scope, filters: Filters, now: datetime) -> CaseQuerySet:
    """The cases that a scope may see and a text asks for."""
    return Case.objects.within(scope).filter(condition(filters, now) & faceted(filters))


def page(cases: CaseQuerySet, sort: str, *, after: str = "", before: str = "", size: int = PAGE) -> Page:
    """One page of rows by keyset. Raises PageError when a mark is damaged."""
    name, falling = ORDERS[sort]
    backwards = bool(before)
    order = falling != backwards
    if after or before:
        cases = cases.filter(_beyond(name, order, *read_mark(sort, after or before)))
    sign = "-" if order else ""
    whole = cases.select_related(*card.RELATED).defer(*card.UNSHOWN)
    rows = list(whole.order_by(f"{sign}{name}", f"{sign}id")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    return Page(
        rows,
        before=mark(sort, rows[0]) if rows and (after or (backwards and more)) else "",
        after=mark(sort, rows[-1]) if rows and (backwards or more) else "",
    )


def _beyond(name: str, falling: bool, value: Any, key: int) -> Q:
    side = "lt" if falling else "gt"
    return Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | Q(**{f"id__{side}": key}))


def mark(sort: str, case: Case) -> str:
    """Where a page ends: the value it is sorted by, and the case."""
    value = getattr(case, ORDERS[sort][0])
    return f"{value.isoformat() if isinstance(value, datetime) else value}~{case.pk}"


def read_mark(sort: str, text: str) -> tuple[Any, int]:
    """The value and the case of a mark. Raises PageError."""
    value, _, key = text.partition("~")
    try:
        number = int(key)
        read = parse_datetime(value) if sort == "age" else Decimal(value)
    except (ValueError, InvalidOperation):
        raise PageError(text) from None
    if not (_is_sound(read) and 0 < number < 1 << 62):
        raise PageError(text)
    return read, number


def _is_sound(read: datetime | Decimal | None) -> bool:
    """Whether a value can stand in a comparison: an aware moment, or a number that a column can hold."""
    if isinstance(read, datetime):
        return read.tzinfo is not None
    return read is not None and read.is_finite() and abs(read) < MOST


def cube(scope: Scope, filters: Filters, now: datetime, me: int) -> list[dict[str, Any]]:
    """How many live cases lie in each combination of what the facets show, whatever the facets ask for.

    ``beside`` is the money that is no customer order's, such as a bill that is missing or a machine that stands still.
    """
    named = sorted(one for one in filters.owner if one not in {None, me})
    kinds = [Condition(owner=None, then=Value("none")), Condition(owner=me, then=Value("me"))]
    kinds += [Condition(owner__in=named, then=Value("named"))] if named else []
    rows = Case.objects.within(scope).filter(condition(filters, now), state__in=sorted(LIVE | filters.states))
    rows = rows.annotate(owned=When(*kinds, default=Value("other"))).order_by()
    beside = Sum(When(Condition(order_lines=[], then="money"), default="own_money"), default=Decimal(0))
    return list(rows.values(*CUBE).annotate(n=Count("*"), beside=beside))


def money_of_orders(cases: CaseQuerySet) -> Decimal:
    """What all these cases put at risk of customer orders, in group currency: each order line once."""
    try:
        query, values = cases.order_by().values("order_lines", "order_moneys").query.sql_with_params()
    except EmptyResultSet:  # a scope or a filter that nothing can match
        return Decimal(0)
    with connection.cursor() as cursor:
        cursor.execute(_AT_RISK % query, values)
        return Decimal(cursor.fetchone()[0] or 0)
