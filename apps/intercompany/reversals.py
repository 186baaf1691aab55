"""Documents that a company has undone itself: invoices with the credit notes that reverse all of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from apps.intercompany.documents import Document, Match, Rung, total_of
from apps.intercompany.references import normal, within


class Undone(NamedTuple):
    """Documents of one company (``origins``) and its own documents that come to just as much and take them back."""

    origins: tuple[Document, ...]
    credits: tuple[Document, ...]

    @property
    def members(self) -> tuple[Document, ...]:
        return (*self.origins, *self.credits)


def undone(documents: Mapping[int, Document]) -> list[Undone]:
    """Everything posted that posted credit notes of the same company reverse wholly.

    A credit note belongs to what Odoo made it for (reversed_entry_id); one made by hand to the documents that it
    quotes, is over as much as, and that credit notes alone have settled. Of more than it takes, the first do. What is
    itself undone undoes nothing: a bill whose credit note was taken back stands again.
    """
    found: list[Undone] = []
    taken: set[int] = set()
    linked = _linked(documents)
    for origin, credits in sorted(linked.items(), reverse=True):
        together = _wholly(documents[origin], [one for one in credits if one.key not in taken])
        if together is not None and origin not in taken:
            found.append(together)
            taken |= {one.key for one in together.members}
    found += _by_hand([one for one in documents.values() if one.key not in taken and one.key not in linked])
    return sorted(found, key=lambda one: one.origins[0].key)


def overtaken(found: Iterable[Undone], by_key: Mapping[int, Match]) -> frozenset[int]:
    """What the buyer has booked and undone itself, so that it must not keep the seller's document from another answer:
    all but what the seller has credited too. Nothing where none of it keeps any.
    """
    gone: set[int] = set()
    keeps = False
    for together in found:
        own = [by_key[one.key] for one in together.origins if one.key in by_key]
        answered = {other.key for match in own for other in match.sales}
        if together.origins[0].is_sale or any(_is_credited(by_key.get(one.key), answered) for one in together.credits):
            continue
        gone |= {one.key for one in together.members}
        keeps = keeps or bool(own)
    return frozenset(gone) if keeps else frozenset()


def settled(found: Iterable[Undone], by_key: Mapping[int, Match]) -> dict[int, tuple[int, ...]]:
    """For each document with which nothing is left to book, the others of its side that answer it.

    That is so unless the other company has booked one of them and not undone that as well: then each needs its own
    counterpart.
    """
    standing = list(found)
    while True:
        quiet = {one.key for together in standing for one in together.members}
        kept = [
            together for together in standing if not any(_is_booked(one, by_key, quiet) for one in together.members)
        ]
        if len(kept) == len(standing):
            break
        standing = kept
    answered: dict[int, tuple[int, ...]] = {}
    for together in standing:
        keys = [one.key for one in together.members]
        answered |= {key: tuple(other for other in keys if other != key) for key in keys}
    return answered


def _is_credited(match: Match | None, answered: Collection[int]) -> bool:
    """Whether the seller has credited what the buyer's credit note takes back; of the same amount alone, one of another
    invoice does not.
    """
    if match is None:
        return False
    booked = [one for one in match.sales if one.posted]
    if match.rung is not Rung.AMOUNT:
        return bool(booked)
    return any(one.reverses is None or one.reverses in answered for one in booked)


def _is_booked(one: Document, by_key: Mapping[int, Match], quiet: Collection[int]) -> bool:
    match = by_key.get(one.key)
    return match is not None and any(other.posted and other.key not in quiet for other in match.others(one.key))


def _linked(known: Mapping[int, Document]) -> dict[int, list[Document]]:
    """For each document what Odoo made to take it back."""
    found: dict[int, list[Document]] = defaultdict(list)
    for one in known.values():
        origin = known.get(one.reverses) if one.reverses is not None and one.posted else None
        if origin is not None and _may_undo(one, origin):
            found[origin.key].append(one)
    return found


def _may_undo(credit: Document, origin: Document) -> bool:
    return origin.posted and origin.is_credit != credit.is_credit and origin.company == credit.company


def _wholly(origin: Document, credits: Iterable[Document]) -> Undone | None:
    left, taken = origin.total, []
    for one in sorted(credits, key=lambda credit: credit.key):
        if one.currency == origin.currency and 0 < one.total <= left:
            left -= one.total
            taken.append(one)
    return Undone((origin,), tuple(taken)) if taken and left == Decimal(0) else None


def _by_hand(documents: Collection[Document]) -> list[Undone]:
    """The credit notes without a link that quote, and are over as much as, what was settled by credit notes alone; one
    may be over several such documents. What more than one takes back is left alone.
    """
    loose = [one for one in documents if one.is_credit and one.posted and one.reverses is None]
    if not loose:
        return []
    reversed_ones = [one for one in documents if one.is_reversed and one.posted and not one.is_credit and one.number]
    origins = {(one.company, normal(one.number)): one for one in sorted(reversed_ones, key=lambda each: -each.key)}
    shapes = {tuple("0" if part.isdecimal() else part for part in number) for _company, number in origins}
    pairs: list[Undone] = []
    for credit in sorted(loose, key=lambda one: one.key):
        numbers = sorted({run for text in credit.quoted for run in within(normal(text), shapes)})
        quoted = [origins[credit.company, number] for number in numbers if (credit.company, number) in origins]
        alike = tuple(one for one in quoted if one.currency == credit.currency)
        single = [one for one in alike if one.total == credit.total]
        if single:
            pairs += [Undone((one,), (credit,)) for one in single]
        elif alike and total_of(alike) == credit.total:
            pairs.append(Undone(tuple(sorted(alike, key=lambda one: one.key)), (credit,)))
    return _unshared(pairs)


def _unshared(pairs: list[Undone]) -> list[Undone]:
    """Those of which no document is in another one."""
    count: dict[int, int] = defaultdict(int)
    for together in pairs:
        for one in together.members:
            count[one.key] += 1
    return [together for together in pairs if all(count[one.key] == 1 for one in together.members)]
