"""Numbers written short in lists and ranges: read where they are there, and never made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.intercompany.documents import Document
from apps.intercompany.matching import match
from apps.intercompany.numbers import MOST_BETWEEN, Numbers
from apps.intercompany.references import normal, shapes_of
from tests.unit.test_intercompany_several import DAY, bill, differ, groups, sale

LANE = (11, 18, 19, 20, 21, 24, 119, 2026)


def numbered(*numbers: str) -> Numbers:
    documents = [sale(key, number, 100) for key, number in enumerate(numbers, 1)]
    return Numbers({normal(one.number): [one] for one in documents}, shapes_of(documents)[True])


BOOK = numbered(*(f"INV/2026/{number:05}" for number in LANE))
MONTHLY = numbered("INV/2026/11/0003", "INV/2026/12/0004", "INV/2026/11/0012")


def read(text: str, book: Numbers = BOOK) -> dict[str, bool]:
    found = book.read_from(bill(1000, text, 100))
    return {"/".join(number): sure for number, sure in found.items() if number in book.documents}


def names(text: str) -> tuple[set[int], set[int]]:
    """Which numbers of 2026 are named, surely and not."""
    found = read(text)
    sure, unsure = ({int(name.split("/")[-1]) for name in found if found[name] is want} for want in (True, False))
    return sure, unsure


@pytest.mark.parametrize(
    "text",
    [
        "INV/2026/00018, 00019", "INV/2026/00018,00019", "INV/2026/00018 + 00019", "INV/2026/00018/00019",
        "INV/2026/00018-00019", "inv 2026 00018 und 00019", "INV/2026/00018 & 00019 (pumps)", "INV/2026/00018; #00019",
        "00018-00019", "00018/00019", "00018, 00019", "00018 to 00019", "Invoices 00018 and 00019", "INV 00018, 00019",
        "Nr. 00018 + 00019", "INV/2026/00018 00019", "INV/2026/00018, 2026/00019",
    ],
)  # fmt: skip
def test_digits_that_stand_at_the_end_of_an_existing_number_name_it(text: str) -> None:
    assert names(text) == ({18, 19}, set())


@pytest.mark.parametrize(
    "text", ["INV/2026/00018 + 19", "INV/2026/00018-19", "INV/2026/00018, 19", "INV/2026/00018/19", "INV/2026/00018-9"]
)
def test_a_short_form_is_read_but_not_sure(text: str) -> None:
    assert names(text) == ({18}, {19})


def test_the_last_digits_alone_change_the_last_digits_alone() -> None:
    assert names("INV/2026/00018, 19, 20, 119") == ({18}, {19, 20, 119})
    book = numbered("INV/2026/00117", "INV/2026/00119", "INV/2026/00019")
    assert read("INV/2026/00117 + 19", book) == {"inv/2026/117": True, "inv/2026/119": False}


def test_a_range_names_what_is_there_between_its_ends_without_being_sure_of_it() -> None:
    assert names("INV/2026/00018-00021") == ({18, 21}, {19, 20})
    assert names("00018 - 00024") == ({18, 24}, {19, 20, 21})
    assert names("INV/2026/00018, 00020-00024") == ({18, 20, 24}, {21})
    assert names("INV/2026/00018 to 21") == ({18}, {19, 20, 21})


def test_the_width_of_a_range_is_bounded() -> None:
    far = 100 + MOST_BETWEEN + 2
    book = numbered(*(f"INV/2026/{number:05}" for number in range(100, far + 1)))
    assert set(read(f"INV/2026/00100-{far:05}", book)) == {"inv/2026/100", f"inv/2026/{far}"}
    assert len(read(f"INV/2026/00101-{far:05}", book)) == MOST_BETWEEN + 2


def test_several_last_parts_may_stand_for_another_month() -> None:
    assert read("INV/2026/11/0003, 12/0004", MONTHLY) == {"inv/2026/11/3": True, "inv/2026/12/4": True}
    assert read("INV/2026/11/0003, 12/0005", MONTHLY) == {"inv/2026/11/3": True}


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24", "24.11.2026", "24/11/26", "11/24", "00018-2026", "2026-00018", "00018", "18, 19", "18-19",
        "00018, 00022", "00018 00019", "00018, 00019 pumps", "00018, 00019 24.11.2026", "P00018, P00019", "00018.00019",
        "18.11.2026-24.11.2026", "00018, 00019, 19", "PO 00018, 00019", "00018%, 00019",
    ],
)  # fmt: skip
def test_what_is_no_list_of_numbers_names_nothing(text: str) -> None:
    assert names(text) == (set(), set())


@pytest.mark.parametrize(
    "tail",
    [
        ", 2026-11-24", " 24.11.2026", " of 24/11/2026", " 24.11.", "-2", "/1", ", 19 pcs", " + 19 %", ", 19,00 EUR",
        ", 19.50", " 19", " 24", " (19 boxes)", ", P00019", "-A", " v. 24.11.", ", 00022", ", 2026", " 11:24", " 7",
        ", 00019b", " + 19 + 20 %" , "/2", "-2026",
    ],
)  # fmt: skip
def test_what_follows_a_number_is_no_other_unless_it_is_a_list(tail: str) -> None:
    sure, unsure = names(f"INV/2026/00018{tail}")
    assert (sure, unsure - {19}) == ({18}, set())
    assert not unsure or tail == " + 19 + 20 %"


def test_digits_alone_name_only_what_was_issued_at_about_that_time_and_in_one_sequence() -> None:
    old, new = ([sale(key, f"INV/{year}/{key % 100:05}", 100) for key in keys] for year, keys in YEARS.items())
    far = [replace(one, issued_on=DAY - timedelta(days=365)) for one in old]
    one = bill(900, "00018, 00019", 200)
    assert groups(match([*far, *new, one])) == [[218, 219, 900]]
    assert groups(match([*old, *new, one])) == []
    assert groups(match([*far, one])) == []


YEARS = {2025: (118, 119), 2026: (218, 219)}


def lane(*amounts: int) -> list[Document]:
    return [sale(key, f"INV/2026/{key:05}", amount) for key, amount in enumerate(amounts, 18)]


def test_a_bill_over_a_list_answers_all_and_another_sum_is_a_contradiction() -> None:
    (one,) = match([*lane(500, 400), bill(90, "00018-00019", 900)]).matches
    assert ([each.key for each in one.members], differ(one)) == ([18, 19, 90], [])
    (one,) = match([*lane(500, 400), bill(90, "INV/2026/00018, 00019", 950)]).matches
    assert [each.key for each in one.members] == [18, 19, 90]
    assert len(differ(one)) == 1


def test_what_is_not_sure_counts_only_where_the_sum_fits() -> None:
    assert groups(match([*lane(500, 400), bill(90, "INV/2026/00018 + 19", 900)])) == [[18, 19, 90]]
    assert groups(match([*lane(500, 400), bill(90, "INV/2026/00018 + 19", 950)])) == [[18, 90]]
    assert groups(match([*lane(500, 400), bill(90, "INV/2026/00018-9", 250)])) == [[18, 90]]
    documents = lane(500, 400, 300, 200)
    assert groups(match([*documents, bill(90, "INV/2026/00018-00021", 1400)])) == [[18, 19, 20, 21, 90]]
    assert groups(match([*documents, bill(90, "INV/2026/00018-00021", 700)])) == [[18, 21, 90]]


def test_a_bill_that_names_answered_invoices_by_a_list_is_not_taken_for_its_amount() -> None:
    documents = [*lane(500, 400, 900), bill(80, "INV/2026/00018", 500), bill(81, "INV/2026/00019", 400)]
    found = match([*documents, bill(90, "00018, 00019", 900)])
    assert groups(found) == [[18, 80], [19, 81]]
    assert set(found.twins) == {90}


texts = st.text(alphabet="IiNnVv0123456789/-–,;+&. #%()abPto", max_size=40)
pieces = st.lists(
    st.sampled_from(
        ["INV/2026/00018", "00019", "19", "2026", "11", "24", ", ", " ", "-", "/", " + ", " and ", "P", "."]
    ),
    max_size=9,
).map("".join)


@given(texts | pieces)
def test_only_numbers_that_are_there_are_read_and_reading_never_fails(text: str) -> None:
    found = BOOK.read_from(bill(1000, text, 100))
    full = {number for number in found if "".join(number) in "".join(normal(text))}
    assert all(number in BOOK.documents or number in full for number in found)
    short = {number[-1] for number in found if number not in full}
    digits = "".join(one for one in text if one.isdecimal())
    assert all(one[-1] in digits for one in short) or any(mark in text for mark in "-–.to")


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%y"])
)
def test_a_day_is_never_a_number(day: date, form: str) -> None:
    written = day.strftime(form)
    assert names(written) == (set(), set())
    for glue in (" ", ", ", " of "):
        assert names(f"INV/2026/00018{glue}{written}") == ({18}, set())


@given(st.lists(st.sampled_from(LANE[:-1]), min_size=2, unique=True), st.sampled_from([", ", "/", " + ", "; ", " & "]))
def test_every_list_of_existing_ends_is_read_whole(wanted: list[int], glue: str) -> None:
    ends = [f"{one:05}" for one in wanted]
    assert names(glue.join(ends)) == (set(wanted), set())
    assert names("INV/2026/" + glue.join(ends)) == (set(wanted), set())


@given(st.lists(st.sampled_from(LANE), min_size=1, max_size=4), st.integers(1, 5000))
def test_what_short_forms_join_adds_up_to_the_cent(wanted: list[int], total: int) -> None:
    documents = [sale(key, f"INV/2026/{key:05}", 100 + key) for key in LANE]
    text = "INV/2026/00018 + " + " + ".join(map(str, wanted))
    for one in match([*documents, bill(9000, text, total)]).matches:
        if len(one.sales) > 1:
            assert one.sale.total == Decimal(total)
