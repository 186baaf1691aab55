"""What a company has undone itself, in whole or in part, and what counts against an invoice: case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.intercompany.documents import Document
from apps.intercompany.matching import match
from tests.unit.test_intercompany_several import BOTH, DAY, ONE, TWO, bill, credit, differ, groups, refund, sale

LATER = DAY + timedelta(days=40)


def back(key: int, of: Document, total: int | None = None, **values: object) -> Document:
    """The buyer's own reversal of a bill as Odoo makes it."""
    amount = str(of.total if total is None else total)
    return refund(key, f"Reversal of: {of.number}", amount, reverses=of.key, **values)


def left(documents: list[Document]) -> set[int]:
    """What is not answered and not settled: these are the cases of a missing counterpart."""
    found = match(documents)
    return {one.key for one in found.unmatched} - set(found.settled)


@pytest.mark.parametrize("link", [None, 1])
def test_a_bill_that_the_buyer_has_reversed_answers_the_invoice_no_more(link: int | None) -> None:
    wrong = bill(2, ONE, 777, link=link)
    documents = [sale(1, ONE, 777), wrong, back(3, wrong)]
    assert left(documents) == {1}
    assert dict(match(documents).settled) == {2: (3,), 3: (2,)}


@pytest.mark.parametrize("quoted", [ONE, "", "P00012"])
def test_a_bill_booked_anew_answers_it_whatever_it_quotes(quoted: str) -> None:
    wrong = bill(2, ONE, 777)
    documents = [sale(1, ONE, 777), wrong, back(3, wrong), bill(4, quoted, 777)]
    assert (groups(match(documents)), left(documents)) == ([[1, 4]], set())


def test_a_bill_booked_and_reversed_twice_leaves_the_invoice_open_and_a_third_one_answers_it() -> None:
    first, second = bill(2, ONE, 777), bill(4, ONE, 777)
    documents = [sale(1, ONE, 777), first, back(3, first), second, back(5, second)]
    assert left(documents) == {1}
    assert groups(match([*documents, bill(6, ONE, 777)])) == [[1, 6]]


def test_what_both_companies_have_reversed_leaves_nothing_open_however_far_apart_and_unlike() -> None:
    invoice, wrong = sale(1, ONE, 777), bill(2, ONE, 700)
    documents = [invoice, wrong, credit(3, invoice, issued_on=LATER), back(4, wrong)]
    assert (left(documents), match(documents).matches) == (set(), ())
    quoting = [invoice, wrong, credit(3, invoice), replace(back(4, wrong), quoted=(f"R{ONE}",))]
    assert left(quoting) == set()


def test_the_buyers_reversal_that_answers_the_sellers_credit_note_keeps_both_pairs() -> None:
    invoice, wrong = sale(1, ONE, 777), bill(2, ONE, 777)
    by_hand = sale(3, f"R{ONE}", 777, kind="out_refund")
    documents = [invoice, wrong, by_hand, replace(back(4, wrong), quoted=(f"R{ONE}",))]
    assert (groups(match(documents)), left(documents)) == ([[1, 2], [3, 4]], set())
    assert left([invoice, wrong, by_hand, back(4, wrong)]) == set()


def test_a_credit_note_of_another_invoice_is_not_taken_for_the_buyers_reversal() -> None:
    other, invoice, wrong = sale(9, TWO, 900), sale(1, ONE, 100), bill(2, ONE, 100)
    documents = [other, bill(8, TWO, 900), invoice, wrong, back(3, wrong), credit(4, other, 100)]
    assert left(documents) == {1, 4}


def test_a_reversal_that_was_reversed_itself_lets_the_bill_stand() -> None:
    first = bill(2, ONE, 777)
    again = back(3, first)
    documents = [sale(1, ONE, 777), first, again, bill(4, "Reversal of: RBILL", 777, reverses=3)]
    assert (groups(match(documents)), left(documents)) == ([[1, 2]], set())


def test_a_part_that_the_buyer_took_back_lacks_its_credit_note_and_the_bill_still_answers() -> None:
    whole = bill(2, ONE, 777)
    documents = [sale(1, ONE, 777), whole, back(3, whole, 100)]
    assert (groups(match(documents)), left(documents)) == ([[1, 2]], {3})


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_bill_net_of_a_credit_note_answers_both(by_hand: bool) -> None:
    invoice = sale(1, ONE, 777)
    note = credit(2, invoice, 100, reverses=None if by_hand else 1)
    (one,) = match([invoice, note, bill(3, ONE, 677)]).matches
    assert ([each.key for each in one.members], differ(one)) == ([1, 2, 3], [])
    assert one.is_net and one.anchor == 3


def test_a_bill_that_names_the_credit_note_it_is_net_of_answers_it() -> None:
    documents = [sale(1, ONE, 777), sale(2, TWO, 100), sale(3, "RINV/2026/00003", 50, kind="out_refund")]
    (one,) = match([*documents, bill(4, f"{BOTH} - RINV/2026/00003", 827)]).matches
    assert ([each.key for each in one.members], differ(one)) == ([1, 2, 3, 4], [])


def test_a_credit_note_that_does_not_make_the_sums_fit_is_a_document_of_its_own() -> None:
    invoice = sale(1, ONE, 777)
    found = match([invoice, credit(2, invoice, 100), bill(3, ONE, 700)])
    assert (groups(found), [one.key for one in found.unmatched]) == ([[1, 3]], [2])


def test_a_bill_corrected_by_the_buyers_own_credit_note_agrees_with_the_invoice() -> None:
    dear = bill(2, ONE, 777)
    (one,) = match([sale(1, ONE, 677), dear, back(3, dear, 100)]).matches
    assert ([each.key for each in one.members], differ(one)) == ([1, 2, 3], [])


def test_parts_that_both_have_taken_back_in_their_own_time_leave_nothing_open() -> None:
    invoice, answer = sale(1, ONE, 777), bill(2, ONE, 777)
    documents = [invoice, answer, credit(3, invoice, 100), back(4, answer, 100, issued_on=LATER)]
    (one,) = match(documents).matches
    assert ([each.key for each in one.members], differ(one), left(documents)) == ([1, 3, 2, 4], [], set())
    assert left([*documents[:3], back(4, answer, 99, issued_on=LATER)]) == {3, 4}


def test_one_credit_note_made_by_hand_over_several_invoices_undoes_them_once_it_has_settled_them() -> None:
    invoices = [sale(1, ONE, 500, is_reversed=True), sale(2, TWO, 400, is_reversed=True)]
    note = sale(3, "RINV/2026/00003", 900, kind="out_refund", quoted=(f"for {BOTH}",))
    assert left([*invoices, note]) == set()
    assert left([*invoices, replace(note, total=note.total - 1)]) == {1, 2, 3}
    assert left([invoices[0], replace(invoices[1], is_reversed=False), note]) == {1, 2, 3}


def test_a_full_bill_after_parts_that_made_up_the_invoice_is_the_second_one() -> None:
    documents = [sale(1, ONE, 1000), bill(2, ONE, 600), bill(3, ONE, 400), bill(4, ONE, 1000)]
    found = match(documents)
    assert (groups(found), dict(found.twins)) == ([[1, 2, 3]], {4: 2})
    found = match([documents[0], documents[1], documents[3]])
    assert (groups(found), dict(found.twins)) == ([[1, 4]], {2: 4})


def test_a_bill_that_an_add_on_linked_to_one_invoice_is_over_the_others_it_names_too() -> None:
    invoices = [sale(1, ONE, 500), sale(2, TWO, 400)]
    (one,) = match([*invoices, bill(3, BOTH, 900, link=1)]).matches
    assert ([each.key for each in one.members], differ(one)) == ([1, 2, 3], [])
    assert groups(match([*invoices, bill(3, BOTH, 500, link=1)])) == [[1, 3]]
    assert groups(match([*invoices, bill(3, BOTH, 950, link=1)])) == [[1, 3]]
