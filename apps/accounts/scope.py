"""What a person may see and do, and where: the only place that makes a Scope for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from apps.accounts.remembered import grants_of
from apps.accounts.roles import Permission, roles_with
from controltower.lib.scope import Scope

if TYPE_CHECKING:
    from apps.accounts.models import Grant, User


def scope_of(user: User | AnonymousUser | None, permission: Permission = Permission.SEE_CASES) -> Scope:
    """The companies and plants where a person holds a permission.

    Made from live grants whose role carries the permission. Empty for strangers, deactivated people and people without
    a grant; being a superuser adds nothing.
    """
    roles = roles_with(permission)
    return Scope.of((grant.company_id, grant.plant_id) for grant in live_grants(user) if grant.role in roles)


def live_grants(user: User | AnonymousUser | None) -> Iterable[Grant]:
    """The grants that count now: of an active person, not yet ended."""
    if user is None or not user.is_authenticated or not user.is_active:
        return []
    now = timezone.now()
    return [grant for grant in grants_of(user) if grant.ends_at is None or grant.ends_at > now]


def holds_anywhere(user: User | AnonymousUser | None, permission: Permission) -> bool:
    """Whether the permission is held in at least one place: decides what the navigation offers, never what is read."""
    return not scope_of(user, permission).is_empty
