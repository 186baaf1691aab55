"""Odoo's values become ours and go back, and the COPY text says the same as the Python value."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from odoo_sync.mirror.base import Many2many, Many2one
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.values import ConversionError, copy_column, read_value, write_value

BASE = 7 << 40
ids = st.integers(1, 2**31 - 1)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC))
cents = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)


def named(field: models.Field) -> models.Field:
    field.set_attributes_from_name("thing")
    return field


LINK = named(Many2one(PurchaseOrderLine))
MANY = named(Many2many())
MOMENT = named(models.DateTimeField(null=True))
DAY = named(models.DateField(null=True))
NUMBER = named(models.DecimalField(max_digits=24, decimal_places=6, null=True))
TEXT = named(models.CharField(null=True))
NAME = named(models.CharField())
FLAG = named(models.BooleanField(null=True))
WHOLE = named(models.IntegerField(null=True))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (LINK, st.none() | ids.map(lambda i: BASE + i)),
        (MANY, st.lists(ids.map(lambda i: BASE + i), unique=True).map(sorted)),
        (MOMENT, st.none() | moments),
        (DAY, st.none() | st.dates()),
        (NUMBER, st.none() | cents.map(lambda d: d.quantize(Decimal("0.000001")))),
        (TEXT, st.none() | st.text(min_size=1)),
        (FLAG, st.booleans()),
        (WHOLE, st.integers(-(2**31), 2**31 - 1)),
    ],
    ids=["link", "links", "moment", "day", "number", "text", "flag", "integer"],
)
def test_a_value_survives_the_way_to_odoo_and_back(field, values):
    @given(values)
    def round_trip(value):
        assert read_value(field, write_value(field, value, base=BASE), base=BASE) == value

    round_trip()


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_a_number_carries_no_float_noise(value):
    read = read_value(NUMBER, value, base=BASE)
    assert abs(read - Decimal(repr(value))) <= Decimal("0.0000005")
    assert -read.as_tuple().exponent == 6


def test_a_tenth_three_times_is_three_tenths():
    assert read_value(NUMBER, 0.1 + 0.1 + 0.1, base=BASE) == Decimal("0.3")


@pytest.mark.parametrize("field", [LINK, MOMENT, DAY, NUMBER, TEXT, WHOLE])
def test_false_is_null(field):
    assert read_value(field, False, base=BASE) is None
    assert copy_column(field, base=BASE)([False]) == [r"\N"]


def test_a_false_flag_is_false_and_not_null():
    assert read_value(FLAG, False, base=BASE) is False
    assert copy_column(FLAG, base=BASE)([False, True]) == ["f", "t"]


def test_a_name_that_must_not_be_null_is_empty_text():
    assert read_value(NAME, False, base=BASE) == ""
    assert copy_column(NAME, base=BASE)([False]) == [""]


def test_zero_is_a_number_and_not_null():
    assert read_value(NUMBER, 0.0, base=BASE) == 0
    assert copy_column(NUMBER, base=BASE)([0.0, 0]) == ["0.0", "0"]


def test_a_link_with_its_name_is_the_same_as_a_bare_one():
    assert read_value(LINK, [5, "Nordstahl"], base=BASE) == read_value(LINK, 5, base=BASE) == BASE + 5
    assert copy_column(LINK, base=BASE)([[5, "Nordstahl"], 5]) == [str(BASE + 5)] * 2


def test_links_are_kept_in_one_order_whatever_odoo_says():
    assert copy_column(MANY, base=BASE)([[9, 2], [2, 9]]) == ["{" + f"{BASE + 2},{BASE + 9}" + "}"] * 2


def test_moments_are_utc():
    read = read_value(MOMENT, "2026-03-04 05:06:07", base=BASE)
    assert read == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert copy_column(MOMENT, base=BASE)(["2026-03-04 05:06:07"]) == ["2026-03-04 05:06:07+00"]
    assert read_value(DAY, "2026-03-04", base=BASE) == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("field", "value"),
    [(LINK, "x"), (LINK, True), (MANY, ["x"]), (MOMENT, "soon"), (DAY, 3), (NUMBER, "much"), (NUMBER, float("nan"))],
)
def test_a_value_of_another_kind_is_named(field, value):
    with pytest.raises(ConversionError, match="thing"):
        read_value(field, value, base=BASE)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_never_reaches_the_database(value):
    with pytest.raises(ConversionError):
        copy_column(NUMBER, base=BASE)([1.0, value])
