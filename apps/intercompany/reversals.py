"""Documents that a company has undone itself: an invoice with the credit notes that reverse all of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from apps.intercompany.documents import Document, Match
from apps.intercompany.references import normal, within

Undone = tuple[Document, ...]
"""A document and the credit notes of its own side that come to just as much, the document first."""


def undone(documents: Mapping[int, Document]) -> list[Undone]:
    """Every posted document that posted credit notes of the same company reverse wholly.

    A credit note belongs to what Odoo made it for (reversed_entry_id); one made by hand to the document that it quotes,
    is over as much as, and that credit notes alone have settled. Of more than it takes, the first do.
    """
    found = []
    for origin, credits in sorted(_credits(documents.values(), documents).items()):
        document, left, taken = documents[origin], documents[origin].total, []
        for one in sorted(credits, key=lambda credit: credit.key):
            if one.currency == document.currency and 0 < one.total <= left:
                left -= one.total
                taken.append(one)
        if taken and left == Decimal(0):
            found.append((document, *taken))
    return found


def settled(found: Iterable[Undone], by_key: Mapping[int, Match]) -> dict[int, tuple[int, ...]]:
    """For each document with which nothing is left to book, the others of its side that answer it.

    That is so unless the other company has booked one of them: then each needs its own counterpart.
    """
    answered: dict[int, tuple[int, ...]] = {}
    for together in found:
        if not any(_is_booked(one, by_key) for one in together):
            keys = [one.key for one in together]
            answered |= {key: tuple(other for other in keys if other != key) for key in keys}
    return answered


def _is_booked(one: Document, by_key: Mapping[int, Match]) -> bool:
    match = by_key.get(one.key)
    return match is not None and any(other.posted for other in match.others(one.key))


def _credits(documents: Collection[Document], known: Mapping[int, Document]) -> dict[int, list[Document]]:
    found: dict[int, list[Document]] = defaultdict(list)
    loose = []
    for one in documents:
        if not (one.is_credit and one.posted):
            continue
        origin = known.get(one.reverses) if one.reverses is not None else None
        if origin is not None and _may_undo(one, origin):
            found[origin.key].append(one)
        elif one.reverses is None:
            loose.append(one)
    for credit, origin in _by_hand(loose, documents, found):
        found[origin.key].append(credit)
    return found


def _may_undo(credit: Document, origin: Document) -> bool:
    return origin.posted and not origin.is_credit and origin.company == credit.company


def _by_hand(
    credits: list[Document], documents: Collection[Document], linked: Collection[int]
) -> list[tuple[Document, Document]]:
    """The credit notes without a link that quote, and are over as much as, what was settled by credit notes alone."""
    if not credits:
        return []
    origins = {
        (one.company, normal(one.number)): one
        for one in sorted(documents, key=lambda each: -each.key)
        if one.is_reversed and one.posted and not one.is_credit and one.key not in linked and one.number
    }
    shapes = {tuple("0" if part.isdecimal() else part for part in number) for _company, number in origins}
    pairs: dict[int, list[tuple[Document, Document]]] = defaultdict(list)
    for credit in credits:
        named = {run for text in credit.quoted for run in within(normal(text), shapes)}
        for number in sorted(named):
            origin = origins.get((credit.company, number))
            if origin is not None and origin.total == credit.total:
                pairs[origin.key].append((credit, origin))
    return [found[0] for found in pairs.values() if len(found) == 1]
