"""Odoo's conversion, worked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_sync.rates import Rates, UnknownRateError

EUR, USD, GBP, CHF, PLANT, BRANCH, SISTER = range(1, 8)
DAY = date(2026, 6, 3)


def rates(**series: list[tuple[str, str]]) -> Rates:
    """Series by name: ``USD_PLANT`` of one company, ``USD`` shared."""
    keys = {"EUR": EUR, "USD": USD, "GBP": GBP, "PLANT": PLANT, "SISTER": SISTER}
    return Rates(
        names={EUR: "EUR", USD: "USD", GBP: "GBP", CHF: "CHF"},
        own={PLANT: EUR, SISTER: USD},
        root={PLANT: PLANT, BRANCH: PLANT, SISTER: SISTER},
        series={
            (keys[name.split("_")[0]], keys[name.split("_")[1]] if "_" in name else None): tuple(
                (date.fromisoformat(day), Decimal(rate)) for day, rate in days
            )
            for name, days in series.items()
        },
    )


def test_the_latest_rate_on_or_before_the_day_counts():
    known = rates(USD_PLANT=[("2026-01-01", "1.1"), ("2026-06-03", "1.2"), ("2026-06-04", "9")])
    assert known.rate(USD, PLANT, DAY) == Decimal("1.2")
    assert known.rate(USD, PLANT, date(2026, 6, 2)) == Decimal("1.1")


def test_before_the_first_rate_the_first_one_counts_as_in_odoo():
    assert rates(USD_PLANT=[("2026-07-01", "1.3")]).rate(USD, PLANT, DAY) == Decimal("1.3")


def test_a_companys_own_rate_goes_before_a_newer_shared_one():
    known = rates(USD_PLANT=[("2026-01-01", "1.1")], USD=[("2026-06-01", "1.5")])
    assert known.rate(USD, PLANT, DAY) == Decimal("1.1")
    assert known.rate(USD, SISTER, DAY) == Decimal("1.5")


def test_a_past_shared_rate_goes_before_an_own_one_of_the_future():
    known = rates(USD_PLANT=[("2026-07-01", "1.1")], USD=[("2026-06-01", "1.5")])
    assert known.rate(USD, PLANT, DAY) == Decimal("1.5")


def test_a_branch_uses_the_rates_of_its_root():
    assert rates(USD_PLANT=[("2026-01-01", "1.1")]).rate(USD, BRANCH, DAY) == Decimal("1.1")


def test_the_cross_rate_goes_over_the_companys_own_currency():
    known = rates(EUR_SISTER=[("2026-01-01", "0.8")], GBP_SISTER=[("2026-01-01", "0.6")])
    assert known.conversion(USD, EUR, SISTER, DAY) == Decimal("0.8")
    assert known.conversion(GBP, EUR, SISTER, DAY) == Decimal("0.8") / Decimal("0.6")


def test_an_unknown_rate_is_an_error_by_name_and_never_one_to_one():
    known = rates(USD_PLANT=[("2026-01-01", "1.1")])
    with pytest.raises(UnknownRateError, match="no rate from CHF to EUR on 2026-06-03"):
        known.conversion(CHF, EUR, PLANT, DAY)
    with pytest.raises(UnknownRateError):
        known.conversion(USD, EUR, None, DAY)
    with pytest.raises(UnknownRateError):
        known.conversion(None, EUR, PLANT, DAY)


def test_the_same_currency_needs_no_rate():
    assert rates().conversion(CHF, CHF, None, DAY) == 1


@given(st.decimals("0.001", "1000", places=6), st.decimals("0.001", "1000", places=6))
def test_there_and_back_is_where_one_began(one, other):
    known = rates(USD_PLANT=[("2026-01-01", str(one))], GBP_PLANT=[("2026-01-01", str(other))])
    there, back = known.conversion(USD, GBP, PLANT, DAY), known.conversion(GBP, USD, PLANT, DAY)
    assert abs(there * back - 1) < Decimal("1e-20")
