"""P1's judgement alone: facts in, verdict out, no database. Each limit is tried on both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.definition import CannotJudge, Clear, Finding, Moot, Severity, Subject, Verdict, detectors
from apps.exceptions.network import Demand, Network, Node, PlannedMove, Production
from apps.exceptions.purchases import PurchaseFacts
from apps.exceptions.score import score
from odoo_sync.working_time import Calendar

DETECTOR = "purchase.late_line"
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
"""A Wednesday."""
PARIS = Calendar(zone="Europe/Paris", known=True)


def day(number: float) -> datetime:
    return NOON + timedelta(days=number)


def line(**values) -> PurchaseFacts:
    known = {
        "subject": Subject("purchase.order.line", "1", 1, 1, 1),
        "row": 1,
        "product": "Bearing",
        "vendor": "Nordkugel",
        "state": "purchase",
        "quantity": Decimal(10),
        "promised_at": day(0),
        "first_at": values.get("promised_at", day(0)),
        "calendar": PARIS,
    }
    return PurchaseFacts(**{**known, **values})


def behind(need: float, promise: float, finish: float | None = None, customers: int = 1) -> dict:
    """receipt → component → production → delivery → one customer line each."""
    deliveries = {
        10 + one: PlannedMove(10 + one, company=1, plant=1, planned_at=day(promise), demand=100 + one)
        for one in range(customers)
    }
    moves = {
        1: PlannedMove(1, company=1, plant=1, following=(2,)),
        2: PlannedMove(2, company=1, plant=1, planned_at=day(need), consumed_by=1),
        3: PlannedMove(
            3, company=1, plant=1, planned_at=day(finish or need), produced_by=1, following=tuple(deliveries)
        ),
        **deliveries,
    }
    productions = {1: Production(1, "MO/1", company=1, plant=1, start_at=day(need), finish_at=day(finish or need))}
    demands = {
        100 + one: Demand(
            100 + one,
            company=1,
            customer=500 + one,
            open_quantity=Decimal(3),
            net_price=Decimal("33.335"),
            promised_at=day(promise),
        )
        for one in range(customers)
    }
    network = Network((Node("move", 1),), moves, productions, demands, frozenset({1}), {1: PARIS})
    return {"network": network, "worth": dict.fromkeys(demands, Decimal(1))}


def judged(facts: PurchaseFacts, now: datetime = NOON) -> Verdict:
    detector = detectors[DETECTOR]
    return detector().judge(facts, detector.limits, now)


def test_a_line_promised_for_today_is_clear_until_tomorrow():
    verdict = judged(line())
    assert isinstance(verdict, Clear)
    assert verdict.next_check_at == datetime(2026, 6, 3, 22, tzinfo=UTC)


def test_a_line_promised_for_the_working_day_before_is_one_day_late():
    verdict = judged(line(promised_at=day(-1)))
    assert isinstance(verdict, Finding)
    assert verdict.impact.delay_days == 1
    assert verdict.next_check_at == datetime(2026, 6, 3, 22, tzinfo=UTC)


def test_the_last_moment_of_the_promised_day_in_the_plant_is_in_time_and_the_next_is_late():
    facts = line(promised_at=day(-1))
    midnight = datetime(2026, 6, 2, 22, tzinfo=UTC)
    assert isinstance(judged(facts, midnight - timedelta(seconds=1)), Clear)
    assert isinstance(judged(facts, midnight), Finding)


def test_a_line_promised_two_working_days_ago_is_two_days_late():
    assert judged(line(promised_at=day(-2))).impact.delay_days == 2


def test_a_weekend_is_no_lateness():
    friday = day(2)
    assert isinstance(judged(line(promised_at=friday), day(4)), Clear)
    assert judged(line(promised_at=friday), day(5)).impact.delay_days == 1


def test_a_slip_by_one_working_day_counts_and_none_does_not():
    assert isinstance(judged(line(promised_at=day(5), first_at=day(4))), Finding)
    assert isinstance(judged(line(promised_at=day(4), first_at=day(3))), Clear)
    assert isinstance(judged(line(promised_at=day(5), first_at=day(5))), Clear)


def test_a_slip_that_was_agreed_does_not_count_and_a_further_one_does():
    assert isinstance(judged(line(promised_at=day(8), first_at=day(2), agreed_at=day(8))), Clear)
    assert isinstance(judged(line(promised_at=day(9), first_at=day(2), agreed_at=day(8))), Finding)


def test_an_agreed_date_that_breaks_a_need_stays_a_case():
    facts = line(promised_at=day(8), first_at=day(2), agreed_at=day(8), **behind(need=7, promise=20))
    assert isinstance(judged(facts), Finding)
    assert isinstance(judged(replace(facts, **behind(need=8, promise=20))), Clear)


def test_a_pulled_in_date_is_no_slip():
    assert isinstance(judged(line(promised_at=day(2), first_at=day(8))), Clear)


def test_money_is_the_undelivered_part_times_the_net_price_of_each_line_at_risk_rounded_once():
    finding = judged(line(promised_at=day(9), **behind(need=5, promise=6, customers=2)))
    assert finding.impact.money == Decimal("200.01")
    assert finding.impact.customers == (500, 501)
    assert finding.impact.order_lines == (100, 101)


def test_a_delivery_on_the_promised_day_is_in_time_and_a_day_later_at_risk():
    assert judged(line(promised_at=day(7), **behind(need=6, promise=7))).impact.money == 0
    assert judged(line(promised_at=day(8), **behind(need=6, promise=7))).impact.money == Decimal("100.01")


def for_customers(*tags: tuple[str, ...], at_risk: int | None = None) -> PurchaseFacts:
    """A line that comes too late for customers with these tags, or for the first so many of them."""
    hanging = behind(need=5, promise=6, customers=len(tags))
    network, wanted = hanging["network"], len(tags) if at_risk is None else at_risk
    demands = {
        key: replace(one, customer_tags=tags[place], promised_at=day(6 if place < wanted else 60))
        for place, (key, one) in enumerate(network.demands.items())
    }
    moves = {
        key: replace(one, planned_at=demands[one.demand].promised_at) if one.demand else one
        for key, one in network.moves.items()
    }
    return line(promised_at=day(9), network=replace(network, demands=demands, moves=moves), worth=hanging["worth"])


def weighed(facts: PurchaseFacts) -> tuple[str, str, int]:
    impact = judged(facts).impact
    return str(impact.importance), impact.customer_class, impact.unclassified


def test_each_class_of_customers_has_its_weight():
    assert weighed(for_customers(("Customer class A",))) == ("1.0", "Customer class A", 0)
    assert weighed(for_customers(("Customer class B",))) == ("0.6", "Customer class B", 0)
    assert weighed(for_customers(("Customer class C", "Newsletter"))) == ("0.3", "Customer class C", 0)


def test_the_highest_class_at_risk_counts():
    both = ("Customer class C",), ("Customer class B",)
    assert weighed(for_customers(*both)) == ("0.6", "Customer class B", 0)


def test_a_customer_who_gets_the_goods_in_time_does_not_count():
    both = ("Customer class C",), ("Customer class A",)
    assert weighed(for_customers(*both, at_risk=1)) == ("0.3", "Customer class C", 0)


def test_a_customer_nobody_has_classified_weighs_as_the_lowest_class():
    assert weighed(for_customers((), ("Newsletter",))) == ("0.3", "", 2)


def test_a_line_that_puts_no_customer_at_risk_has_no_importance():
    assert weighed(line(promised_at=day(-1))) == ("0", "", 0)


def test_a_sister_company_has_no_class():
    facts = for_customers(("Customer class A",))
    demands = {key: replace(one, external=False) for key, one in facts.network.demands.items()}
    assert weighed(replace(facts, network=replace(facts.network, demands=demands))) == ("0", "", 0)


def test_much_money_and_delay_for_five_customers_is_critical_only_with_an_important_one():
    def severity(*tags: tuple[str, ...]) -> Severity:
        impact = judged(for_customers(*tags)).impact
        return Severity.of_score(score(replace(impact, money=Decimal(400000), delay_days=6))[0])

    others = [("Customer class C",)] * 4
    assert severity(*others, ("Customer class A",)) == Severity.CRITICAL
    assert severity(*others, ()) == Severity.HIGH


def test_slack_at_the_need_lowers_the_score_below_that_of_a_line_nobody_waits_for():
    with_slack = judged(line(promised_at=day(-1), **behind(need=8, promise=9)))
    assert with_slack.impact.delay_days == -6
    assert score(with_slack.impact)[0] < score(judged(line(promised_at=day(-1))).impact)[0]


def test_the_worst_need_that_endangers_a_customer_counts_not_a_worse_one_that_does_not():
    facts = behind(need=5, promise=6)
    network = facts["network"]
    spare = PlannedMove(4, company=1, planned_at=day(-30), consumed_by=9)
    moves = {**network.moves, 1: replace(network.moves[1], following=(2, 4)), 4: spare}
    both = replace(network, moves=moves)
    finding = judged(line(promised_at=day(7), network=both, worth=facts["worth"]))
    assert finding.impact.delay_days == 2


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"gone": True}, Moot),
        ({"state": "cancel"}, Moot),
        ({"state": "draft"}, Moot),
        ({"state": ""}, Moot),
        ({"quantity": None}, CannotJudge),
        ({"promised_at": None}, CannotJudge),
        ({"received": Decimal(10)}, Clear),
        ({"received": Decimal(11)}, Clear),
        ({"quantity": Decimal(0)}, Clear),
        ({"received": Decimal("9.99"), "state": "done"}, Finding),
    ],
)
def test_what_is_not_a_waiting_line_is_not_a_finding(values, kind):
    assert isinstance(judged(line(**{"promised_at": day(-5), **values})), kind)


@given(st.integers(-40, 40), st.integers(-40, 40), st.integers(0, 24 * 20))
def test_between_two_looks_nothing_changes(promised, first, hours):
    """The promise of the timetable: before ``next_check_at`` the same facts give the same verdict."""
    facts = line(promised_at=day(promised), first_at=day(first), **behind(need=3, promise=6))
    verdict = judged(facts)
    later = NOON + timedelta(hours=hours)
    if later < verdict.next_check_at:
        assert judged(facts, later) == replace(verdict, next_check_at=judged(facts, later).next_check_at)
        assert judged(facts, later).next_check_at == verdict.next_check_at
