"""Q1 from mirror rows to cases: goods, who needs them, closing, and what happens when something is missing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import evaluate, evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.quality import Inspection, InspectionLine
from odoo_sync.mirror.quality_enterprise import QualityAlert, QualityAlertStage, QualityCheck
from odoo_sync.mirror.sale import SaleOrder
from odoo_sync.mirror.stock import Move, Transfer
from odoo_sync.mirror.stock_lots import Lot, MoveLine, Quant
from tests.held import Shelf
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(Group())


def cases() -> list[Case]:
    return list(Case.objects.filter(detector=StockOnHold.key).order_by("pk"))


def case() -> Case:
    (one,) = cases()
    return one


def follow(*rows, now=NOON) -> None:
    for row in rows:
        evaluate_change(type(row), [row.pk], now=now)


def later(shelf: Shelf, **by: float) -> None:
    """Time goes by, and Odoo is still being read."""
    now = NOON + timedelta(**by)
    shelf.group.fresh(now)
    evaluate_due(now=now)


def kinds(one: Case) -> list[tuple[str, bool]]:
    return [(link["kind"], link["hard"]) for link in one.impact["chain"]]


def test_a_failed_lot_with_stock_is_a_case_of_the_quality_lead(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot)
    shelf.answer(inspection)
    follow(inspection)
    found = case()
    assert (found.company_id, found.plant_id) == (shelf.group.plant.pk, shelf.group.warehouse.pk)
    assert found.summary == "40 of Shaft seal, lot L-0931 failed inspection, and can still be used"
    assert found.detail == f"Nothing is known to need it · {inspection.name} · Pressure 7.9, allowed 9.5 to 10.5"
    assert found.money == Decimal("160.00") and found.impact["order_lines"] == []


def test_customers_that_stock_of_the_lot_is_promised_to_are_at_risk(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot, reserved=5)
    sold = shelf.sold(price=100, quantity=5)
    shelf.promise(sold.move, lot, 5)
    follow(shelf.inspection(lot))
    found = case()
    assert found.money == Decimal("500.00") and found.customers == 1
    assert found.impact["order_lines"] == [sold.line.pk]
    assert kinds(found) == [("held_stock", True), ("delivery", True), ("sale_line", True), ("customer", True)]
    assert any(one["label"] == "Worth of the stock on hold" and one["value"] == "160.00 EUR" for one in found.evidence)


def test_who_has_no_promise_needs_it_when_nothing_else_is_left_and_that_is_soft(shelf: Shelf):
    lot, other = shelf.lot(), shelf.lot("L-0932")
    shelf.quant(lot)
    shelf.quant(other, quantity=5)
    first, second = shelf.sold(days(2), price=10, quantity=5), shelf.sold(days(3), price=100, quantity=5)
    follow(shelf.inspection(lot))
    found = case()
    assert found.impact["order_lines"] == [second.line.pk] and first.line.pk not in found.impact["order_lines"]
    assert kinds(found) == [("held_stock", True), ("delivery", False), ("sale_line", False), ("customer", False)]


def test_through_a_production_order_to_the_customer(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot, reserved=10)
    sold = shelf.group.sale(days(6), price=300, quantity=2)
    made = shelf.group.make(days(2), days(4), feeds=[sold.move])
    shelf.takes(made.raw, 10, to_location=shelf.making)
    shelf.promise(made.raw, lot, 10)
    follow(shelf.inspection(lot))
    found = case()
    assert found.money == Decimal("600.00") and found.impact["productions"] == [made.order.pk]
    assert [kind for kind, _hard in kinds(found)] == [
        "held_stock", "component", "production", "delivery", "sale_line", "customer"]  # fmt: skip
    assert found.delay_days == -2


def test_a_move_that_waits_for_its_own_supply_takes_no_held_stock(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    sold = shelf.sold()
    change(sold.move, previous_moves=[sold.move.pk + 1000])
    follow(shelf.inspection(lot))
    assert case().impact["order_lines"] == []


def test_without_a_lot_no_more_than_was_inspected_is_on_hold(shelf: Shelf):
    shelf.quant(None, quantity=40)
    first, second = shelf.sold(days(2), quantity=30), shelf.sold(days(3), price=100, quantity=5)
    follow(shelf.inspection(None, quantity=Decimal(10)))
    found = case()
    assert found.summary == "10 of Shaft seal failed inspection, and can still be used"
    assert found.impact["order_lines"] == [second.line.pk] and first.line.pk not in found.impact["order_lines"]
    assert [one["value"] for one in found.evidence if one["label"].startswith("Worth")] == ["40.00 EUR"]


def test_what_a_transfer_brought_is_on_hold_with_it(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    transfer = shelf.group.add(Transfer, name="IN/7", company=shelf.group.plant, state="done")
    values = {"product": shelf.product, "lot": lot, "quantity": Decimal(40), "state": "done"}
    shelf.group.add(MoveLine, transfer=transfer, **values)
    follow(shelf.inspection(None, product=None, transfer=transfer))
    assert case().summary.startswith("40 of Shaft seal, lot L-0931")


def test_a_receipt_that_has_not_come_condemns_no_older_stock(shelf: Shelf):
    lot, coming = shelf.lot(), shelf.lot("L-0940")
    shelf.quant(lot, quantity=2690)
    transfer = shelf.group.add(Transfer, name="IN/8", company=shelf.group.plant, state="assigned")
    move = shelf.takes(shelf.group.move(), 110, from_location=shelf.group.vendors, to_location=shelf.stock)
    inspection = shelf.inspection(None, transfer=transfer, quantity=Decimal(110))
    values = {"product": shelf.product, "quantity": Decimal(110), "from_location": shelf.group.vendors, "move": move}
    line = shelf.group.add(MoveLine, transfer=transfer, lot=coming, state="assigned", **values)
    follow(inspection)
    assert cases() == []
    sweep(only=StockOnHold, now=NOON)
    assert cases() == []
    follow(change(transfer, state="done"), change(line, state="done"), shelf.quant(coming, quantity=110))
    assert case().summary.startswith("110 of Shaft seal, lot L-0940")


def test_a_receipt_without_the_product_condemns_no_stock(shelf: Shelf):
    shelf.quant(shelf.lot())
    transfer = shelf.group.add(Transfer, name="IN/9", company=shelf.group.plant, state="done")
    values = {"product": shelf.group.product("Bolt"), "quantity": Decimal(5), "state": "done"}
    shelf.group.add(MoveLine, transfer=transfer, **values)
    follow(shelf.inspection(None, transfer=transfer))
    assert cases() == []


def test_of_a_transfer_that_is_to_leave_what_is_promised_to_it_is_on_hold(shelf: Shelf):
    lot, other = shelf.lot(), shelf.lot("L-0932")
    shelf.quant(lot, reserved=5)
    shelf.quant(other, quantity=70)
    sold = shelf.sold()
    line = shelf.promise(sold.move, lot, 5)
    change(line, transfer=sold.move.transfer, from_location=shelf.stock)
    follow(shelf.inspection(None, transfer=sold.move.transfer))
    assert case().summary.startswith("40 of Shaft seal, lot L-0931")
    assert case().impact["order_lines"] == [sold.line.pk]


def test_a_transfer_that_is_not_known_here_hides_no_case(shelf: Shelf):
    shelf.quant(None)
    transfer = shelf.group.add(Transfer, name="IN/7", company=shelf.group.plant, state="assigned")
    inspection = shelf.inspection(None, transfer=transfer)
    Transfer.everything.filter(pk=transfer.pk).delete()
    follow(inspection)
    assert case().summary.startswith("40 of Shaft seal")


def test_an_order_that_has_made_nothing_condemns_no_older_stock(shelf: Shelf):
    shelf.quant(shelf.lot())
    made = shelf.group.make(days(1), days(2), state="progress", quantity=Decimal(12), product=shelf.product)
    follow(shelf.inspection(None, production=made.order))
    assert case().summary == "12 × Shaft seal in production failed inspection, and can still be used"


def test_what_is_being_made_is_on_hold_before_there_is_stock(shelf: Shelf):
    sold = shelf.group.sale(days(6), price=300, quantity=2)
    made = shelf.group.make(days(-1), days(2), feeds=[sold.move], state="progress", quantity=Decimal(12))
    follow(shelf.inspection(None, product=made.order.product, production=made.order))
    found = case()
    assert found.summary == "12 × Pump in production failed inspection, and can still be used"
    assert found.money == Decimal("600.00")
    change(made.order, state="done")
    change(made.made, state="done")
    follow(made.order)
    assert case().state == CaseState.RESOLVED


def test_one_that_waits_for_a_decision_counts_from_its_limit_on(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot, state="waiting", asked_at=NOON)
    follow(inspection)
    assert cases() == []
    later(shelf, hours=4, seconds=-1)
    assert cases() == []
    later(shelf, hours=4)
    assert case().summary.endswith("did not pass, waits for a decision, and can still be used")
    assert [one["name"] for one in case().limits] == ["waiting_for"]


@pytest.mark.parametrize("state", ["draft", "ready"])
def test_one_that_nobody_answers_counts_from_its_limit_on(shelf: Shelf, state: str):
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot, state=state, asked_at=days(-1))
    follow(inspection)
    assert cases() == []
    later(shelf, days=1, seconds=-1)
    assert cases() == []
    later(shelf, days=1)
    assert case().summary.endswith("waits for inspection, and can still be used")


def test_goods_set_aside_close_the_case(shelf: Shelf):
    lot = shelf.lot()
    quant = shelf.quant(lot)
    follow(shelf.inspection(lot))
    follow(change(quant, location=shelf.quarantine))
    assert case().state == CaseState.RESOLVED and case().ending == "The goods are set aside."


def test_goods_used_up_or_scrapped_close_the_case(shelf: Shelf):
    lot = shelf.lot()
    quant = shelf.quant(lot)
    follow(shelf.inspection(lot))
    follow(change(quant, quantity=Decimal(0)))
    assert case().state == CaseState.RESOLVED and case().ending == "Nothing of the goods is left in stock."


def test_a_part_set_aside_leaves_the_rest_on_hold(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot, quantity=15)
    follow(shelf.inspection(lot))
    follow(shelf.quant(lot, quantity=25, location=shelf.quarantine))
    assert case().state == CaseState.OPEN and case().summary.startswith("15 of Shaft seal")


@pytest.mark.parametrize(
    ("state", "ending"),
    [("success", "The inspection passed: the goods are released."), ("canceled", "The inspection was cancelled.")],
)
def test_a_decision_closes_the_case(shelf: Shelf, state: str, ending: str):
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot)
    follow(inspection)
    follow(change(inspection, state=state))
    assert case().state == CaseState.RESOLVED and case().ending == ending


def test_a_deleted_inspection_is_moot(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot)
    follow(inspection)
    follow(change(inspection, gone_at=NOON))
    assert case().ending == "The inspection no longer exists in Odoo."


def test_stock_that_comes_later_opens_the_case(shelf: Shelf):
    lot = shelf.lot()
    inspection = shelf.inspection(lot)
    follow(inspection)
    assert cases() == []
    follow(shelf.quant(lot))
    assert case().subject_key == str(inspection.pk)


def test_a_promise_made_later_is_noticed(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    follow(shelf.inspection(lot))
    sold = shelf.sold(price=100)
    follow(sold.move)
    assert case().money == Decimal("500.00")
    follow(shelf.promise(sold.move, lot, 5))
    assert all(hard for _kind, hard in kinds(case()))
    follow(change(sold.order, state="cancel"))
    assert case().impact["order_lines"] == [] and case().money == Decimal("160.00")


def test_an_unknown_worth_is_said_and_never_taken_as_nothing(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot, value=None)
    follow(shelf.inspection(lot))
    assert case().money == 0 and case().cannot_judge == "What the stock is worth is not known."


def test_a_missing_rate_is_said(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot, reserved=5)
    sold = shelf.sold()
    change(sold.line, currency=shelf.group.dollar)
    shelf.promise(sold.move, lot, 5)
    follow(shelf.inspection(lot))
    assert case().cannot_judge.startswith("Money is incomplete:")


@pytest.mark.parametrize("missing", [Product, Lot, Move, SaleOrder])
def test_a_parent_that_has_not_arrived_hides_no_case(shelf: Shelf, missing: type):
    lot = shelf.lot()
    shelf.quant(lot, reserved=5)
    sold = shelf.sold()
    shelf.promise(sold.move, lot, 5)
    inspection = shelf.inspection(lot)
    missing.everything.all().delete()
    follow(inspection)
    assert case().state == CaseState.OPEN


def test_an_inspection_of_unknown_goods_cannot_be_judged_and_is_no_case(shelf: Shelf):
    follow(shelf.inspection(None, product=None))
    assert cases() == []


def test_enterprise_checks_and_alerts_are_read_the_same_way(shelf: Shelf):
    lot = shelf.lot()
    quant = shelf.quant(lot)
    stage = shelf.group.add(QualityAlertStage, name="New", done=False)
    shared = {"lot": lot, "product": shelf.product, "company": shelf.group.plant, "asked_at": days(-1)}
    check = shelf.group.add(QualityCheck, name="QC1", state="fail", **shared)
    alert = shelf.group.add(QualityAlert, name="QA1", stage=stage, **shared)
    follow(check, alert)
    assert {one.subject_key.split(":")[1] for one in cases()} == {"quality.check", "quality.alert"}
    assert all(any(fact["label"] == "Source" for fact in one.evidence) for one in cases())
    follow(change(check, state="pass"), change(stage, done=True))
    assert {one.state for one in cases()} == {CaseState.RESOLVED}
    follow(change(check, state="fail"))
    follow(change(quant, location=shelf.quarantine))
    assert {one.state for one in cases()} == {CaseState.RESOLVED}


def test_the_case_answers_to_its_own_lines_orders_and_production(shelf: Shelf):
    assert {InspectionLine, Quant, MoveLine, Move, ProductionOrder, SaleOrder} <= set(StockOnHold.depends_on)


def test_the_number_of_queries_does_not_grow_with_the_inspections(shelf: Shelf):
    counts = []
    for _ in range(2):
        for _each in range(3):
            lot = shelf.lot(f"L-{next(shelf.group.numbers)}")
            shelf.quant(lot, reserved=5)
            sold = shelf.sold()
            shelf.promise(sold.move, lot, 5)
            shelf.answer(shelf.inspection(lot))
        counts.append(len(_queries()))
    assert counts[0] == counts[1]


def _queries() -> list[dict[str, str]]:
    keys = [str(one) for one in Inspection.objects.values_list("pk", flat=True)]
    with CaptureQueriesContext(connection) as queries:
        list(StockOnHold().facts(keys, NOON))
    return list(queries.captured_queries)


def test_a_sweep_finds_what_changes_have_found(shelf: Shelf):
    lot = shelf.lot()
    shelf.quant(lot)
    inspection = shelf.inspection(lot)
    sweep(only=StockOnHold, now=NOON)
    assert case().subject_key == str(inspection.pk)
    assert evaluate(StockOnHold, [str(inspection.pk)], now=NOON) == 1
