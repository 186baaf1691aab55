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
from apps.exceptions.errors import LimitChangedError, LimitError
from apps.exceptions.limit_checks import unknown_currency
from apps.exceptions.limit_values import plain_value, read_values, shown_value
from apps.exceptions.limits import Place, Rule, Ruling, rule_of, ruling_of
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
    row = own_limits(rule, place) or LimitOverride(rule=rule, values={}, **_columns(place))
    return _keep(known, row, {**row.values, **values}, reason, by)


@transaction.atomic
def put_limits(
    rule: str, place: Place, values: Mapping[str, Any], *, seen: str, reason: str, by: User
) -> LimitOverride | None:
    """Let exactly these limits be a place's own; without any it goes by what holds around it.

    ``seen`` is the ``edition`` of its limits that was looked at. Raises LimitChangedError when somebody else was
    first, LimitError and PermissionDenied.
    """
    known = rule_of(rule)
    _check(known, place, reason, by)
    lock_in_transaction(f"limits {rule}")
    row = own_limits(rule, place)
    if edition(row) != seen:
        raise LimitChangedError(_("Somebody else has changed these limits meanwhile. What holds now is shown below."))
    if values:
        row = row or LimitOverride(rule=rule, values={}, **_columns(place))
        return _keep(known, row, values, reason, by)
    if row is None:
        raise LimitError(_("Enter at least one limit that is to differ here."))
    drop_limits(rule, place, reason=reason, by=by)
    return None


def edition(row: LimitOverride | None) -> str:
    """What tells one state of a place's own limits from another; empty while it has none."""
    return f"{row.pk}.{row.set_at.timestamp():f}" if row is not None else ""


@transaction.atomic
def drop_limits(rule: str, place: Place, *, reason: str, by: User) -> None:
    """Let a place go by what holds around it. Raises LimitError where it has no limits of its own, PermissionDenied."""
    _check(rule_of(rule), place, reason, by)
    lock_in_transaction(f"limits {rule}")
    row = own_limits(rule, place)
    if row is None:
        raise LimitError(_("%s has no limits of its own there.") % rule)
    _agree(rule_of(rule), place, row, None)
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


def own_limits(rule: str, place: Place) -> LimitOverride | None:
    """What exactly this place has of its own."""
    rows = LimitOverride.objects.select_related("company", "plant", "product__template")
    return rows.filter(rule=rule, **_columns(place)).first()


def _columns(place: Place) -> dict[str, int | None]:
    return {f"{name}_id": key for name, key in place._asdict().items()}


def _keep(rule: Rule, row: LimitOverride, values: Mapping[str, Any], reason: str, by: User) -> LimitOverride:
    if not values:
        raise LimitError(_("Name at least one limit to set."))
    place, before = Place(row.company_id, row.plant_id, row.product_id), dict(row.values)
    typed = read_values(rule.default(), values)
    row.values = {name: plain_value(value) for name, value in typed.items()}
    new = [value for name, value in typed.items() if row.values[name] != before.get(name)]
    if problems := list(filter(None, map(unknown_currency, new))):
        raise LimitError(" ".join(problems))
    _agree(rule, place, row, row)
    row.reason, row.set_by, row.set_at = reason.strip(), by, timezone.now()
    if row.pk:
        row.save(update_fields=["values", "reason", "set_by", "set_at"])
    else:
        row.save(force_insert=True)
    told = [f"{name} = {shown_value(value)}" for name, value in typed.items()]
    about = {"rule": row.rule, "where": row.place_name, "reason": row.reason}
    record(by, "limit.set", row, values=told, before=_said(before), **about)
    _judge_again(rule.key, place)
    return row


def _agree(rule: Rule, place: Place, former: LimitOverride, row: LimitOverride | None) -> None:
    """Raise LimitError where the limits of this and of more specific places would make no sense together."""
    others = [one for one in ruling_of(rule).overrides if one.pk != former.pk]
    ruling = Ruling(rule.default(), tuple(sorted([*others, *([row] if row else [])], key=lambda one: one.rank)))
    below = [one for one in others if all(own in (None, key) for own, key in zip(place, _place(one), strict=True))]
    for where in [place, *map(_place, below)]:
        if problems := list(ruling.at(where).values.problems()):
            name = next((one.place_name for one in below if _place(one) == where), former.place_name)
            together = _("Together with what else holds for %(place)s: %(problems)s")
            raise LimitError(together % {"place": name, "problems": " ".join(problems)})


def _place(row: LimitOverride) -> Place:
    return Place(row.company_id, row.plant_id, row.product_id)


def _said(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {value}" for name, value in values.items()]


def _judge_again(rule: str, place: Place) -> None:
    """Hint the workers. Robust: without a broker the limits hold all the same, and the next sweep judges by them."""
    transaction.on_commit(lambda: tasks.limits_changed.delay(rule, place.company, place.plant), robust=True)
