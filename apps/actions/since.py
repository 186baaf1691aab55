"""What the mirror has learnt since a plan was made: an approver decides on today's values, not on yesterday's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.actions.changes import Clash, clashes
from apps.actions.decide import Difference, same
from apps.actions.definition import NEW, Plan, records_of, split_fact
from apps.actions.models import Request, RequestState
from controltower.lib.keys import row_key, split_key
from odoo_sync.layout import content_fields, odoo_name
from odoo_sync.mirror.base import Many2many, Many2one, Mirror, mirrors

Row = tuple[str, int]
"""An Odoo model and the key of a mirrored row."""


def moved_since(waiting: Sequence[tuple[Request, Plan]]) -> dict[UUID, list[Clash]]:
    """By request the values that it was planned on and that the mirror has read otherwise since; for waiting ones.

    A row counts once it was read after the request was made: what an older reading says may be what the plan, which
    may have looked into Odoo itself, knew better. What is not mirrored says nothing. Odoo itself is read before
    anything is sent; this only tells people earlier.
    """
    pending = [(request, plan) for request, plan in waiting if request.state == RequestState.WAITING]
    rows = _read(pending)
    return {request.pk: list(_moved(request, plan, rows)) for request, plan in pending}


def _moved(request: Request, plan: Plan, rows: Mapping[Row, Mirror]) -> Iterator[Clash]:
    """A record that an earlier step touches is left out: a later guard says how that step leaves it."""
    touched: set[tuple[str, int]] = set()
    for step in plan.steps:
        for key, base in step.guard.items():
            model, number, name = split_fact(key, step.model)
            if number == NEW or (model, number) in touched:
                continue
            row = rows.get((model, row_key(request.connection_id, number)))
            if row is None or (row.read_began_at or request.requested_at) <= request.requested_at:
                continue
            mine = step.expect.get(key, base)
            for value in _value(row, name):
                if not same(value, base) and not same(value, mine):
                    yield from clashes([Difference(key, base, value, mine).stored()], plan, request.action, step.model)
        touched |= set(records_of(step))


def _read(pending: Sequence[tuple[Request, Plan]]) -> dict[Row, Mirror]:
    """The mirrored rows that the guards of these plans speak of."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for request, plan in pending:
        for model, number, _name in (split_fact(key, step.model) for step in plan.steps for key in step.guard):
            if number != NEW:
                wanted[model].add(row_key(request.connection_id, number))
    by_model = {mirror.source.model: mirror for mirror in mirrors}
    return {
        (model, row.pk): row
        for model, keys in wanted.items()
        if model in by_model
        for row in by_model[model].objects.filter(pk__in=keys)
    }


def _value(row: Mirror, name: str) -> Iterator[Any]:
    """What the mirror has of one field of Odoo; nothing where it is not mirrored."""
    for field in content_fields(type(row)):
        if odoo_name(type(row), field) == name:
            yield _as_planned(field, getattr(row, field.attname))


def _as_planned(field: Any, value: Any) -> Any:
    """A mirrored value as plans write it: Odoo's ids, moments in UTC to the second, numbers as floats."""
    if isinstance(field, Many2one):
        return split_key(value)[1] if value else None
    if isinstance(field, Many2many):
        return sorted(split_key(one)[1] for one in value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
