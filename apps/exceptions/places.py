"""The companies and plants a person may see, by name: for choosing and for filtering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

from controltower.lib.scope import Scope

_PLACES = """
SELECT c.id, c.name, w.id, w.name FROM odoo_sync_company c
LEFT JOIN odoo_sync_warehouse w ON w.company_id = c.id AND w.active AND w.gone_at IS NULL
WHERE c.active AND c.gone_at IS NULL ORDER BY c.name, w.name
"""


@dataclass(frozen=True)
class Plant:
    """A plant and the company it belongs to, as mirror keys."""

    id: int
    name: str
    company: int | None


@dataclass(frozen=True)
class Directory:
    """Names of what a scope may see. Two places of one name are one choice: names are all that people type."""

    companies: Mapping[int, str] = field(default_factory=dict)
    plants: Mapping[int, Plant] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope) -> Directory:
        """Read what the scope may see; a plant's slice also names its company, which is no right to see it."""
        with connection.cursor() as cursor:
            cursor.execute(_PLACES)
            rows = cursor.fetchall() if not scope.is_empty else []
        plants = {
            plant: Plant(plant, plant_name, company)
            for company, _, plant, plant_name in rows
            if plant is not None and scope.covers(company, plant)
        }
        own = {plant.company for plant in plants.values()}
        companies = {company: name for company, name, *_ in rows if company in own or scope.covers(company, None)}
        return cls(companies, plants)

    def within(self, company: int) -> list[Plant]:
        """The plants of one company."""
        return [plant for plant in self.plants.values() if plant.company == company]

    def companies_called(self, name: str) -> frozenset[int]:
        return frozenset(key for key, one in self.companies.items() if one.casefold() == name.casefold())

    def plants_called(self, name: str) -> frozenset[int]:
        return frozenset(key for key, one in self.plants.items() if one.name.casefold() == name.casefold())
