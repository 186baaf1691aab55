"""Who may decide on a request."""

from __future__ import annotations

from functools import reduce
from operator import or_

from apps.accounts.access import people_with
from apps.accounts.models import User
from apps.accounts.roles import PERMISSIONS, Permission, Role
from apps.accounts.scope import live_grants
from apps.actions.models import Request
from controltower.lib.scope import Scope


def deciding_roles(role: str) -> frozenset[str]:
    """The named role and every stronger one: those that may approve and may do all that it may."""
    wanted = PERMISSIONS[role] | {Permission.APPROVE_ACTIONS}
    return frozenset(one for one, allowed in PERMISSIONS.items() if allowed >= wanted)


def may_decide(person: User, request: Request) -> bool:
    """Whether this person may approve or reject: another person, with the role, where the record belongs."""
    if person.pk == request.requested_by_id or not request.approver_role:
        return False
    roles = deciding_roles(request.approver_role)
    places = Scope.of((grant.company_id, grant.plant_id) for grant in live_grants(person) if grant.role in roles)
    return places.covers(request.company_id, request.plant_id)


def deciders(role: Role | str, *, company: int | None, plant: int | None, besides: User) -> list[User]:
    """Everyone who could decide there, except the requester."""
    found = (people_with(one, company, plant) for one in sorted(deciding_roles(role)))
    return list(reduce(or_, found, User.objects.none()).exclude(pk=besides.pk).distinct())
