"""Fixed persons for tests: each with one role in one place."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import count

from django.contrib.auth.hashers import make_password

from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse

PASSWORD = "a-long-password-for-tests"
_numbers = count(1)


def person(
    *roles: str,
    company: Company | int | None = None,
    plant: Warehouse | int | None = None,
    username: str | None = None,
    ends_at: datetime | None = None,
) -> User:
    """A person holding these roles in one place; without a company in the whole group, without roles nothing at all."""
    user = User.objects.create(username=username or f"person{next(_numbers)}", password=_hashed())
    for role in roles:
        grant(user, role, company=company, plant=plant, ends_at=ends_at)
    return user


def grant(
    user: User,
    role: str,
    *,
    company: Company | int | None = None,
    plant: Warehouse | int | None = None,
    ends_at: datetime | None = None,
) -> Grant:
    """One more role for somebody, in one place."""
    return Grant.objects.create(user=user, role=role, company_id=_key(company), plant_id=_key(plant), ends_at=ends_at)


def buyer(company: Company | int | None = None, plant: Warehouse | int | None = None) -> User:
    return person(Role.BUYER, company=company, plant=plant)


def plant_manager(company: Company | int | None = None, plant: Warehouse | int | None = None) -> User:
    return person(Role.PLANT_MANAGER, company=company, plant=plant)


def controller(company: Company | int | None = None) -> User:
    return person(Role.CONTROLLER, company=company)


def auditor() -> User:
    return person(Role.AUDITOR)


def administrator() -> User:
    return person(Role.ADMINISTRATOR)


def nobody() -> User:
    """Signed in, but without any grant."""
    return person()


@cache
def _hashed() -> str:
    """One slow hash for all persons."""
    return make_password(PASSWORD)


def _key(place: Company | Warehouse | int | None) -> int | None:
    return place if place is None or isinstance(place, int) else place.pk
