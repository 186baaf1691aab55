"""The score: exact, bounded, and growing with what it measures."""

from dataclasses import replace
from decimal import Decimal
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.definition import Impact, Severity
from apps.exceptions.score import score

MONEY = st.decimals("0", "50000000", places=2)
IMPACTS = st.builds(
    Impact,
    money=MONEY,
    delay_days=st.integers(-500, 5000),
    customers=st.integers(0, 9).map(lambda count: tuple(range(count))),
    importance=st.sampled_from([Decimal("0.3"), Decimal("0.6"), Decimal(1)]),
    control=st.booleans(),
)


def by_hand(terms):
    """The score again from nothing but the stored inputs and parameters."""
    inputs = {term["key"]: term["input"] for term in terms["terms"]}
    weights = {term["key"]: float(term["weight"]) for term in terms["terms"]}
    known = {name: float(value) for name, value in terms["parameters"].items()}
    money, delay = float(inputs["money"]), float(inputs["delay"])
    customers, importance = (float(part) for part in inputs["customers"].split(" × "))
    values = {
        "money": min(1, log(1 + money / known["m0"]) / log(1 + known["Mcap"] / known["m0"])),
        "delay": 1 / (1 + exp(-delay / known["d0"])),
        "customers": importance * min(1, customers / known["Ccap"]),
        "control": float(inputs["control"]),
    }
    return 100 * sum(weights[key] * value for key, value in values.items())


@given(IMPACTS)
def test_the_stored_terms_give_the_same_score_by_hand(impact):
    points, terms = score(replace(impact, delay_days=max(-500, min(500, impact.delay_days))))
    assert by_hand(terms) == pytest.approx(float(points), abs=0.006)
    assert sum(Decimal(term["points"]) for term in terms["terms"]) == pytest.approx(points, abs=Decimal("0.02"))


@given(IMPACTS)
def test_the_score_lies_between_nothing_and_a_hundred(impact):
    assert 0 <= score(impact)[0] <= 100


@given(IMPACTS, MONEY, st.integers(0, 100), st.integers(0, 5))
def test_more_money_delay_customers_or_control_never_lowers_the_score(impact, money, days, customers):
    more = [
        replace(impact, money=impact.money + money),
        replace(impact, delay_days=impact.delay_days + days),
        replace(impact, customers=tuple(range(len(impact.customers) + customers))),
        replace(impact, control=True),
    ]
    assert all(score(one)[0] >= score(impact)[0] for one in more)


def test_a_worked_example():
    points, terms = score(
        Impact(money=Decimal("184200"), delay_days=6, customers=(1, 2, 3), importance=Decimal(1), control=False)
    )
    assert [term["points"] for term in terms["terms"]] == ["34.01", "28.58", "9.00", "0.00"]
    assert points == Decimal("71.59")


@pytest.mark.parametrize(
    ("points", "severity"),
    [("80", "critical"), ("79.99", "high"), ("60", "high"), ("59.99", "medium"), ("35", "medium"), ("34.99", "low")],
)
def test_severity_follows_the_score_at_its_limits(points, severity):
    assert Severity.of_score(Decimal(points)) == severity
