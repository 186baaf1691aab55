"""Who signs in to a demo: one person per role, and a stranger who must see nothing of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from apps.accounts.grants import give, take
from apps.accounts.models import User
from apps.accounts.roles import Role
from controltower.lib.scope import Slice
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.stock import Warehouse

PLANTS, FIRST_PLANT, GROUP, ELSEWHERE = "plants", "first plant", "group", "elsewhere"


@dataclass(frozen=True)
class Part:
    """One sign-in. ``key`` is what it is found by, ``place`` which of the group's places it is given."""

    key: str
    login: str
    role: Role
    place: str
    name: str


CAST = (
    Part("buyer", "buyer", Role.BUYER, PLANTS, "Buyer of both plants"),
    Part("plant_manager", "manager", Role.PLANT_MANAGER, PLANTS, "Manager of both plants"),
    Part("planner", "planner", Role.PLANNER, FIRST_PLANT, "Planner of one plant"),
    Part("quality_lead", "quality", Role.QUALITY_LEAD, FIRST_PLANT, "Quality lead"),
    Part("maintenance_lead", "maintenance", Role.MAINTENANCE_LEAD, FIRST_PLANT, "Maintenance lead"),
    Part("controller", "controller", Role.CONTROLLER, GROUP, "Group controller"),
    Part("second_controller", "accountant", Role.CONTROLLER, GROUP, "Second controller, who approves"),
    Part("executive", "executive", Role.EXECUTIVE, GROUP, "Executive"),
    Part("auditor", "auditor", Role.AUDITOR, GROUP, "Auditor"),
    Part("administrator", "administrator", Role.ADMINISTRATOR, GROUP, "Administrator"),
    Part("stranger", "stranger", Role.BUYER, ELSEWHERE, "Buyer of another company"),
)


def places(connection: int) -> Mapping[str, Sequence[Slice]]:
    """What the places of the cast are in this Odoo.

    The demo's own companies are known by name. In any other Odoo a plant is a company that produces, and elsewhere is
    one that does not.
    """
    companies = {company.pk: company.name for company in Company.objects.of(connection).order_by("id")}
    plants = [*_named(companies, "Lyon")[:1], *_named(companies, "Detroit")[:1]]
    if len(plants) < 2:
        plants = _producing(connection)[:2] or list(companies)[:1]
    others = [key for key in companies if key not in plants]
    group = companies[plants[0]].split()[0] if plants else ""
    sisters = [key for key in _named(companies, "UK") if key in others]
    elsewhere = sorted(sisters, key=lambda key: not companies[key].startswith(group))[:1] or others[-1:]
    return {
        GROUP: [Slice(None)],
        PLANTS: [Slice(company) for company in plants],
        FIRST_PLANT: [_plant_of(plants[0])] if plants else [],
        ELSEWHERE: [Slice(company) for company in elsewhere],
    }


def cast_grants(user: User, role: Role, wanted: Sequence[Slice]) -> None:
    """Make a person's grants exactly these; what is right already is left alone."""
    held = {(grant.role, Slice(grant.company_id, grant.plant_id)): grant for grant in user.grants.all()}
    for key, grant in held.items():
        if key not in {(role, place) for place in wanted}:
            take(grant, by=None)
    for place in wanted:
        if (role, place) not in held:
            give(user, role, company=_company(place), plant=_warehouse(place), by=None)


def described(wanted: Sequence[Slice]) -> str:
    """Places in words."""
    if not wanted:
        return "nowhere"
    return ", ".join(str(_warehouse(place) or _company(place) or "the whole group") for place in wanted)


def _named(companies: Mapping[int, str], word: str) -> list[int]:
    return [key for key, name in companies.items() if word in name.split()]


def _producing(connection: int) -> list[int]:
    made = ProductionOrder.objects.of(connection).exclude(company=None)
    counted = made.values("company_id").annotate(orders=Count("id")).order_by("-orders", "company_id")
    return [row["company_id"] for row in counted]


def _plant_of(company: int) -> Slice:
    plant = Warehouse.objects.filter(company_id=company).order_by("id").first()
    return Slice(company, plant.pk if plant else None)


def _company(place: Slice) -> Company | None:
    return Company.objects.get(pk=place.company) if place.company else None


def _warehouse(place: Slice) -> Warehouse | None:
    return Warehouse.objects.get(pk=place.plant) if place.plant else None
