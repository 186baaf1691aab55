"""Who must agree to a decision about goods: by the worth of all of them, wherever they lie."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounts.roles import Role
from apps.exceptions.actions.held_stock import read_held
from apps.exceptions.actions.quality_limits import approver_above
from controltower.lib.money import Money
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock_lots import Quant
from tests.held import Shelf
from tests.mirrored import Group, days

pytestmark = pytest.mark.django_db
ALONE, ASKED = None, Role.PLANT_MANAGER


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(Group())


def asked(inspection: Inspection, limit: int) -> Role | None:
    return approver_above(Money(Decimal(limit), "EUR"), read_held(inspection))


def test_stock_that_is_set_aside_counts_as_if_it_lay_where_it_was(shelf: Shelf) -> None:
    lot = shelf.lot()
    shelf.quant(lot, 40)
    inspection = shelf.inspection(lot)
    assert (asked(inspection, 159), asked(inspection, 160)) == (ASKED, ALONE)
    Quant.objects.update(location=shelf.quarantine)
    assert (asked(inspection, 159), asked(inspection, 160)) == (ASKED, ALONE)


def test_what_is_left_after_a_part_was_set_aside_is_no_smaller_decision(shelf: Shelf) -> None:
    lot = shelf.lot()
    shelf.quant(lot, 10)
    shelf.quant(lot, 30, location=shelf.quarantine)
    inspection = shelf.inspection(lot)
    assert (asked(inspection, 159), asked(inspection, 160)) == (ASKED, ALONE)


def test_without_a_lot_no_more_counts_than_is_inspected(shelf: Shelf) -> None:
    shelf.quant(None, 100)
    inspection = shelf.inspection(quantity=Decimal(40))
    assert (asked(inspection, 159), asked(inspection, 160)) == (ASKED, ALONE)


def test_goods_that_are_still_being_made_are_of_unknown_worth(shelf: Shelf) -> None:
    made = shelf.group.make(days(1), days(2))
    shelf.quant(None, 40)
    inspection = shelf.inspection(production=made.order, product=shelf.product)
    assert asked(inspection, 1_000_000) == ASKED


def test_goods_of_which_nothing_lies_anywhere_are_of_unknown_worth(shelf: Shelf) -> None:
    assert asked(shelf.inspection(shelf.lot()), 1_000_000) == ASKED


def test_one_place_of_unknown_worth_makes_all_of_it_unknown(shelf: Shelf) -> None:
    lot = shelf.lot()
    shelf.quant(lot, 10)
    shelf.quant(lot, 30, location=shelf.quarantine, value=None)
    assert asked(shelf.inspection(lot), 1_000_000) == ASKED


def test_an_inspection_that_names_no_goods_needs_approval(shelf: Shelf) -> None:
    assert asked(shelf.inspection(product=None), 1_000_000) == ASKED
