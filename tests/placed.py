"""Rows of any mirror in any place, made along the paths by which the mirror says where a row belongs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import ForeignKey

from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import Location
from odoo_sync.mirror.stock_lots import Lot, Quant
from tests.everyone import Place, World


def placed(world: World, mirror: type[Mirror], place: Place) -> tuple[Mirror, Place]:
    """A row that Odoo puts into a company and a plant, and the place where it belongs: its company where no path of
    the mirror tells one plant of several from another."""
    if mirror in BY_GOODS:
        return BY_GOODS[mirror](world, place), place
    company, plant = place
    branches: dict[str, Any] = {}
    for path, key in ((mirror.company_path, company), (mirror.plant_path, plant)):
        if path is not None and key is not None and "sole" not in path:
            _grow(branches, path.split("__"), key)
    row = _row(world, mirror, branches, company)
    if mirror.plant_path == "company__sole__plant" or mirror.plant_path is None:
        is_alone = mirror.plant_path is not None and company == world.group.sister.pk
        return row, (company, world.group.depot.pk if is_alone else None)
    return row, place


def _grow(branches: dict[str, Any], steps: list[str], key: int) -> None:
    *links, last = steps
    for link in links:
        branches = branches.setdefault(link, {})
    branches[last] = key


def _row(world: World, mirror: type[Mirror], branches: dict[str, Any], company: int | None) -> Mirror:
    """A row with these links; whatever it leads to on the way is of the same company."""
    values: dict[str, Any] = {}
    for name, branch in branches.items():
        link = mirror._meta.get_field(name)
        assert isinstance(link, ForeignKey)
        target = link.related_model
        assert isinstance(target, type) and issubclass(target, Mirror)
        values[link.attname] = _row(world, target, branch, company).pk if isinstance(branch, dict) else branch
    names = {one.name for one in mirror._meta.concrete_fields}
    known = {"name": "A record", "number": "A record", "company_id": company}
    values = {name: value for name, value in known.items() if name.removesuffix("_id") in names} | values
    return world.group.add(mirror, **values)


def _lot(world: World, place: Place) -> Lot:
    """A lot without a company of its own, as Odoo 18 makes them, that lies in the place."""
    company, plant = place
    product = world.group.product("Shaft seal")
    lot = world.group.add(Lot, name="L-0931", product=product)
    if company is not None:
        for warehouse in [plant] if plant else _plants(world, company):
            location = world.group.add(Location, name="Stock", usage="internal", warehouse_id=warehouse)
            lying = {"location": location, "company_id": company, "quantity": Decimal(40)}
            world.group.add(Quant, product=product, lot=lot, **lying)
    return lot


def _plants(world: World, company: int) -> list[int]:
    """Every plant of a company: what lies in all of them belongs to none."""
    return [world.group.warehouse.pk, world.second.pk] if company == world.group.plant.pk else [world.group.depot.pk]


def _inspection(world: World, place: Place) -> Inspection:
    lot = _lot(world, place)
    values = {"name": "QC-1", "state": "waiting", "company_id": place[0], "lot": lot, "product": lot.product}
    return world.group.add(Inspection, **values)


BY_GOODS: dict[type[Mirror], Callable[[World, Place], Mirror]] = {Lot: _lot, Inspection: _inspection}
