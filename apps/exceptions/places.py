"""The companies and plants a person may see, by name: for choosing and for filtering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controltower.lib.scope import Scope
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse


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
        if scope.is_empty:
            return cls()
        rows = Warehouse.objects.within(scope).filter(active=True)
        plants = {row.id: Plant(row.id, row.name, row.company_id) for row in rows.order_by("name")}
        wanted = {plant.company for plant in plants.values()}
        companies = {
            row.id: row.name
            for row in Company.objects.filter(active=True).order_by("name")
            if row.id in wanted or scope.covers(row.id, None)
        }
        return cls(companies, plants)

    def within(self, company: int) -> list[Plant]:
        """The plants of one company."""
        return [plant for plant in self.plants.values() if plant.company == company]

    def companies_called(self, name: str) -> frozenset[int]:
        return frozenset(key for key, one in self.companies.items() if one.casefold() == name.casefold())

    def plants_called(self, name: str) -> frozenset[int]:
        return frozenset(key for key, one in self.plants.items() if one.name.casefold() == name.casefold())
