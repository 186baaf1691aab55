"""Where an action on inspected goods belongs in a company with several plants: in the one where the goods lie."""

from __future__ import annotations

import pytest

from apps.accounts.access import may
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import scope_of
from apps.exceptions.actions.agree_failure import AgreeFailure
from apps.exceptions.actions.leave_note import LeaveNote
from apps.exceptions.goods_places import place_of_inspection, place_of_lot
from controltower.lib.scope import Slice
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import Transfer, Warehouse
from tests.held import Shelf
from tests.mirrored import Group, days
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    """A plant's stock in a company that has a second plant."""
    shelf = Shelf(Group())
    shelf.group.add(Warehouse, name="Second plant", company=shelf.group.plant, active=True)
    return shelf


def second(shelf: Shelf) -> Warehouse:
    return Warehouse.objects.get(name="Second plant")


def here(shelf: Shelf) -> Slice:
    return Slice(shelf.group.plant.pk, shelf.group.warehouse.pk)


def asks(shelf: Shelf, inspection: Inspection, plant: Warehouse) -> bool:
    """Whether a lead of this plant alone finds the inspection and may act on it."""
    lead = person(Role.QUALITY_LEAD, company=shelf.group.plant, plant=plant)
    action = AgreeFailure()
    found = action.reachable(scope_of(lead, Permission.SEE_CASES)).filter(pk=inspection.pk).exists()
    allowed = may(lead, action.requires, action.place(inspection))
    assert found == allowed
    return found


def test_goods_of_one_plant_are_a_matter_of_that_plant(shelf: Shelf) -> None:
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot, state="waiting")
    assert place_of_inspection(inspection) == here(shelf)
    assert asks(shelf, inspection, shelf.group.warehouse)
    assert not asks(shelf, inspection, second(shelf))


def test_goods_in_two_plants_are_a_matter_of_the_company(shelf: Shelf) -> None:
    lot = shelf.lot()
    shelf.quant(lot)
    shelf.quant(lot, location=shelf.place("W2/Stock", warehouse=second(shelf)))
    inspection = shelf.inspection(lot)
    assert place_of_inspection(inspection) == place_of_lot(lot) == Slice(shelf.group.plant.pk)
    lead = person(Role.QUALITY_LEAD, company=shelf.group.plant, plant=shelf.group.warehouse)
    assert not may(lead, AgreeFailure.requires, AgreeFailure().place(inspection))


def test_goods_that_have_not_come_yet_belong_to_the_plant_of_their_transfer(shelf: Shelf) -> None:
    transfer = shelf.group.add(Transfer, name="WH/IN/7", company=shelf.group.plant, operation_type=shelf.group.receipts)
    inspection = shelf.inspection(shelf.lot(), transfer=transfer)
    assert place_of_inspection(inspection) == here(shelf)
    assert asks(shelf, inspection, shelf.group.warehouse)


def test_goods_that_are_being_made_belong_to_the_plant_that_makes_them(shelf: Shelf) -> None:

    made = shelf.group.make(days(1), days(2))
    inspection = shelf.inspection(None, production=made.order, product=made.order.product)
    assert place_of_inspection(inspection) == here(shelf)
    assert asks(shelf, inspection, shelf.group.warehouse)


def test_a_lot_without_a_company_takes_the_one_where_it_lies(shelf: Shelf) -> None:
    lot = shelf.lot(company=None)
    shelf.quant(lot)
    assert place_of_lot(lot) == here(shelf)
    shelf.quant(lot, company=shelf.group.sister)
    assert place_of_lot(lot) == Slice(None)


def test_a_note_on_an_inspection_belongs_where_its_goods_lie(shelf: Shelf) -> None:
    lot = shelf.lot()
    shelf.quant(lot)

    class Note(LeaveNote):
        subject = Inspection

    assert Note().place(shelf.inspection(lot)) == here(shelf)
