"""Bills over several invoices, invoices billed in parts, and what a company has undone itself: case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.intercompany.differences import Difference, Tolerance, contradictions, money_between
from apps.intercompany.documents import Document, Match, Rung
from apps.intercompany.matching import Matching, match

DAY = date(2026, 6, 3)
STRICT = Tolerance(Decimal(1), 10, 3)
ONE, TWO = "INV/2026/00016", "INV/2026/00017"
BOTH = f"{ONE} + {TWO}"


def sale(key: int, number: str, total: Decimal | int | str, **values: object) -> Document:
    amount = Decimal(total)
    base = Document(key, "out_invoice", 1, True, number, untaxed=amount, total=amount, currency=1)
    return replace(base, **{"issued_on": DAY, "booked_on": DAY, **values})  # type: ignore[arg-type]


def bill(key: int, quoted: str, total: int | str, **values: object) -> Document:
    amount = Decimal(total)
    base = Document(key, "in_invoice", 2, True, f"BILL/{key}", (quoted,), untaxed=amount, total=amount, currency=1)
    return replace(base, **{"issued_on": DAY, "booked_on": DAY, **values})  # type: ignore[arg-type]


def credit(key: int, of: Document, total: int | str | None = None, **values: object) -> Document:
    """The seller's credit note as Odoo makes it of an invoice."""
    base = sale(key, f"R{of.number}", of.total if total is None else total, kind="out_refund", reverses=of.key)
    return replace(base, quoted=(f"Reversal of: {of.number}",), **values)  # type: ignore[arg-type]


def refund(key: int, quoted: str, total: int | str, **values: object) -> Document:
    return bill(key, quoted, total, kind="in_refund", **values)


def groups(found: Matching) -> list[list[int]]:
    return [[one.key for one in each.members] for each in found.matches]


def differ(match_: Match) -> list[Difference]:
    return contradictions(match_, STRICT, Decimal(1))


def test_a_bill_that_names_two_invoices_answers_both() -> None:
    found = match([sale(1, ONE, "502.22"), sale(2, TWO, "401.12"), bill(3, BOTH, "903.34")])
    assert groups(found) == [[1, 2, 3]]
    assert (found.unmatched, dict(found.twins), differ(found.matches[0])) == ((), {}, [])


def test_a_bill_over_two_invoices_with_another_sum_is_one_contradiction() -> None:
    (one,) = match([sale(1, ONE, 500), sale(2, TWO, 400), bill(3, BOTH, 950)]).matches
    assert differ(one) == [Difference.AMOUNT]
    assert money_between(one, [Difference.AMOUNT], STRICT, (Decimal(1), Decimal(1))) == Decimal("50.00")


def test_a_bill_that_is_as_much_as_one_of_the_invoices_it_names_answers_that_one() -> None:
    found = match([sale(1, ONE, 500), sale(2, TWO, 400), bill(3, BOTH, "400.20")])
    assert groups(found) == [[2, 3]]
    assert [one.key for one in found.unmatched] == [1]
    assert dict(found.twins) == {}


def test_of_the_invoices_that_a_bill_names_those_are_its_own_that_no_other_bill_is_as_much_as() -> None:
    documents = [sale(1, ONE, 500), sale(2, TWO, 400), sale(3, "INV/2026/00018", 100), bill(4, TWO, 400)]
    found = match([*documents, bill(5, f"{BOTH}, INV/2026/00018", 600)])
    assert groups(found) == [[1, 3, 5], [2, 4]]


def test_part_bills_of_one_invoice_answer_it_together() -> None:
    found = match([sale(1, ONE, 1000), bill(2, ONE, 600), bill(3, ONE, 400)])
    assert groups(found) == [[1, 2, 3]]
    assert (differ(found.matches[0]), dict(found.twins)) == ([], {})


def test_part_bills_that_do_not_reach_the_invoice_yet_are_one_contradiction() -> None:
    (one,) = match([sale(1, ONE, 1000), bill(2, ONE, 600), bill(3, ONE, 300)]).matches
    assert (differ(one), one.anchor) == ([Difference.AMOUNT], 2)


def test_a_bill_beyond_what_the_invoice_has_room_for_is_a_second_one() -> None:
    found = match([sale(1, ONE, 1000), bill(2, ONE, 600), bill(3, ONE, 400), bill(4, ONE, 300)])
    assert groups(found) == [[1, 2, 3]]
    assert dict(found.twins) == {4: 2}


def test_two_whole_bills_of_one_invoice_are_no_parts() -> None:
    found = match([sale(1, ONE, 1000), bill(2, ONE, 1000), bill(3, ONE, 1000)])
    assert (groups(found), dict(found.twins)) == ([[1, 2]], {3: 2})


def test_a_bill_beside_the_one_that_an_add_on_made_is_a_second_one() -> None:
    found = match([sale(1, ONE, 1000), bill(2, ONE, 1000, link=1), bill(3, ONE, 990)])
    assert (groups(found), dict(found.twins)) == ([[1, 2]], {3: 2})


def test_the_group_is_known_by_the_same_document_as_it_grows_and_shrinks() -> None:
    invoice, parts = sale(1, ONE, 1000), [bill(key, ONE, 200) for key in (5, 6, 7, 8)]
    anchors = [match([invoice, *parts[:count]]).matches[0].anchor for count in (1, 2, 3, 4, 3, 2, 1)]
    assert set(anchors) == {5}
    whole = [sale(1, ONE, 100), sale(2, TWO, 100), sale(3, "INV/2026/00018", 100)]
    for count in (1, 2, 3):
        assert match([*whole[:count], bill(9, f"{BOTH} INV/2026/00018", 350)]).matches[0].anchor == 9


def test_drafts_belong_to_the_group_but_their_amounts_do_not_count() -> None:
    (one,) = match([sale(1, ONE, 1000), bill(2, ONE, 600), bill(3, ONE, 400, posted=False, number="")]).matches
    assert [each.key for each in one.members] == [1, 2, 3]
    assert one.booked is not None
    assert [each.key for each in one.booked.members] == [1, 2]
    assert differ(one.booked) == [Difference.AMOUNT]


def test_invoices_in_other_currencies_are_not_added_up() -> None:
    found = match([sale(1, ONE, 500), sale(2, TWO, 400, currency=2), bill(3, BOTH, 900)])
    assert groups(found) == [[1, 3]]
    foreign = match([sale(1, ONE, 500), sale(2, TWO, 400), bill(3, BOTH, 900, currency=2)]).matches
    assert [differ(one) for one in foreign] == [[Difference.CURRENCY]]


def test_two_invoices_with_one_number_are_not_two_invoices_of_a_bill() -> None:
    found = match([sale(1, ONE, 500), sale(2, ONE, 400), bill(3, ONE, 900)])
    assert (groups(found), dict(found.twins)) == ([[1, 3]], {2: 1})


def test_the_period_is_told_of_each_document_and_worth_what_is_in_another() -> None:
    early = sale(1, ONE, 500, booked_on=date(2026, 4, 20))
    (one,) = match([early, sale(2, TWO, 400), bill(3, BOTH, 900)]).matches
    assert differ(one) == [Difference.PERIOD]
    assert money_between(one, [Difference.PERIOD], STRICT, (Decimal(1), Decimal(1))) == Decimal("500.00")


def test_quantities_of_a_group_are_compared_as_sums() -> None:
    parts = [bill(2, ONE, 60, quantities=((7, Decimal(2)),)), bill(3, ONE, 40, quantities=((7, Decimal(1)),))]
    for amount, expected in ((3, []), (4, [Difference.QUANTITY])):
        (one,) = match([sale(1, ONE, 100, quantities=((7, Decimal(amount)),)), *parts]).matches
        assert differ(one) == expected


def test_hundreds_of_invoices_on_one_bill_are_one_group() -> None:
    invoices = [sale(key, f"INV/2026/{key:05}", 10) for key in range(1, 301)]
    quoted = " ".join(one.number for one in invoices)
    (one,) = match([*invoices, bill(999, quoted, 3000)]).matches
    assert (len(one.sales), differ(one)) == (300, [])


def test_an_invoice_and_the_credit_note_that_reverses_it_wholly_need_nothing_from_the_buyer() -> None:
    invoice = sale(1, ONE, 777)
    found = match([invoice, credit(2, invoice)])
    assert (found.matches, dict(found.settled)) == ((), {1: (2,), 2: (1,)})


@pytest.mark.parametrize("parts", [(700, 77), (77, 700)])
def test_several_credit_notes_reverse_an_invoice_too(parts: tuple[int, int]) -> None:
    invoice = sale(1, ONE, 777)
    assert set(match([invoice, *(credit(key, invoice, part) for key, part in enumerate(parts, 2))]).settled) == {
        1,
        2,
        3,
    }


def test_a_credit_note_over_less_is_a_document_of_its_own() -> None:
    invoice = sale(1, ONE, 777)
    assert dict(match([invoice, credit(2, invoice, 700)]).settled) == {}
    assert dict(match([invoice, credit(2, invoice, posted=False)]).settled) == {}
    assert dict(match([invoice, credit(2, invoice, currency=2)]).settled) == {}


def test_a_second_credit_note_over_the_whole_is_not_undone_by_the_invoice() -> None:
    invoice = sale(1, ONE, 777)
    found = match([invoice, credit(2, invoice), credit(3, invoice)])
    assert set(found.settled) == {1, 2}


@pytest.mark.parametrize("quoted", [ONE, ""])
def test_once_the_buyer_has_booked_the_invoice_its_vendor_credit_note_is_missing(quoted: str) -> None:
    invoice = sale(1, ONE, 777)
    found = match([invoice, credit(2, invoice), bill(3, quoted, 777)])
    assert (groups(found), dict(found.settled)) == ([[1, 3]], {})
    assert [one.key for one in found.unmatched] == [2]


def test_once_the_buyer_has_booked_the_credit_note_the_bill_is_missing() -> None:
    invoice = sale(1, ONE, 777)
    found = match([invoice, credit(2, invoice), refund(3, f"R{ONE}", 777)])
    assert (groups(found), dict(found.settled)) == ([[2, 3]], {})
    assert [one.key for one in found.unmatched] == [1]


def test_a_draft_of_the_buyer_books_nothing() -> None:
    invoice = sale(1, ONE, 777)
    found = match([invoice, credit(2, invoice), bill(3, ONE, 777, posted=False, number="")])
    assert (groups(found), set(found.settled)) == ([[1, 3]], {1, 2})


def test_a_bill_without_a_reference_answers_the_invoice_that_was_written_anew() -> None:
    wrong = sale(1, ONE, 777)
    found = match([wrong, credit(2, wrong), sale(3, TWO, 777), bill(4, "", 777)])
    assert (groups(found), set(found.settled)) == ([[3, 4]], {1, 2})


def test_a_bill_that_was_reversed_and_booked_anew_leaves_the_invoice_to_the_new_one() -> None:
    wrong = bill(2, ONE, 777)
    back = refund(3, "Reversal of: BILL/2", 777, reverses=2)
    found = match([sale(1, ONE, 777), wrong, back, bill(4, ONE, 700)])
    assert (groups(found), set(found.settled), dict(found.twins)) == ([[1, 4]], {2, 3}, {2: 4})


def test_a_credit_note_made_by_hand_undoes_what_it_quotes_once_it_has_settled_it() -> None:
    invoice, by_hand = sale(1, ONE, 777), sale(2, f"R{ONE}", 777, kind="out_refund", quoted=(f"for {ONE}",))
    assert dict(match([invoice, by_hand]).settled) == {}
    assert set(match([replace(invoice, is_reversed=True), by_hand]).settled) == {1, 2}
    other = replace(by_hand, key=3, issued_on=DAY + timedelta(days=1))
    assert dict(match([replace(invoice, is_reversed=True), by_hand, other]).settled) == {}


def test_credit_notes_are_matched_in_groups_as_invoices_are() -> None:
    first, second = sale(1, "RINV/1", 60, kind="out_refund"), sale(2, "RINV/2", 40, kind="out_refund")
    (one,) = match([first, second, refund(3, "RINV/1 and RINV/2", 100)]).matches
    assert ([each.key for each in one.members], one.rung) == ([1, 2, 3], Rung.REFERENCE)
