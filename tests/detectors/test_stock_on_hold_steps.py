"""Q1 in plants that deliver, make and receive in several steps: who needs the goods does not depend on the steps."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import evaluate, evaluate_change
from apps.exceptions.models import Case
from odoo_sync.mirror.stock_lots import Lot
from tests.held import Shelf
from tests.mirrored import NOON, Group, Made, Sold, change, days
from tests.stepped import DELIVERY, MANUFACTURE, Stepped

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(Group())


def judged(shelf: Shelf, lot: Lot | None) -> Case:
    inspection = shelf.inspection(lot, quantity=Decimal(1000))
    evaluate(StockOnHold, [str(inspection.pk)], now=NOON)
    return Case.objects.get(subject_key=str(inspection.pk))


def surely(case: Case) -> set[int]:
    """The order lines that records lead to."""
    return {link["row"] for link in case.impact["chain"] if link["kind"] == "sale_line" and link["hard"]}


@dataclass
class Order:
    """What one order wants, on which day, and of which lot it has been promised it."""

    at: int
    quantity: int
    lot: str
    sold: Sold
    made: Made | None = None


def wanted(plant: Stepped, lots: dict[str, Lot | None], count: int) -> list[Order]:
    """Orders of every kind, each on a day of its own."""
    rnd, found = plant.rnd, []
    for at in rnd.sample(range(1, 30), count):
        quantity, lot, done = rnd.randint(1, 9), rnd.choice(["held", "other", ""]), rnd.randint(0, 2)
        done = done if lot else 0
        if rnd.random() < 0.5:
            found.append(Order(at, quantity, lot, plant.sold(at, quantity, lots[lot], done)))
            continue
        sold = plant.shelf.group.sale(days(at + 2), price=10, quantity=1)
        made = plant.made(at, quantity, lots[lot], done, feeds=[sold.move])
        found.append(Order(at, quantity, lot, sold, made))
    return found


def expected(orders: list[Order], *, free: int, held: int) -> tuple[set[int], set[int]]:
    """Who needs the held lot, piece by piece and without a word of steps: all of them, and those that records name."""
    hard, soft = {one.sold.line.pk for one in orders if one.lot == "held"}, set()
    pieces = ["free"] * free + ["held"] * held
    for one in sorted(orders, key=lambda one: one.at):
        for _piece in range(0 if one.lot else one.quantity):
            if pieces and pieces.pop(0) == "held":
                soft.add(one.sold.line.pk)
    return hard | soft, hard


@pytest.mark.parametrize(("delivery", "manufacture", "linked"), list(product(DELIVERY, MANUFACTURE, [False, True])))
def test_who_needs_the_goods_does_not_depend_on_the_steps(delivery: str, manufacture: str, linked: bool):
    for seed in range(4):
        rnd = Random(f"{delivery} {manufacture} {linked} {seed}")
        shelf = Shelf(Group())
        plant = Stepped(shelf, rnd, delivery, manufacture, linked)
        lots = {"held": shelf.lot(), "other": shelf.lot("L-0932"), "": None}
        orders = wanted(plant, lots, rnd.randint(1, 6))
        free, held, coming = rnd.randint(0, 6), rnd.randint(1, 9), rnd.randint(0, 5)
        shelf.quant(lots["held"], quantity=held)
        shelf.quant(lots["other"], quantity=free)
        if coming:
            plant.coming_in(lots["other"], coming)
        found = judged(shelf, lots["held"])
        everyone, sure = expected(orders, free=free + coming, held=held)
        assert set(found.impact["order_lines"]) == everyone
        assert surely(found) == sure
        makers = {one.made.order.pk for one in orders if one.made and one.sold.line.pk in everyone}
        assert set(found.impact["productions"]) == makers
        amounts = {one.sold.line.pk: 10 * (1 if one.made else one.quantity) for one in orders}
        if everyone:
            assert found.money == sum(amounts[key] for key in everyone)


@pytest.mark.parametrize("delivery", list(DELIVERY))
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("done", [0, 1, 2])
def test_without_a_lot_each_need_counts_once_over_all_steps(shelf: Shelf, delivery: str, linked: bool, done: int):
    plant = Stepped(shelf, Random(1), delivery, linked=linked)
    lot = shelf.lot()
    first = plant.sold(1, 10, lot, done)
    second, third = plant.sold(2, 10), plant.sold(3, 10)
    shelf.quant(lot, quantity=15)
    inspection = shelf.inspection(None, quantity=Decimal(5))
    evaluate(StockOnHold, [str(inspection.pk)], now=NOON)
    found = Case.objects.get(subject_key=str(inspection.pk))
    assert found.impact["order_lines"] == [third.line.pk]
    assert not {first.line.pk, second.line.pk} & set(found.impact["order_lines"])


def test_what_was_picked_for_a_customer_is_his_though_nothing_is_reserved_any_more(shelf: Shelf):
    plant = Stepped(shelf, Random(1), "pick_ship")
    lot = shelf.lot()
    sold = plant.sold(1, 10, lot, done=1)
    sold.move.refresh_from_db()
    change(sold.move, state="confirmed", done=Decimal(0))
    sold.move.lines.all().delete()
    found = judged(shelf, lot)
    assert found.impact["order_lines"] == [sold.line.pk] and surely(found) == {sold.line.pk}


def test_a_step_that_was_cancelled_leaves_the_next_one_to_the_stock(shelf: Shelf):
    plant = Stepped(shelf, Random(1), "pick_ship", linked=True)
    lot = shelf.lot()
    sold = plant.sold(1, 10)
    shelf.quant(lot)
    picked = next(iter(type(sold.move).objects.filter(to_location=plant.places["WH/Output"])))
    change(picked, state="cancel")
    assert judged(shelf, lot).impact["order_lines"] == [sold.line.pk]


def test_a_move_that_only_shifts_goods_needs_none(shelf: Shelf):
    plant = Stepped(shelf, Random(1))
    lot = shelf.lot()
    plant.coming_in(lot, 30)
    assert judged(shelf, lot).detail.startswith("Nothing is known to need it")


def test_what_is_only_to_be_stored_is_there_for_those_who_wait(shelf: Shelf):
    plant = Stepped(shelf, Random(1), "pick_ship")
    lot = shelf.lot()
    plant.coming_in(lot, 30)
    sold = plant.sold(1, 10)
    found = judged(shelf, lot)
    assert found.impact["order_lines"] == [sold.line.pk] and surely(found) == set()


def test_what_is_on_its_way_to_be_set_aside_serves_nobody(shelf: Shelf):
    plant = Stepped(shelf, Random(1))
    lot = shelf.lot()
    shelf.quant(lot)
    sold = plant.sold(1, 10)
    plant.coming_in(shelf.lot("L-0932"), 30, goal=shelf.quarantine)
    assert judged(shelf, lot).impact["order_lines"] == [sold.line.pk]


def test_goods_that_a_customer_sent_back_are_not_on_their_way_to_him(shelf: Shelf):
    plant = Stepped(shelf, Random(1))
    lot, quality = shelf.lot(), shelf.place("WH/Quality Control")
    change(shelf.group.warehouse, stock_location=shelf.stock)
    sold = shelf.group.sale(days(1), quantity=10)
    change(sold.move, state="done", from_location=shelf.customers, to_location=quality)
    checked = plant.coming_in(lot, 10, goal=quality)
    change(checked, sale_line=sold.line, previous_moves=[sold.move.pk])
    stored = plant.coming_in(lot, 10)
    change(stored, sale_line=sold.line)
    assert judged(shelf, lot).impact["order_lines"] == []


def test_goods_promised_to_another_plant_are_needed_there(shelf: Shelf):
    lot = shelf.lot()
    sold = shelf.group.sale(days(4), price=7, quantity=10)
    depot = shelf.place("DEP/Stock", warehouse=shelf.group.depot)
    sent = shelf.takes(shelf.group.move(next_moves=[sold.move.pk]), 10, to_location=depot)
    shelf.quant(lot, reserved=10)
    shelf.promise(sent, lot, 10)
    found = judged(shelf, lot)
    assert found.impact["order_lines"] == [sold.line.pk] and surely(found) == {sold.line.pk}


def test_a_link_to_the_next_step_that_comes_later_is_noticed(shelf: Shelf):
    plant = Stepped(shelf, Random(1), manufacture="pbm")
    lot = shelf.lot()
    shelf.quant(lot, reserved=10)
    picked = shelf.takes(shelf.group.move(), 10, to_location=plant.places["WH/Pre-Production"])
    shelf.promise(picked, lot, 10)
    assert judged(shelf, lot).impact["productions"] == []
    made = shelf.group.make(days(1), days(2))
    change(made.raw, previous_moves=[picked.pk], to_location=shelf.making)
    evaluate_change(type(made.raw), [made.raw.pk], now=NOON)
    assert Case.objects.get().impact["productions"] == [made.order.pk]
