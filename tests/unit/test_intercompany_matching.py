"""Pairing invoices with bills, and what their differences are: algebra, without any database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest

from apps.intercompany.differences import Difference, Tolerance, differences, money_between
from apps.intercompany.documents import Document, Match, Rung
from apps.intercompany.matching import match
from apps.intercompany.references import normal

SELLER, BUYER = 1, 2
DAY = date(2026, 6, 3)
STRICT = Tolerance(Decimal(1), 10, 3)
_keys = count(1000)


def sale(number: str = "INV/2026/00001", total: int | str = 100, **values: object) -> Document:
    amount = Decimal(total)
    base = Document(next(_keys), "out_invoice", SELLER, True, number, untaxed=amount, total=amount, currency=1)
    return replace(base, **{"issued_on": DAY, "booked_on": DAY, **values})  # type: ignore[arg-type]


def bill(*quoted: str, total: int | str = 100, **values: object) -> Document:
    amount, key = Decimal(total), next(_keys)
    base = Document(key, "in_invoice", BUYER, True, f"BILL/{key}", quoted, untaxed=amount, total=amount, currency=1)
    return replace(base, **{"issued_on": DAY, "booked_on": DAY, **values})  # type: ignore[arg-type]


def pairs(*documents: Document) -> set[tuple[int, int, Rung]]:
    return {(*(each.key for each in one.members), one.rung) for one in match(documents).matches}  # type: ignore[misc]


@pytest.mark.parametrize("written", ["INV/2026/00007", "inv-2026-7", "Inv 2026/0007", "INV_2026_07"])
def test_references_are_the_same_without_case_separators_and_leading_zeros(written: str) -> None:
    assert normal(written) == normal("INV/2026/7")


@pytest.mark.parametrize("written", ["INV/2026/00070", "INV/2025/00007", "RINV/2026/7", "INV/20260/7", ""])
def test_other_numbers_are_not(written: str) -> None:
    assert normal(written) != normal("INV/2026/7")


def test_a_bill_that_quotes_the_number_answers_the_invoice_whatever_its_amount() -> None:
    one, other = sale(total=100), bill("inv/2026/1", total=130)
    assert pairs(one, other) == {(one.key, other.key, Rung.REFERENCE)}


def test_an_invoice_that_quotes_the_bills_number_is_answered_too() -> None:
    other = bill()
    one = sale(quoted=(other.number,))
    assert pairs(one, other) == {(one.key, other.key, Rung.REFERENCE)}


def test_the_add_ons_link_is_surer_than_a_reference() -> None:
    one, two = sale("INV/1"), sale("INV/2")
    linked = bill("INV/2", link=one.key)
    assert pairs(one, two, linked) == {(one.key, linked.key, Rung.LINK)}


def test_without_a_reference_amount_and_day_decide() -> None:
    one, near = sale(), bill(issued_on=DAY + timedelta(days=5))
    assert pairs(one, near) == {(one.key, near.key, Rung.AMOUNT)}
    assert pairs(one, bill(issued_on=DAY + timedelta(days=6))) == set()
    assert pairs(one, bill(total="100.01")) == set()
    assert pairs(one, bill(currency=2)) == set()


@pytest.mark.parametrize(
    "quoted", ["INV/2026/00099", "inv-2026-99", "Your invoice INV/2026/00099 of May", "INV 2025 1"]
)
def test_a_bill_that_quotes_another_number_of_the_seller_is_not_taken_for_its_amount(quoted: str) -> None:
    assert pairs(sale(), bill(quoted)) == set()


@pytest.mark.parametrize("quoted", ["P00012", "Pumps of June", "IC-0815", "4500012345", "2026/7", "PO/2026/00099"])
def test_an_order_or_a_word_that_a_bill_quotes_does_not_keep_its_amount_from_counting(quoted: str) -> None:
    one, other = sale(), bill(quoted)
    assert pairs(one, other) == {(one.key, other.key, Rung.AMOUNT)}


def test_numbers_of_all_invoices_of_the_seller_tell_how_its_numbers_look() -> None:
    one, other = sale(), bill("EXP-7")
    assert pairs(one, other) == {(one.key, other.key, Rung.AMOUNT)}
    assert pairs(one, other, sale("EXP-6", total=900)) == set()


def test_an_invoice_that_quotes_another_bill_is_not_taken_for_its_amount_but_its_own_number_is_no_matter() -> None:
    other = bill()
    own = sale(quoted=("INV/2026/00001", "P00012"))
    assert pairs(own, other) == {(own.key, other.key, Rung.AMOUNT)}
    assert pairs(sale(quoted=("BILL/1",)), other) == set()


@pytest.mark.parametrize("text", ["Your invoice INV/2026/00001", "inv 2026-1, pumps", "P00012 / INV/2026/1"])
def test_a_number_may_stand_among_words(text: str) -> None:
    one, other = sale(), bill(text, total=130)
    assert pairs(one, other) == {(one.key, other.key, Rung.REFERENCE)}


def test_a_reference_may_have_more_digits_than_any_number() -> None:
    endless, same = "9" * 4400, "0" * 4400 + "7"
    assert normal(endless) != normal(endless + "9") and normal(f"INV/{same}") == normal("INV/7") == normal("INV/٠٧")
    one, other = sale(), bill("INV/2026/1", total=130)
    assert pairs(one, other, bill(endless, f"INV/2026/{endless}", total=7)) == {(one.key, other.key, Rung.REFERENCE)}


def test_the_longer_number_is_meant_and_not_a_shorter_one_within_it() -> None:
    yearly, monthly = sale("INV/2026/00011", total=500), sale("INV/2026/11/0003", total=100)
    for text in ("INV/2026/11/0003", "Your invoice INV/2026/11/0003 of May", "P7 inv-2026-11-3"):
        other = bill(text, total=480)
        assert pairs(yearly, monthly, other) == {(monthly.key, other.key, Rung.REFERENCE)}
        unknown = bill(text.replace("3", "4"), total=480)
        assert pairs(yearly, monthly, unknown) == set()
    both = bill("INV/2026/11 and INV/2026/11/0003", total=500)
    assert pairs(yearly, both) == {(yearly.key, both.key, Rung.REFERENCE)}


def test_a_number_without_letters_is_not_looked_for_among_words() -> None:
    assert pairs(sale("2026/7"), bill("INV/2026/7", total=130)) == set()
    one, other = sale("2026/7"), bill("2026-07", total=130)
    assert pairs(one, other) == {(one.key, other.key, Rung.REFERENCE)}


def test_two_trades_of_one_amount_are_not_guessed_apart() -> None:
    assert pairs(sale("INV/1"), sale("INV/2"), bill()) == set()


def test_an_invoice_is_never_answered_by_a_refund() -> None:
    assert pairs(sale(), bill("INV/2026/00001", kind="in_refund")) == set()
    one = sale("RINV/1", kind="out_refund")
    other = bill("RINV/1", kind="in_refund")
    assert pairs(one, other) == {(one.key, other.key, Rung.REFERENCE)}


def test_of_two_bills_with_one_number_the_more_alike_wins_and_the_other_is_left() -> None:
    one, same, dearer = sale(), bill("INV/2026/1"), bill("INV/2026/1", total=120)
    found = match([dearer, same, one])
    assert [it.members for it in found.matches] == [(one, same)]
    assert found.unmatched == (dearer,)
    assert one.key in found.rivals
    assert found.twins == {dearer.key: same.key}


def found(one: Document, other: Document, tolerance: Tolerance = STRICT, worth: str = "1") -> list[Difference]:
    return differences(one, other, tolerance, Decimal(worth))


def test_equal_documents_do_not_differ() -> None:
    assert found(sale(), bill()) == []


@pytest.mark.parametrize(("theirs", "expected"), [("1000.01", []), ("1001", []), ("1001.01", [Difference.AMOUNT])])
def test_an_amount_within_the_tolerance_passes(theirs: str, expected: list[Difference]) -> None:
    assert found(sale(total=1000), bill(total=theirs)) == expected


def test_the_share_bounds_small_documents() -> None:
    assert found(sale(total=100), bill(total="100.10")) == []
    assert found(sale(total=100), bill(total="100.11")) == [Difference.AMOUNT]


def test_the_tolerance_is_counted_in_the_groups_currency() -> None:
    assert found(sale(total=1000), bill(total=1001), worth="1.01") == [Difference.AMOUNT]


def test_without_a_rate_only_rounding_passes() -> None:
    assert differences(sale(total=1000), bill(total="1000.5"), STRICT, None) == [Difference.AMOUNT]
    assert differences(sale(total=1000), bill(total="1000.01"), STRICT, None) == []


def test_a_cent_a_line_is_rounding() -> None:
    assert differences(sale(lines=3), bill(total="100.03"), STRICT, None) == []
    assert differences(sale(lines=3), bill(total="100.04"), STRICT, None) == [Difference.AMOUNT]


def test_another_tax_alone_is_told_from_another_amount() -> None:
    assert found(sale(), bill(tax=Decimal(20))) == [Difference.TAX]


def test_other_quantities_come_before_the_amount_that_they_make() -> None:
    one = sale(quantities=((7, Decimal(3)),))
    assert found(one, bill(total=133, quantities=((7, Decimal(4)),))) == [Difference.QUANTITY, Difference.AMOUNT]
    assert found(one, bill(total=133, quantities=None)) == [Difference.AMOUNT]


def test_a_product_that_only_one_of_the_two_names_is_no_other_quantity() -> None:
    one = sale(total=945, quantities=((7, Decimal(3)), (8, Decimal(1))))
    assert found(one, bill(total=945, quantities=((7, Decimal(3)),))) == []
    assert found(one, bill(total=945, quantities=((9, Decimal(1)),))) == []
    assert found(one, bill(total=900, quantities=((7, Decimal(3)),))) == [Difference.AMOUNT]
    assert found(one, bill(total=945, quantities=((7, Decimal(2)), (9, Decimal(1))))) == [Difference.QUANTITY]


def test_two_currencies_are_one_difference_not_three() -> None:
    assert found(sale(), bill(total=86, currency=2)) == [Difference.CURRENCY]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (date(2026, 6, 1), date(2026, 6, 30), False),
        (date(2026, 6, 30), date(2026, 7, 3), False),
        (date(2026, 6, 30), date(2026, 7, 4), True),
        (date(2025, 6, 3), date(2026, 6, 3), True),
    ],
)
def test_a_period_differs_across_a_months_end_beyond_the_days_allowed(one: date, other: date, *, differ: bool) -> None:
    assert (found(sale(booked_on=one), bill(booked_on=other)) == [Difference.PERIOD]) is differ


def test_the_money_is_the_difference_of_the_totals_in_the_groups_currency() -> None:
    worth = (Decimal("1.25"), Decimal("1.25"))
    assert money(bill(total=130), [Difference.AMOUNT], worth) == Decimal("37.50")
    assert money(bill(total=86), [Difference.CURRENCY], (Decimal(1), Decimal("1.2"))) == Decimal("3.20")
    assert money(bill(booked_on=date(2026, 7, 9)), [Difference.PERIOD], worth) == Decimal("125.00")
    assert money(bill(), [Difference.AMOUNT], (None, Decimal(1))) is None


def money(other: Document, differ: list[Difference], worth: tuple[Decimal | None, Decimal | None]) -> Decimal | None:
    return money_between(Match.pair(sale(), other, Rung.REFERENCE), differ, STRICT, worth)
