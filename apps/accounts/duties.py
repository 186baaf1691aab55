"""Duties that one person should not hold together: told to whoever gives roles, and not forbidden in a small plant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Grant
from apps.accounts.roles import PERMISSIONS, Permission, Role

RULES = {Permission.SET_LIMITS, Permission.MANAGE_PEOPLE}
ACTS = {one for one in Permission if one.value.startswith("request_")} | {Permission.APPROVE_ACTIONS}


@dataclass(frozen=True)
class Conflict:
    """Two roles of one person in one place, and why they should be two people's."""

    first: str
    second: str
    why: Any

    def __str__(self) -> str:
        return _("%(first)s and %(second)s: %(why)s") % {
            "first": Role(self.first).label, "second": Role(self.second).label, "why": self.why,
        }  # fmt: skip


def conflicts(grants: Iterable[Grant]) -> list[Conflict]:
    """What conflicts among the grants of one person that count now and meet in some place, each pair of roles once."""
    now = timezone.now()
    live = [one for one in grants if one.ends_at is None or one.ends_at > now]
    found = {
        conflict: None for one, other in combinations(live, 2) if _meet(one, other) for conflict in _of(one, other)
    }
    return list(found)


def _of(one: Grant, other: Grant) -> Iterator[Conflict]:
    first, second = sorted((one.role, other.role))
    held = PERMISSIONS[first], PERMISSIONS[second]
    if any(a & RULES and b & ACTS for a, b in (held, held[::-1])):
        yield Conflict(first, second, gettext_lazy("sets the rules that the same person acts under"))
    if Role.AUDITOR in (first, second) and any(allowed & (ACTS | RULES) for allowed in held):
        yield Conflict(first, second, gettext_lazy("looks into what the same person has done"))
    if any(
        Permission.REQUEST_PURCHASE_ACTIONS in a and Permission.REQUEST_FINANCE_ACTIONS in b
        for a, b in (held, held[::-1])
        if first != second
    ):
        yield Conflict(first, second, gettext_lazy("orders goods and deals with their bills"))


def _meet(one: Grant, other: Grant) -> bool:
    """Whether two grants cover a place in common."""
    if one.company_id is None or other.company_id is None:
        return True
    if one.company_id != other.company_id:
        return False
    return one.plant_id is None or other.plant_id is None or one.plant_id == other.plant_id
