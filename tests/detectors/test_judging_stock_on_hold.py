"""Q1's judgement alone: facts in, verdict out, no database. Each limit is tried on both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.definition import CannotJudge, Clear, Finding, Moot, Severity, Subject, Verdict, detectors
from apps.exceptions.hold_goods import Goods, Stock
from apps.exceptions.hold_needs import NEVER, StockNeed, who_waits
from apps.exceptions.holds import HoldFacts, Making
from apps.exceptions.inspections import Answer, Inspection, Outcome
from apps.exceptions.network import Demand, Network, Node, PlannedMove, Production
from apps.exceptions.score import score
from odoo_sync.working_time import Calendar

DETECTOR = "quality.stock_on_hold"
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
"""A Wednesday."""
PARIS = Calendar(zone="Europe/Paris", known=True)
BAD = Answer(7, "Pressure", False, Decimal("7.9"), Decimal("9.5"), Decimal("10.5"))


def day(number: float) -> datetime:
    return NOON + timedelta(days=number)


def stock(quantity: float = 40, *, place: str = "WH/Stock", row: int = 1, **values) -> Stock:
    known = {"company": 1, "plant": 1, "quantity": Decimal(str(quantity)), "value": Decimal(str(quantity * 4))}
    return Stock(row=row, location=row, path=tuple(place.split("/")), **{**known, **values})


def lot(**values) -> Goods:
    return Goods(**{"product": 5, "name": "Shaft seal", "lot": 9, "lot_name": "L-0931", "stock": (stock(),), **values})


def hold(outcome: Outcome = Outcome.FAILED, goods: Goods | None = None, **values) -> HoldFacts:
    asked_at = values.pop("asked_at", day(0))
    inspection = Inspection(
        "qc.inspection", 1, "QC-1", outcome=outcome, product=5, lot=9, asked_at=asked_at, answers=(BAD,)
    )
    known = {
        "subject": Subject("qc.inspection", "1", 1, 1, 1),
        "inspection": inspection,
        "goods": (goods or lot(),),
        "calendar": PARIS,
        "own_worth": Decimal(1),
    }
    return HoldFacts(**{**known, **values})


def customers(count: int = 1, promise: float = 5, held: float = 5, missing: float = 0, **stocked) -> HoldFacts:
    """Deliveries of the product itself, one a customer."""
    moves = {
        10 + one: PlannedMove(10 + one, company=1, plant=1, planned_at=day(promise), demand=100 + one)
        for one in range(count)
    }
    demands = {
        100 + one: Demand(
            100 + one,
            company=1,
            customer=500 + one,
            customer_tags=(f"Customer class {'ABC'[one]}",),
            open_quantity=Decimal(3),
            net_price=Decimal("33.335"),
            promised_at=day(promise),
        )
        for one in range(count)
    }
    needs = tuple(
        StockNeed(key, at=day(promise), held=Decimal(str(held)), missing=Decimal(str(missing))) for key in moves
    )
    network = Network(tuple(Node("move", key) for key in moves), moves, {}, demands, frozenset(), {1: PARIS})
    return hold(goods=lot(needs=needs, **stocked), network=network, worth=dict.fromkeys(demands, Decimal(1)))


def judged(facts: HoldFacts, now: datetime = NOON) -> Verdict:
    detector = detectors[DETECTOR]
    return detector().judge(facts, detector.limits, now)


def found(facts: HoldFacts, now: datetime = NOON) -> Finding:
    verdict = judged(facts, now)
    assert isinstance(verdict, Finding)
    return verdict


def test_failed_goods_in_stock_are_on_hold_at_once():
    verdict = found(hold())
    assert verdict.summary == "40 of Shaft seal, lot L-0931 failed inspection, and can still be used"
    assert verdict.impact.money == Decimal("160.00") and verdict.counted == ()


def test_what_passed_is_clear_and_what_was_cancelled_is_moot():
    assert isinstance(judged(hold(Outcome.PASSED)), Clear)
    assert isinstance(judged(hold(Outcome.CANCELLED)), Moot)
    gone = hold()
    assert isinstance(judged(replace(gone, inspection=replace(gone.inspection, gone=True))), Moot)


def test_a_state_that_is_not_known_is_never_all_clear():
    assert isinstance(judged(hold(Outcome.UNKNOWN)), CannotJudge)


def test_goods_that_nobody_names_cannot_be_judged():
    nothing = hold()
    nothing = replace(nothing, goods=(), inspection=replace(nothing.inspection, product=None, lot=None))
    assert isinstance(judged(nothing), CannotJudge)


def test_a_decision_may_take_four_hours():
    facts = hold(Outcome.WAITING)
    before = judged(facts, NOON + timedelta(hours=4, seconds=-1))
    assert isinstance(before, Clear) and before.next_check_at == NOON + timedelta(hours=4)
    assert found(facts, NOON + timedelta(hours=4)).counted == ("waiting_for",)


def test_an_answer_may_take_two_days():
    facts = hold(Outcome.OPEN)
    before = judged(facts, day(2) - timedelta(seconds=1))
    assert isinstance(before, Clear) and before.next_check_at == day(2)
    assert found(facts, day(2)).counted == ("open_for",)


def test_without_a_date_waiting_cannot_be_judged_but_failing_can():
    assert isinstance(judged(hold(Outcome.WAITING, asked_at=None)), CannotJudge)
    assert isinstance(judged(hold(asked_at=None)), Finding)


def test_goods_set_aside_are_not_on_hold():
    aside = judged(hold(goods=lot(stock=(stock(place="WH/Stock/Quarantine"),))))
    assert isinstance(aside, Clear) and aside.reason == "The goods are set aside."
    assert isinstance(judged(hold(goods=lot(stock=(stock(place="WH/Quarantine/Row 3"),)))), Clear)


def test_goods_that_have_gone_are_not_on_hold():
    gone = judged(hold(goods=lot(stock=())))
    assert isinstance(gone, Clear) and gone.reason == "Nothing of the goods is left in stock."


def test_only_the_part_that_is_not_set_aside_counts():
    both = (stock(15), stock(25, place="WH/Stock/Quarantine", row=2))
    assert found(hold(goods=lot(stock=both))).summary.startswith("15 of Shaft seal")
    assert found(hold(goods=lot(stock=both))).impact.money == Decimal("60.00")


def test_without_a_lot_no_more_counts_than_was_inspected():
    verdict = found(hold(goods=lot(lot=None, lot_name="", most=Decimal(10))))
    assert verdict.summary.startswith("10 of Shaft seal") and verdict.impact.money == Decimal("40.00")


def test_money_is_what_customers_wait_for_whatever_its_day():
    for promise in (-3, 0, 30):
        verdict = found(customers(2, promise))
        assert verdict.impact.money == Decimal("200.01")
        assert verdict.impact.order_lines == (100, 101) and verdict.impact.customers == (500, 501)


def test_a_sister_is_money_but_no_customer():
    facts = customers()
    sister = replace(facts.network.demands[100], external=False)
    verdict = found(replace(facts, network=replace(facts.network, demands={100: sister})))
    assert verdict.impact.money == Decimal("100.01") and verdict.impact.customers == ()


def test_the_most_important_customer_counts():
    weights = [found(customers(count)).impact.importance for count in (1, 2, 3)]
    assert weights == [Decimal("1.0")] * 3
    facts = customers(3)
    lower = {100 + one: replace(facts.network.demands[100 + one], customer_tags=(tag,)) for one, tag in
             enumerate(("Customer class B", "Customer class C", "no class"))}  # fmt: skip
    network = replace(facts.network, demands=lower)
    assert found(replace(facts, network=network)).impact.importance == Decimal("0.6")
    only = replace(network, demands={101: lower[101]}, moves={11: network.moves[11]})
    impact = found(replace(facts, network=only)).impact
    assert (impact.importance, impact.customer_class) == (Decimal("0.3"), "Customer class C")
    assert "customer_classes" in found(facts).counted


def test_the_delay_counts_from_the_need_to_today():
    assert found(customers(promise=-2)).impact.delay_days == 2
    assert found(customers(promise=2)).impact.delay_days == -2


def test_with_no_need_known_the_delay_is_the_age_of_the_hold():
    assert found(hold(asked_at=day(-5))).impact.delay_days == 3


def test_links_that_no_record_makes_are_soft():
    hard, soft = found(customers()), found(customers(held=0, missing=5))
    assert {link.kind: link.hard for link in hard.impact.chain}["sale_line"] is True
    assert {link.hard for link in soft.impact.chain if link.kind != "held_stock"} == {False}


def test_free_stock_of_other_lots_serves_first():
    other = (stock(5, row=3, value=None),)
    assert found(customers(held=0, missing=5, others=other)).impact.order_lines == ()
    assert found(customers(held=0, missing=6, others=other)).impact.order_lines == (100,)


def test_stock_set_aside_serves_nobody():
    other = (stock(50, row=3, place="WH/Stock/Quarantine"),)
    assert found(customers(held=0, missing=5, others=other)).impact.order_lines == (100,)


def test_a_worth_that_is_not_known_is_a_gap():
    verdict = found(hold(goods=lot(stock=(stock(value=None),))))
    assert verdict.impact.money == 0 and verdict.gaps == ("What the stock is worth is not known.",)
    assert found(hold(own_worth=None)).gaps == ("What the stock is worth is not known.",)


def test_production_under_way_is_on_hold_without_stock():
    making = Making(3, "MO/3", "Pump", Decimal(12), 1, 1, moves=(30,))
    moves = {30: PlannedMove(30, company=1, plant=1, produced_by=3)}
    network = Network((Node("move", 30),), moves, {3: Production(3, company=1, plant=1)}, {}, frozenset(), {1: PARIS})
    verdict = found(hold(goods=lot(stock=()), making=making, network=network))
    assert verdict.summary == "12 × Pump in production failed inspection, and can still be used"


def test_the_severity_grows_with_what_waits():
    small, large = score(found(hold()).impact)[0], score(found(customers(3, promise=-10)).impact)[0]
    assert Severity.of_score(small) is Severity.LOW and large > small


NEEDS = st.lists(
    st.builds(
        StockNeed,
        st.integers(1, 9),
        at=st.one_of(st.none(), st.integers(-3, 3).map(day)),
        held=st.integers(0, 3).map(Decimal),
        missing=st.integers(0, 9).map(Decimal),
    ),
    max_size=6,
    unique_by=lambda one: one.move,
)
AMOUNT = st.integers(0, 20).map(Decimal)


@given(NEEDS, AMOUNT, AMOUNT)
def test_more_free_stock_lets_nobody_wait_earlier(needs: list[StockNeed], free: Decimal, held: Decimal):
    less, more = who_waits(needs, free=free, held=held), who_waits(needs, free=free + 5, held=held)
    assert more.hard == less.hard and not less.hard & less.soft
    bare = [replace(one, held=Decimal(0)) for one in needs]
    order = [one.move for one in sorted(bare, key=lambda one: (one.at or NEVER, one.move))]
    before, after = who_waits(bare, free=free, held=held).soft, who_waits(bare, free=free + 5, held=held).soft
    assert not after or min(map(order.index, before)) <= min(map(order.index, after))


@given(NEEDS, AMOUNT, AMOUNT, st.randoms())
def test_the_order_in_which_needs_are_read_does_not_matter(needs, free: Decimal, held: Decimal, rnd):
    mixed = list(needs)
    rnd.shuffle(mixed)
    assert who_waits(mixed, free=free, held=held) == who_waits(needs, free=free, held=held)


@given(NEEDS, AMOUNT)
def test_with_nothing_held_that_is_free_only_promises_bind(needs: list[StockNeed], free: Decimal):
    waiting = who_waits(needs, free=free, held=Decimal(0))
    assert waiting.soft == frozenset() and waiting.hard == {one.move for one in needs if one.held > 0}


@given(NEEDS, AMOUNT)
def test_enough_free_stock_for_all_leaves_no_soft_need(needs: list[StockNeed], held: Decimal):
    enough = sum((one.missing for one in needs), Decimal(0))
    assert who_waits(needs, free=enough, held=held).soft == frozenset()


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 60))
def test_what_is_on_hold_never_exceeds_what_is_there_or_was_meant(here: int, aside: int, most: int):
    places = (stock(here), stock(aside, place="WH/Quarantine", row=2))
    verdict = judged(hold(goods=lot(lot=None, lot_name="", most=Decimal(most), stock=places)))
    expected = min(here, max(most - aside, 0))
    assert isinstance(verdict, Finding if expected else Clear)
    if expected:
        assert verdict.impact.money == Decimal(expected * 4).quantize(Decimal("0.01"))
