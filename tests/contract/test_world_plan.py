"""What a seed decides, before any Odoo is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.world.catalog import COMPANIES, DRIVEN_BY, GOODS, PLANTS, SOURCES, TO_ORDER
from demo.world.dates import customer_day, vendor_day
from demo.world.plan import ChainKind
from demo.world.planning import draw

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WEEK = [MONDAY + timedelta(days=days) for days in range(7)]


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
def test_on_any_day_of_the_week_fine_lines_have_slack_and_late_ones_are_overdue(seed: int, now: datetime) -> None:
    plan = draw(seed, 1, now)
    for chain in plan.chains:
        lead = GOODS[chain.good].days + (GOODS["drive"].days if chain.good == "skid" else 0)
        first_need = min(sale.promised_at for sale in chain.sales) - timedelta(days=lead)
        if chain.kind is ChainKind.FINE:
            assert chain.due_at >= plan.base + timedelta(days=2)
            assert first_need - chain.due_at >= timedelta(days=2)
        else:
            assert chain.due_at < plan.base
        assert chain.placed_at < min(chain.due_at, plan.base)


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


@pytest.mark.parametrize("scale", [1, 3])
def test_chains_of_a_round_buy_from_different_vendors(scale: int) -> None:
    plan = draw(7, scale, MONDAY)
    assert {chain.round for chain in plan.chains} == set(range(2 * scale))
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
