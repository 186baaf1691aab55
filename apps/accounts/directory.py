"""Who there is and what they hold, as far as an administrator has to do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.grants import where
from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from controltower.lib.scope import Scope
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse

MOST = 500


@dataclass(frozen=True)
class Held:
    """One grant in words."""

    grant: Grant
    role: str
    where: str


@dataclass(frozen=True)
class Listed:
    """One person with the grants that the reader has to do with."""

    person: User
    held: Sequence[Held]


def people_within(scope: Scope) -> QuerySet[User]:
    """Everyone for a group administrator; else people who hold something in the scope's companies."""
    if scope.is_empty:
        return User.objects.none()
    grants = Grant.objects.filter(scope.condition("company_id", "plant_id"))
    shown = grants.select_related("company", "plant").order_by("role", "company__name", "plant__name")
    people = User.objects.prefetch_related(Prefetch("grants", queryset=shown, to_attr="shown_grants"))
    return people if scope.is_group else people.filter(pk__in=grants.values("user_id"))


def listed(scope: Scope, text: str = "") -> list[Listed]:
    """People by name; ``text`` narrows to names that hold it."""
    people = people_within(scope)
    if text:
        people = people.filter(
            Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
        )
    return [as_listed(person) for person in people.order_by("-is_active", "username")[:MOST]]


def as_listed(person: User) -> Listed:
    """A person of ``people_within``."""
    grants: list[Grant] = person.shown_grants  # type: ignore[attr-defined]
    return Listed(person, [Held(one, str(Role(one.role).label), where(one)) for one in grants])


def places(scope: Scope) -> list[tuple[str, str]]:
    """Where roles may be given, as choices: the group, companies, and plants below their company."""
    choices = [("group", "The whole group")] if scope.is_group else []
    plants: dict[int, list[Warehouse]] = {}
    for plant in Warehouse.objects.within(scope).order_by("name"):
        plants.setdefault(plant.company_id or 0, []).append(plant)
    named = Company.objects.filter(pk__in=set(plants)) | Company.objects.within(scope)
    for company in named.distinct().order_by("name"):
        if scope.covers(company.pk, None):
            choices.append((f"{company.pk}", company.name))
        choices += [(f"{company.pk}.{one.pk}", f"{company.name}: {one.name}") for one in plants.get(company.pk, [])]
    return choices
