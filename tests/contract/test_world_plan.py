"""What a seed decides, before any Odoo is asked."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.exceptions.definition import Impact, Severity
from apps.exceptions.score import score
from demo.world.catalog import (
    COMPANIES,
    CUSTOMERS,
    DRIVEN_BY,
    GOODS,
    PLANTS,
    RATES,
    SOURCES,
    TO_ORDER,
    TRADERS,
)
from demo.world.chain_draw import lead
from demo.world.dates import broken_promise, customer_day, vendor_day, working_days
from demo.world.plan import Chain, ChainKind, Trouble
from demo.world.planning import draw

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WEEK = [MONDAY + timedelta(days=days) for days in range(7)]
WEIGHT = {"A": Decimal("1.0"), "B": Decimal("0.6"), "C": Decimal("0.3"), "": Decimal("0.3")}


def test_equal_seeds_give_equal_plans_whatever_the_hour() -> None:
    assert draw(4, 1, MONDAY) == draw(4, 1, MONDAY + timedelta(hours=11))


def test_another_seed_gives_other_dates_and_customers() -> None:
    first, second = draw(4, 1, MONDAY), draw(5, 1, MONDAY)
    assert [chain.due_at for chain in first.chains] != [chain.due_at for chain in second.chains]
    assert [chain.sales[0].customer for chain in first.chains] != [chain.sales[0].customer for chain in second.chains]


def test_a_larger_scale_adds_documents_and_changes_none() -> None:
    small, large = draw(3, 1, MONDAY), draw(3, 3, MONDAY)
    for name in ("chains", "buys", "sales", "makes", "trades"):
        few, many = getattr(small, name), {one.key: one for one in getattr(large, name)}
        assert len(many) == 3 * len(few), name
        assert all(many[one.key] == one for one in few), name


@pytest.mark.parametrize("now", WEEK)
@pytest.mark.parametrize("seed", range(1, 9))
def test_on_any_day_of_the_week_lines_are_on_time_overdue_or_to_come_as_planned(seed: int, now: datetime) -> None:
    plan = draw(seed, 1, now)
    for chain in plan.chains:
        first_need = min(sale.promised_at for sale in chain.sales) - timedelta(days=lead(chain.good))
        if chain.kind is ChainKind.FINE:
            assert chain.due_at >= plan.base + timedelta(days=2)
            assert first_need - chain.due_at >= timedelta(days=2)
        elif chain.kind is ChainKind.SLIPPED:
            assert chain.due_at >= plan.base + timedelta(days=2)
        else:
            assert chain.due_at < plan.base
        assert chain.placed_at < min(chain.due_at, first_need, plan.base)
        assert all(sale.placed_at.date() <= chain.placed_at.date() for sale in chain.sales)


@pytest.mark.parametrize("now", WEEK)
def test_nothing_arrives_and_nothing_is_promised_at_a_weekend(now: datetime) -> None:
    plan = draw(1, 1, now)
    days = [chain.due_at for chain in plan.chains] + [buy.due_at for buy in plan.buys]
    days += [sale.promised_at for chain in plan.chains for sale in chain.sales]
    assert all(day.weekday() < 5 for day in days)


def test_a_weekend_moves_vendors_back_and_customers_on() -> None:
    saturday = datetime(2026, 11, 28, tzinfo=UTC)
    assert vendor_day(saturday, 0, 8) == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert vendor_day(saturday, 1, 8) == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert customer_day(saturday, 0, 8) == datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert customer_day(saturday, 1, 8) == datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize("now", WEEK)
@pytest.mark.parametrize("seed", range(1, 31))
def test_on_any_day_of_the_week_a_fresh_board_shows_trouble_of_every_severity(seed: int, now: datetime) -> None:
    plan = draw(seed, 1, now)
    broken = [chain for chain in plan.chains if chain.trouble is not Trouble.NONE]
    assert Counter(_severity(chain, plan.base) for chain in broken) == {
        Severity.CRITICAL: 3,
        Severity.HIGH: 5,
        Severity.MEDIUM: 9,
    }


def _severity(chain: Chain, base: datetime) -> Severity:
    """What the line will count for, by the orders that wait for it."""
    first_need = chain.sales[0].promised_at - timedelta(days=lead(chain.good))
    points, _ = score(
        Impact(
            money=sum(sale.quantity * sale.price for sale in chain.sales) / RATES[COMPANIES[chain.plant].currency],
            customers=tuple(range(len(chain.sales))),
            delay_days=working_days(first_need, max(chain.due_at, base)),
            importance=max(WEIGHT[CUSTOMERS[sale.customer].relevance] for sale in chain.sales),
        )
    )
    return Severity.of_score(points)


@pytest.mark.parametrize("now", WEEK)
@pytest.mark.parametrize("ahead", range(7))
def test_a_promise_breaks_by_the_working_days_wanted_and_is_given_for_a_working_day(now: datetime, ahead: int) -> None:
    for late in (2, 5, 9):
        promise = broken_promise(now, ahead, late, 15)
        need = promise - timedelta(days=ahead)
        assert promise.weekday() < 5
        assert late <= working_days(need, now) <= late + 2


@pytest.mark.parametrize("scale", [1, 3])
def test_chains_of_a_round_buy_from_different_vendors(scale: int) -> None:
    plan = draw(7, scale, MONDAY)
    assert {chain.round for chain in plan.chains} == set(range(3 * scale))
    assert {plant for plant, _ in plan.rounds} == set(TRADERS)
    for plant, number in plan.rounds:
        vendors = [SOURCES[plant][c.component] for c in plan.chains if (c.plant, c.round) == (plant, number)]
        assert len(set(vendors)) == len(vendors) > 0


def test_every_good_made_to_order_hangs_on_one_bought_part() -> None:
    for good, part in DRIVEN_BY.items():
        parts = set(GOODS[good].parts) | {
            deep for sub in GOODS[good].parts if sub in GOODS for deep in GOODS[sub].parts
        }
        assert parts & set(TO_ORDER) == {part}
        assert all(SOURCES[plant][part] for plant in PLANTS)


def test_reserved_lines_are_at_least_twelve_for_any_seed() -> None:
    for seed in range(1, 30):
        kept = [c for c in draw(seed, 1, MONDAY).chains if c.reserved and c.kind is ChainKind.FINE]
        assert len(kept) >= 12
        assert {c.plant for c in kept} == set(PLANTS)
        assert {COMPANIES[c.plant].currency for c in kept} == {"EUR", "USD"}
