"""Who there is and what they hold, as far as an administrator has to do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.duties import Conflict, conflicts
from apps.accounts.grants import where
from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from controltower.lib.scope import Scope
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse
from odoo_sync.retired import of_a_retired_odoo

PAGE = 100
STATES = ("active", "ended")


@dataclass(frozen=True)
class Held:
    """One grant in words. ``is_cut_off`` says that its company belongs to an Odoo that is no longer connected."""

    grant: Grant
    role: str
    where: str
    is_cut_off: bool = False


@dataclass(frozen=True)
class Listed:
    """One person with the grants that the reader has to do with, and what conflicts among them."""

    person: User
    held: Sequence[Held]
    conflicts: Sequence[Conflict] = ()


@dataclass(frozen=True)
class Asked:
    """Which people are asked for: a part of a name, a role they hold, ``active`` or ``ended`` sign-ins."""

    name: str = ""
    role: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """As the address says; what it cannot mean is left out."""
        role, state = query.get("role", ""), query.get("state", "")
        known = {"role": role if role in Role.values else "", "state": state if state in STATES else ""}
        return cls(query.get("name", "").strip()[:100], **known)

    @property
    def is_any(self) -> bool:
        return bool(self.name or self.role or self.state)


def people_within(scope: Scope) -> QuerySet[User]:
    """Everyone for a group administrator; else people who hold something in the scope's companies."""
    if scope.is_empty:
        return User.objects.none()
    grants = Grant.objects.filter(scope.condition("company_id", "plant_id"))
    shown = grants.select_related("company", "plant").annotate(is_cut_off=of_a_retired_odoo("company_id"))
    shown = shown.order_by("role", "company__name", "plant__name")
    people = User.objects.prefetch_related(Prefetch("grants", queryset=shown, to_attr="shown_grants"))
    return people if scope.is_group else people.filter(pk__in=grants.values("user_id"))


def listed(scope: Scope, asked: Asked = Asked(), number: str | None = None) -> Page[User]:
    """One page of the people who are asked for, by name, those who may sign in first."""
    people = people_within(scope)
    if text := asked.name:
        people = people.filter(
            Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
        )
    if asked.role:
        held = Grant.objects.filter(scope.condition("company_id", "plant_id"), role=asked.role)
        people = people.filter(pk__in=held.values("user_id"))
    if asked.state:
        people = people.filter(is_active=asked.state == "active")
    return Paginator(people.order_by("-is_active", "username"), PAGE).get_page(number)


def as_listed(person: User) -> Listed:
    """A person of ``people_within``."""
    grants: list[Grant] = person.shown_grants  # type: ignore[attr-defined]
    conflicting = conflicts(grants) if person.is_active else []
    held = [Held(one, str(Role(one.role).label), where(one), one.is_cut_off) for one in grants]  # type: ignore[attr-defined]
    return Listed(person, held, conflicting)


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
