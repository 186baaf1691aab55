"""A1's judgement alone: facts in, verdict out, no database. Each limit is tried on both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.definition import CannotJudge, Clear, Finding, Moot, Subject, Verdict, detectors
from apps.exceptions.downtime import HeldWork, StopFacts, cost_of, ends_of, held_up
from apps.exceptions.network import Demand, Network, PlannedMove, Production
from odoo_sync.working_hours import Hours, Stretch
from odoo_sync.working_time import Calendar

DETECTOR = "assets.live_downtime"
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
"""A Wednesday."""
PARIS = Calendar(zone="Europe/Paris", known=True)
OFFICE = Hours("Europe/Paris", tuple(Stretch(day, 8.0, 17.0) for day in range(5)))
"""Six to three in UTC, in summer."""


def ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


def stop(**values) -> StopFacts:
    known = {
        "subject": Subject("mrp.workcenter.productivity", "1", 1, 1, 1),
        "row": 1,
        "centre": 7,
        "centre_name": "Paint line",
        "category": "availability",
        "reason": "Equipment Failure",
        "start_at": ago(minutes=30),
        "calendar": PARIS,
        "cost_per_hour": Decimal(90),
        "hour_worth": Decimal(90),
    }
    return StopFacts(**{**known, **values})


def waiting(
    begins: datetime | None = NOON,
    finish: datetime | None = NOON + timedelta(hours=3),
    promise: datetime = NOON,
    customers: int = 1,
    length: timedelta = timedelta(hours=1),
    **values,
) -> dict:
    """Work order → production → delivery → one customer line each."""
    lines = {
        100 + one: Demand(
            100 + one,
            company=1,
            customer=500 + one,
            open_quantity=Decimal(3),
            net_price=Decimal("33.335"),
            promised_at=promise,
        )
        for one in range(customers)
    }
    moves = {
        10 + one: PlannedMove(10 + one, company=1, plant=1, planned_at=promise, demand=100 + one)
        for one in range(customers)
    }
    made = PlannedMove(3, company=1, plant=1, planned_at=finish, produced_by=1, following=tuple(moves))
    order = Production(1, "MO/1", company=1, plant=1, start_at=begins, finish_at=finish)
    network = Network((), {3: made, **moves}, {1: order}, lines, frozenset(), {1: PARIS})
    work = (HeldWork(50, "Paint", 1, begins, length),)
    return {"work": work, "network": network, "worth": dict.fromkeys(lines, Decimal(1)), **values}


def judged(facts: StopFacts, now: datetime = NOON) -> Verdict:
    detector = detectors[DETECTOR]
    return detector().judge(facts, detector.limits, now)


def test_a_machine_that_stands_still_is_a_finding_from_its_first_moment():
    verdict = judged(stop(start_at=NOON))
    assert isinstance(verdict, Finding)
    assert verdict.summary == "Paint line is down: Equipment Failure"
    assert (verdict.impact.money, verdict.impact.delay_days) == (0, 0)


def test_a_stop_that_has_not_begun_yet_is_none():
    for category in ("availability", "quality", ""):
        verdict = judged(stop(category=category, start_at=NOON + timedelta(seconds=1)))
        assert isinstance(verdict, Clear)
        assert verdict.next_check_at == NOON + timedelta(seconds=1)
        assert isinstance(judged(stop(category=category, start_at=NOON)), Finding)


def test_each_category_has_its_limit():
    detector = detectors[DETECTOR]
    limits = replace(detector.limits, availability_after=timedelta(minutes=5), quality_after=timedelta(minutes=20))

    def at(category: str, **span: float) -> Verdict:
        return detector().judge(stop(category=category, start_at=ago(**span)), limits, NOON)

    for category, minutes in (("availability", 5), ("", 5), ("quality", 20)):
        assert isinstance(at(category, minutes=minutes), Finding)
        early = at(category, minutes=minutes, seconds=-1)
        assert isinstance(early, Clear) and early.next_check_at == NOON + timedelta(seconds=1)
    assert at("quality", minutes=20).counted == ("quality_after", "usual_length")


def test_idle_time_costs_by_the_hour_and_is_counted_each_minute():
    verdict = judged(stop())
    assert (verdict.impact.money, verdict.impact.own_money) == (Decimal("45.00"), Decimal("45.00"))
    assert verdict.impact.running.per_hour == 90
    assert verdict.next_check_at == NOON + timedelta(minutes=1)
    assert judged(stop(), NOON + timedelta(minutes=1)).impact.money == Decimal("46.50")


def test_only_the_hours_of_the_machine_cost():
    evening = datetime(2026, 6, 3, 16, tzinfo=UTC)
    verdict = judged(stop(start_at=ago(hours=1), hours=OFFICE), evening)
    assert verdict.impact.money == Decimal(360)
    assert verdict.impact.running.per_hour == 0
    morning = datetime(2026, 6, 4, 6, tzinfo=UTC)
    assert verdict.impact.running.until == morning
    assert judged(stop(start_at=ago(hours=1), hours=OFFICE), morning + timedelta(hours=1)).impact.money == Decimal(450)


def test_a_machine_without_a_known_cost_says_so_and_costs_nothing():
    verdict = judged(stop(hour_worth=None, cost_per_hour=None, gaps=("Paint line has no cost per hour in Odoo",)))
    assert verdict.impact.money == 0
    assert verdict.gaps == ("Money is incomplete: Paint line has no cost per hour in Odoo.",)
    assert verdict.next_check_at == ago(minutes=30) + timedelta(hours=2)


def test_it_runs_again_after_the_usual_time_and_after_twice_as_long_once_it_outlasts_that():
    assert judged(stop()).impact.chain[0].expected_at == ago(minutes=30) + timedelta(hours=2)
    assert judged(stop(usual=timedelta(minutes=40))).impact.chain[0].expected_at == ago(minutes=30) + timedelta(
        minutes=40
    )
    known = stop(usual=timedelta(minutes=30))
    assert judged(known).impact.chain[0].expected_at == NOON + timedelta(minutes=30)
    assert judged(known).counted == ("availability_after",)


def test_production_that_was_to_begin_within_the_stop_ends_later_and_makes_its_customers_late():
    late = datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    verdict = judged(stop(**waiting(begins=NOON, finish=late, promise=late)))
    assert verdict.impact.productions == (1,)
    assert verdict.impact.order_lines == (100,)
    assert verdict.impact.money == Decimal("145.01")
    assert verdict.impact.own_money == Decimal("45.00")
    assert verdict.impact.customers == (500,)
    assert (verdict.impact.delay_days, verdict.impact.needed_at) == (1, late)
    assert verdict.impact.expected_at == late + timedelta(minutes=90)


def test_an_hour_later_on_the_promised_day_is_in_time():
    verdict = judged(stop(**waiting(begins=NOON, finish=NOON + timedelta(hours=3), promise=NOON)))
    assert verdict.impact.productions == (1,)
    assert (verdict.impact.order_lines, verdict.impact.money) == ((), Decimal("45.00"))
    assert verdict.detail == "Holds up 1 production order"


def test_work_planned_for_when_it_runs_again_is_not_held_up():
    again = ago(minutes=30) + timedelta(hours=2)
    assert judged(stop(**waiting(begins=again))).impact.productions == ()
    assert judged(stop(**waiting(begins=again - timedelta(seconds=1)))).impact.productions == (1,)


def test_work_without_a_time_is_held_up_from_that_of_its_production_order_or_from_the_stop():
    planned = waiting(begins=NOON)
    facts = stop(**{**planned, "work": (HeldWork(50, "Paint", 1),)})
    again = ago(minutes=30) + timedelta(hours=2)
    assert ends_of(facts, again) == {1: NOON + timedelta(hours=3) + timedelta(minutes=90)}
    unknown = replace(planned["network"], productions={1: Production(1)})
    assert ends_of(replace(facts, network=unknown), again) == {1: again}
    assert held_up(replace(facts, network=unknown), again) == {1}


def test_production_cannot_end_before_its_work_could():
    overdue = waiting(begins=ago(days=9), finish=ago(days=8), length=timedelta(hours=4))
    again = ago(minutes=30) + timedelta(hours=2)
    assert ends_of(stop(**overdue), again) == {1: again + timedelta(hours=4)}


def test_what_would_be_late_all_the_same_is_no_loss_of_the_stop():
    verdict = judged(stop(**waiting(begins=ago(days=9), finish=ago(days=8), promise=ago(days=3))))
    assert verdict.impact.productions == (1,)
    assert (verdict.impact.order_lines, verdict.impact.customers, verdict.impact.delay_days) == ((), (), 0)
    assert verdict.impact.money == Decimal("45.00")


def test_what_the_stop_pushes_over_its_promise_counts_although_it_was_behind_its_plan():
    long = {"usual": timedelta(days=2), **waiting(begins=ago(days=9), finish=ago(days=8), promise=NOON)}
    verdict = judged(stop(**long))
    assert verdict.impact.order_lines == (100,)
    assert verdict.impact.delay_days == 2


def test_the_chain_leads_to_those_who_lose_by_the_stop_and_only_names_what_else_it_holds_up():
    late = datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    losing = waiting(begins=NOON, finish=late, promise=late)
    network = losing["network"]
    behind = PlannedMove(4, company=1, plant=1, planned_at=ago(days=8), produced_by=2, following=(20,))
    lost = PlannedMove(20, company=1, plant=1, planned_at=ago(days=7), demand=200)
    long_ago = replace(network.demands[100], key=200, customer=600, promised_at=ago(days=7))
    both = replace(
        network,
        moves={**network.moves, 4: behind, 20: lost},
        productions={
            **network.productions,
            2: Production(2, "MO/2", company=1, start_at=ago(days=9), finish_at=ago(days=8)),
        },
        demands={**network.demands, 200: long_ago},
    )
    work = (*losing["work"], HeldWork(51, "Paint", 2, ago(days=9)))
    verdict = judged(stop(**{**losing, "work": work, "network": both, "worth": {100: Decimal(1), 200: Decimal(1)}}))
    assert [(link.kind, link.row) for link in verdict.impact.chain] == [
        ("work_centre", 7),
        ("production", 1),
        ("delivery", 10),
        ("sale_line", 100),
        ("customer", 500),
        ("production", 2),
    ]
    assert verdict.impact.productions == (1, 2)


def test_money_is_rounded_once_and_each_customer_counts():
    late = datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    verdict = judged(stop(hour_worth=None, **waiting(finish=late, promise=late, customers=2)))
    assert verdict.impact.money == Decimal("200.01")
    assert verdict.impact.customers == (500, 501)


def for_customers(*tags: tuple[str, ...]) -> StopFacts:
    late = datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    hanging = waiting(finish=late, promise=late, customers=len(tags))
    network = hanging["network"]
    demands = {key: replace(one, customer_tags=tags[place]) for place, (key, one) in enumerate(network.demands.items())}
    return stop(**{**hanging, "network": replace(network, demands=demands)})


def test_each_class_of_customers_has_its_weight():
    weights = {"Customer class A": "1.0", "Customer class B": "0.6", "Customer class C": "0.3"}
    for tag, weight in weights.items():
        impact = judged(for_customers((tag,))).impact
        assert (str(impact.importance), impact.customer_class) == (weight, tag)
    impact = judged(for_customers((), ("Newsletter",))).impact
    assert (str(impact.importance), impact.customer_class, impact.unclassified) == ("0.3", "", 2)
    assert "customer_classes" in judged(for_customers(())).counted


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"gone": True}, Moot),
        ({"end_at": NOON}, Clear),
        ({"end_at": NOON + timedelta(hours=1)}, Clear),
        ({"category": "productive"}, Clear),
        ({"category": "performance"}, Clear),
        ({"told_by": 2}, Clear),
        ({"start_at": None}, CannotJudge),
        ({"category": ""}, Finding),
        ({"category": "quality"}, Finding),
        ({"centre": None, "centre_name": "", "hour_worth": None}, Finding),
        ({"reason": ""}, Finding),
    ],
)
def test_what_is_a_stop_and_what_is_not(values, kind):
    assert isinstance(judged(stop(**values)), kind)


SPANS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)), max_size=4)


def hours(spans: list[tuple[int, int, int]]) -> Hours:
    stretches = {Stretch(day, float(since), float(min(24, since + length))) for day, since, length in spans}
    return Hours("America/New_York", tuple(sorted(stretches, key=lambda one: one[:3])))


@given(st.integers(1, 3000), st.integers(0, 3000), SPANS)
def test_between_two_looks_only_the_running_money_changes_and_as_it_was_foretold(lasted, seconds, spans):
    facts = stop(start_at=ago(minutes=lasted), hours=hours(spans), **waiting())
    verdict = judged(facts)
    later = NOON + timedelta(seconds=seconds)
    if later >= verdict.next_check_at:
        return
    again, running = judged(facts, later), verdict.impact.running
    foretold = verdict.impact.money + cost_of(later - running.at, running.per_hour)
    assert abs(again.impact.money - foretold) <= Decimal("0.01")
    kept = {"money": verdict.impact.money, "own_money": verdict.impact.own_money, "running": running}
    assert replace(again, impact=replace(again.impact, **kept), next_check_at=verdict.next_check_at) == verdict
