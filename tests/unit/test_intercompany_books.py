"""Matching any books: whatever two companies write, nothing is lost, taken twice or a matter of chance."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from apps.intercompany.answers import are_alike
from apps.intercompany.documents import Document, Match, Rung, total_of
from apps.intercompany.matching import match
from apps.intercompany.references import normal, shapes_of, within

DAY = date(2026, 6, 3)
amounts = st.sampled_from(["100", "100.00", "250", "99.5", "150", "40", "60"])
texts = st.sampled_from(["INV/1", "inv-01", "INV/2", "X", "", "INV/1 + INV/2", "INV/2, INV/3 and INV/1", "INV/1 + 2"])
numbers = st.sampled_from(["INV/1", "INV/2", "INV/3", "X", ""])
days = st.integers(0, 9).map(lambda n: DAY + timedelta(days=n))
sides = st.booleans()
MOST = 9


@st.composite
def books(draw: st.DrawFn) -> list[Document]:
    made = []
    for key in range(1, draw(st.integers(0, MOST)) + 1):
        total, sale, credit = Decimal(draw(amounts)), draw(sides), draw(st.integers(0, 3)) == 0
        kind = f"{'out' if sale else 'in'}_{'refund' if credit else 'invoice'}"
        made.append(
            Document(
                key=key,
                kind=kind,
                company=1 if sale else 2,
                posted=draw(st.integers(0, 3)) > 0,
                number=draw(numbers),
                quoted=tuple(filter(None, [draw(texts)])),
                link=draw(st.none() | st.none() | st.integers(1, MOST)),
                currency=draw(st.sampled_from([1, 1, 2])),
                untaxed=total,
                total=total,
                issued_on=draw(days),
                reverses=draw(st.integers(1, MOST)) if draw(sides) and (credit or draw(sides)) else None,
                is_reversed=draw(sides),
            )
        )
    return made


def keys(matches: tuple[Match, ...]) -> set[tuple[frozenset[int], frozenset[int], str]]:
    return {
        (frozenset(one.key for one in found.sales), frozenset(one.key for one in found.purchases), found.rung)
        for found in matches
    }


@given(books())
def test_a_document_is_matched_at_most_once_and_none_is_lost(documents: list[Document]) -> None:
    found = match(documents)
    taken = [one.key for each in found.matches for one in each.members]
    assert max(Counter(taken).values(), default=1) == 1
    assert sorted([*taken, *(one.key for one in found.unmatched)]) == sorted(one.key for one in documents)
    for each in found.matches:
        assert all(one.is_sale for one in each.sales) and not any(one.is_sale for one in each.purchases)
        assert each.is_net or {one.answer_kind for one in each.members} == {each.sales[0].answer_kind}
        assert all(found.of(one.key) is each for one in each.members)


@given(books(), st.integers(0, 1000))
def test_the_order_of_the_books_is_irrelevant(documents: list[Document], seed: int) -> None:
    shuffled = Random(seed).sample(documents, len(documents))
    assert match(documents) == match(shuffled)


@given(books())
def test_matching_again_what_was_matched_changes_nothing(documents: list[Document]) -> None:
    for one in match(documents).matches:
        assert keys(match(one.members).matches) == keys((one,))


@given(books())
def test_the_sides_are_alike(documents: list[Document]) -> None:
    """With sides, and with who quotes whom, turned round, the same documents belong together; but what the buyer has
    undone leaves the invoice to another bill, and what the seller has undone lacks its credit note.
    """
    other = {"out": "in", "in": "out"}
    plain = [replace(one, reverses=None, is_reversed=False) for one in documents]
    turned = [replace(one, kind=f"{other[one.kind.split('_')[0]]}_{one.kind.split('_')[1]}") for one in plain]
    found, mirrored = match(plain), match(turned)
    assert keys(found.matches) == {(theirs, ours, rung) for ours, theirs, rung in keys(mirrored.matches)}
    assert (found.twins, found.settled) == (mirrored.twins, mirrored.settled)


@given(books())
def test_a_weaker_rung_never_displaces_a_surer_match(documents: list[Document]) -> None:
    """But for what a credit note made by hand undoes, which its own number tells."""
    documents = [replace(one, is_reversed=False) for one in documents]
    bare = [replace(one, number="", quoted=()) for one in documents]
    linked = [one for one in match(documents).matches if one.rung is Rung.LINK]
    plain = [one for one in match(bare).matches if one.rung is Rung.LINK]
    assert len(linked) == len(plain)
    groups = [{each.key for each in one.members} for one in linked]
    assert all(any({each.key for each in one.members} <= group for group in groups) for one in plain)


@given(books())
def test_several_stand_on_one_side_only_are_in_one_currency_and_are_named(documents: list[Document]) -> None:
    for one in match(documents).matches:
        main = [[each for each in side if each.is_credit == one.is_credited] for side in (one.sales, one.purchases)]
        assert min(map(len, main)) == 1
        assert one.is_pair or one.is_net or one.rung is not Rung.AMOUNT
        for side in (one.sales, one.purchases):
            assert len({each.currency for each in side}) == 1


@given(books())
def test_no_document_of_several_is_alone_as_much_as_their_counterpart(documents: list[Document]) -> None:
    for one in match(documents).matches:
        if not one.is_pair and not one.is_net:
            several, (single, *_rest) = sorted((one.sales, one.purchases), key=len, reverse=True)
            alone = [each for each in several if each.currency == single.currency]
            assert not any(are_alike(each.total, single.total) for each in alone)


@given(books())
def test_the_sums_of_all_matches_and_of_what_is_left_are_those_of_the_books(documents: list[Document]) -> None:
    found = match(documents)
    told = [(one.sale.total + one.purchase.total) * (-1 if one.is_credited else 1) for one in found.matches]
    assert sum(told) + sum(map(signed, found.unmatched)) == sum(map(signed, documents))


def signed(one: Document) -> Decimal:
    return -one.total if one.is_credit else one.total


@given(books())
def test_a_second_document_is_only_what_carries_the_number_of_the_first(documents: list[Document]) -> None:
    found, known, shapes = match(documents), {one.key: one for one in documents}, shapes_of(documents)
    for left, first in found.twins.items():
        one, other = known[left], known[first]
        assert (one.is_sale, found.of(left)) == (other.is_sale, None)
        assert found.of(first) is not None
        named = [
            {run for text in each.quoted for run in within(normal(text), shapes[not each.is_sale])}
            for each in (one, other)
        ]
        partners = [
            {
                it.key
                for it in documents
                if it.is_sale != one.is_sale and (it.key == each.link or normal(it.number) in told)
            }
            for each, told in zip((one, other), named, strict=True)
        ]
        assert one.number == other.number or partners[0] & partners[1] or named[0] & named[1]


@given(books())
def test_what_is_undone_needs_nothing_unless_the_other_company_booked_some_of_it(documents: list[Document]) -> None:
    found, known = match(documents), {one.key: one for one in documents}
    for key, others in found.settled.items():
        together = [known[key], *(known[other] for other in others)]
        assert all(one.posted and one.company == known[key].company for one in together)
        charged = total_of(one for one in together if not one.is_credit)
        assert charged == total_of(one for one in together if one.is_credit)
        for one in together:
            each = found.of(one.key)
            assert each is None or not any(other.posted for other in each.others(one.key))


@given(books())
def test_what_counts_against_an_invoice_makes_the_sums_fit_and_is_booked(documents: list[Document]) -> None:
    for one in match(documents).matches:
        if one.is_net:
            count = max(len(one.sales), len(one.purchases))
            assert are_alike(one.sale.total, one.purchase.total, count)
            assert all(each.posted for each in one.members)
            assert not one.sales[0].is_credit and not one.purchases[0].is_credit
