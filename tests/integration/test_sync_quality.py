"""Lots, quants, move lines and inspections come from Odoo and follow it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.quality import Inspection, InspectionAnswer, InspectionLine, InspectionTest
from odoo_sync.mirror.quality_enterprise import QualityAlert, QualityAlertStage, QualityCheck
from odoo_sync.mirror.stock_lots import Lot, MoveLine, Quant
from odoo_sync.models import Change
from odoo_sync.probe import Capabilities, lacks, look
from tests.inspected import Floor
from tests.integration.conftest import Linked

pytestmark = pytest.mark.django_db
OCA: tuple[type[Mirror], ...] = (Inspection, InspectionLine, InspectionTest, InspectionAnswer)
ENTERPRISE: tuple[type[Mirror], ...] = (QualityCheck, QualityAlertStage, QualityAlert)
STOCK: tuple[type[Mirror], ...] = (Lot, Quant, MoveLine)


@pytest.fixture
def floor(linked: Linked) -> Floor:
    return Floor(linked.odoo)


def test_a_lot_arrives_with_its_stock_and_the_line_that_brought_it(linked: Linked, floor: Floor) -> None:
    product = floor.product(cost=4.0)
    lot = floor.lot(product, quantity=40)
    linked.poll(*STOCK)
    assert linked.row(Lot, lot).name == "L-0931" and linked.row(Lot, lot).product_id & 0xFFFF == product
    inside = linked.rows(Quant).filter(lot=linked.row(Lot, lot), quantity__gt=0).get()
    assert (inside.quantity, inside.reserved, inside.value) == (Decimal(40), Decimal(0), Decimal(160))
    line = linked.rows(MoveLine).get(lot=linked.row(Lot, lot))
    assert (line.quantity, line.state, line.to_location_id) == (Decimal(40), "done", inside.location_id)


def test_stock_that_moves_is_followed(linked: Linked, floor: Floor) -> None:
    product = floor.product()
    lot = floor.lot(product)
    quant = floor.call("stock.quant", "search", [["lot_id", "=", lot], ["location_id", "=", floor.stock]])[0]
    linked.poll(*STOCK)
    floor.call("stock.quant", "write", [quant], {"inventory_quantity": 12})
    floor.call("stock.quant", "action_apply_inventory", [quant])
    linked.clock.move(seconds=3)
    linked.poll(*STOCK)
    assert linked.row(Quant, quant).quantity == Decimal(12)


def test_a_bot_that_may_not_see_the_worth_of_stock_is_not_stopped(linked: Linked) -> None:
    found = Capabilities()
    look(linked.client, Quant, found)
    assert found.missing == {} and "value" in Quant.source.optional


def test_an_inspection_arrives_with_its_lines_and_the_record_it_is_about(linked: Linked, floor: Floor) -> None:
    lot = floor.lot(floor.product())
    number = floor.failed(f"stock.lot,{lot}", approved=False)
    linked.poll(*OCA, *STOCK)
    row = linked.row(Inspection, number)
    assert (row.state, row.success, row.about, row.quantity) == ("waiting", False, f"stock.lot,{lot}", Decimal(40))
    assert row.lot.name == "L-0931" and row.test.name == "Incoming" and row.name.startswith("QC-")
    measured, seen = linked.rows(InspectionLine).filter(inspection=row).order_by("id")
    assert (measured.measured, measured.least, measured.most) == (Decimal("7.9"), Decimal("9.5"), Decimal("10.5"))
    assert (measured.success, seen.success, seen.answer.name, seen.answer.ok) == (False, False, "Scratched", False)
    assert {one.name for one in InspectionAnswer.objects.filter(pk__in=seen.answers)} == {"Clean", "Scratched"}


def test_what_becomes_of_an_inspection_is_followed_and_kept(linked: Linked, floor: Floor) -> None:
    number = floor.failed(f"product.product,{floor.product()}", approved=False)
    linked.poll(*OCA)
    floor.call("qc.inspection", "action_approve", [number])
    linked.clock.move(seconds=3)
    linked.poll(*OCA)
    row = linked.row(Inspection, number)
    assert row.state == "failed" and row.done_at is not None and row.lot_id is None
    kept = Change.objects.filter(row=row.pk, field="state").order_by("id").values_list("before", "after")
    assert list(kept)[-1] == ("waiting", "failed")


def test_checks_and_alerts_of_enterprise_arrive_in_their_documented_shape(linked: Linked, floor: Floor) -> None:
    lot = floor.lot(floor.product())
    stage = floor.call("quality.alert.stage", "create", {"name": "Solved", "done": True})
    check = floor.call("quality.check", "create", {"name": "QC0001", "lot_id": lot, "measure": 7.9})
    floor.call("quality.check", "do_fail", [check])
    alert = floor.call("quality.alert", "create", {"name": "QA0001", "lot_id": lot, "stage_id": stage})
    linked.poll(*ENTERPRISE, *STOCK)
    assert linked.row(QualityCheck, check).state == "fail" and linked.row(QualityCheck, check).lot.name == "L-0931"
    assert linked.row(QualityAlert, alert).stage.done is True


@pytest.mark.parametrize("mirror", [*OCA, *ENTERPRISE])
def test_an_odoo_without_the_module_is_told_of_and_left_alone(
    linked: Linked, mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(linked.odoo.world.registry.models, mirror.source.model)
    found = Capabilities()
    look(linked.client, mirror, found)
    assert found.unavailable == {mirror.key: f"This Odoo has no {mirror.source.model}: its module is not installed."}


@pytest.mark.parametrize("mirror", [*OCA, *ENTERPRISE, *STOCK])
def test_nothing_needed_is_lacking(linked: Linked, mirror: type[Mirror]) -> None:
    found = Capabilities()
    look(linked.client, mirror, found)
    assert lacks(found) == []
