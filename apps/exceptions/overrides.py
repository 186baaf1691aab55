"""Setting limits for a place of their own, and taking them back: checked, recorded, and judged by at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.audit.record import record
from apps.exceptions import tasks
from apps.exceptions.errors import LimitError
from apps.exceptions.limit_values import plain_value, read_values, shown_value
from apps.exceptions.limits import Place, Rule, rule_of
from apps.exceptions.models import LimitOverride
from controltower.lib.locks import lock_in_transaction
from controltower.lib.scope import Slice

LONGEST_REASON = 512


@transaction.atomic
def set_limits(rule: str, place: Place, values: Mapping[str, Any], *, reason: str, by: User) -> LimitOverride:
    """Let these limits hold in a place; others that it has of its own stay. Raises LimitError and PermissionDenied.

    Everything judged by them there is judged again once this has been committed.
    """
    known = rule_of(rule)
    _check(known, place, reason, by)
    lock_in_transaction(f"limits {rule}")
    row = _own(rule, place) or LimitOverride(rule=rule, values={}, **_columns(place))
    before = dict(row.values)
    typed = read_values(known.default(), {**before, **values})
    row.values = {name: plain_value(value) for name, value in typed.items()}
    if not row.values:
        raise LimitError(_("Name at least one limit to set."))
    return _keep(row, before, typed, reason, by)


@transaction.atomic
def drop_limits(rule: str, place: Place, *, reason: str, by: User) -> None:
    """Let a place go by what holds around it. Raises LimitError where it has no limits of its own, PermissionDenied."""
    _check(rule_of(rule), place, reason, by)
    lock_in_transaction(f"limits {rule}")
    row = _own(rule, place)
    if row is None:
        raise LimitError(_("%s has no limits of its own there.") % rule)
    record(by, "limit.dropped", row, rule=rule, where=row.place_name, before=_said(row.values), reason=reason.strip())
    row.delete()
    _judge_again(rule, place)


def _check(rule: Rule, place: Place, reason: str, by: User) -> None:
    require(by, Permission.SET_LIMITS, within=Slice(place.company, place.plant))
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise LimitError(_("Say why, in up to %d characters: the case shows it.") % LONGEST_REASON)
    given = [name for name, key in zip(Place._fields, place, strict=True) if key is not None]
    needless = [name for name in given if name not in rule.levels]
    if needless:
        allowed = ", ".join(sorted(rule.levels)) or _("the whole group alone")
        problem = _("%(rule)s cannot be set for one %(what)s; it can for: %(allowed)s.")
        raise LimitError(problem % {"rule": rule.key, "what": needless[-1], "allowed": allowed})


def _own(rule: str, place: Place) -> LimitOverride | None:
    rows = LimitOverride.objects.select_related("company", "plant", "product__template")
    return rows.filter(rule=rule, **_columns(place)).first()


def _columns(place: Place) -> dict[str, int | None]:
    return {f"{name}_id": key for name, key in place._asdict().items()}


def _keep(
    row: LimitOverride, before: Mapping[str, Any], typed: Mapping[str, Any], reason: str, by: User
) -> LimitOverride:
    row.reason, row.set_by, row.set_at = reason.strip(), by, timezone.now()
    if row.pk:
        row.save(update_fields=["values", "reason", "set_by", "set_at"])
    else:
        row.save(force_insert=True)
    values = [f"{name} = {shown_value(value)}" for name, value in typed.items()]
    told = {"rule": row.rule, "where": row.place_name, "values": values, "before": _said(before), "reason": row.reason}
    record(by, "limit.set", row, **told)
    _judge_again(row.rule, Place(row.company_id, row.plant_id, row.product_id))
    return row


def _said(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {value}" for name, value in values.items()]


def _judge_again(rule: str, place: Place) -> None:
    """Hint the workers. Robust: without a broker the limits hold all the same, and the next sweep judges by them."""
    transaction.on_commit(lambda: tasks.limits_changed.delay(rule, place.company, place.plant), robust=True)
