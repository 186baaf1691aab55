"""The choke point: may this person do this here, and does this thing exist for them."""

from __future__ import annotations

from typing import Any, Protocol, Self, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.db.utils import DataError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import Grant, User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from controltower.lib.places import place_of
from controltower.lib.scope import Scope

T = TypeVar("T", bound=Model)


class Scoped(Protocol):
    """A queryset that can be narrowed to what a scope may see."""

    def within(self, scope: Scope) -> Self: ...


def may(by: User | AnonymousUser | None, permission: Permission, within: Any) -> bool:
    """Whether a person holds a permission where the thing belongs.

    ``within`` is anything with a company and a plant, a Slice, or null for the whole group. What has no company, such
    as a connection, asks for a grant in the whole group.
    """
    return scope_of(by, permission).covers(*place_of(within))


def require(by: User | AnonymousUser | None, permission: Permission, *, within: Any) -> None:
    """Raises PermissionDenied unless the person holds the permission where the thing belongs."""
    if not may(by, permission, within):
        raise PermissionDenied(_("You may not do this here: it needs “%s”.") % Permission(permission).label)


def find_or_404(queryset: QuerySet[T], scope: Scope, **lookup: Any) -> T:
    """The one row that the scope may see. Raises Http404 for a missing, foreign or malformed one alike."""
    try:
        return cast(Any, queryset).within(scope).get(**lookup)
    except (ObjectDoesNotExist, ValueError, TypeError, OverflowError, ValidationError, DataError):
        raise Http404 from None


def people_with(role: str, company: int | None, plant: int | None) -> QuerySet[User]:
    """Active people whose live grant of this role covers a place; without a company, group grants alone do."""
    place = Q(company=None)
    if company is not None:
        place |= Q(company_id=company, plant=None)
        if plant is not None:
            place |= Q(company_id=company, plant_id=plant)
    grants = Grant.objects.filter(place, Q(ends_at=None) | Q(ends_at__gt=timezone.now()), role=role)
    return User.objects.filter(is_active=True, pk__in=grants.values("user_id")).order_by("pk")
