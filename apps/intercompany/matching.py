"""Which bill answers which invoice between two companies of the group. Pure; a document is matched at most once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from apps.intercompany.additions import balance, complete
from apps.intercompany.answers import Answers, Naming, twins
from apps.intercompany.documents import Document, Match, Rung
from apps.intercompany.numbers import Numbers
from apps.intercompany.references import Normal, Shapes, names_another, normal, shapes_of
from apps.intercompany.reversals import overtaken, settled, undone

SAME_DAYS = 5
"""Without any reference, documents of one amount belong together when no more days lie between them."""


@dataclass(frozen=True)
class Matching:
    """Everything between two companies, matched.

    ``rivals`` are documents that more than one could have answered. ``twins`` are unmatched documents whose counterpart
    another one of the same number has answered already: which one, by key. ``settled`` are those with which nothing is
    left to book, since documents of their own side undo them: which ones, by key.
    """

    matches: tuple[Match, ...]
    unmatched: tuple[Document, ...]
    rivals: frozenset[int] = frozenset()
    twins: Mapping[int, int] = field(default_factory=dict)
    by_key: Mapping[int, Match] = field(default_factory=dict)
    settled: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def of(self, key: int) -> Match | None:
        return self.by_key.get(key)


def match(documents: Iterable[Document]) -> Matching:
    """Find what two companies booked for each other: by link, then by quoted number, then by amount and day.

    A surer rung is never displaced by a weaker one. Among several candidates of one rung the most alike wins, and the
    order in which documents come decides nothing. Documents are paired by amount only where nothing else fits either
    side, and where neither quotes what looks like a number of the other side's: that names another document, which a
    purchase order or a word does not. What its own company has undone is the last to be paired so, and what the buyer
    has undone answers nothing, unless the seller has credited it too.
    """
    known = {one.key: one for one in sorted(documents, key=lambda each: each.key)}
    reversals = undone(known)
    shapes = shapes_of(known.values())
    named = _Named(list(_links(known)), *_references(known.values(), shapes))
    gone = frozenset(one.key for together in reversals for one in together.members)
    away: frozenset[int] = frozenset()
    answers, by_key = _answered(known, named, shapes, gone, away)
    while more := overtaken(reversals, by_key):
        away |= more
        answers, by_key = _answered(known, named, shapes, gone, away)
    quiet = settled(reversals, by_key)
    if any(key in by_key for key in quiet):
        answers.found = [one for one in answers.found if not all(each.key in quiet for each in one.members)]
        by_key = {one.key: each for each in answers.found for one in each.members}
    return Matching(
        matches=tuple(sorted(answers.found, key=lambda one: (one.sales[0].key, one.purchases[0].key))),
        unmatched=tuple(one for key, one in known.items() if key not in by_key),
        rivals=frozenset(answers.rivals),
        twins=twins(answers.namings, by_key, answers.free),
        by_key=by_key,
        settled=quiet,
    )


def _names_another(one: Naming) -> bool:
    """Whether a naming is more than the own number, which documents often carry twice."""
    return one.sure and one.number != normal(one.by.number)


def _answered(
    known: Mapping[int, Document], named: _Named, shapes: Shapes, gone: frozenset[int], away: frozenset[int]
) -> tuple[Answers, dict[int, Match]]:  # fmt: skip
    """What answers what where ``gone`` is undone by its own company, and ``away`` is to answer nothing."""
    answers = Answers({key: one for key, one in known.items() if key not in away})
    answers.choose(named.links, Rung.LINK, gone)
    answers.choose(named.references, Rung.REFERENCE, gone)
    complete(answers, named.against, gone)
    naming = {one.by.key for one in named.references if one.by.key in answers.free and _names_another(one)}
    for rest in ([one for one in answers.free.values() if one.key not in gone], answers.free.values()):
        answers.choose_lonely(_alike([one for one in rest if one.key not in naming], shapes), Rung.AMOUNT)
    balance(answers, gone)
    return answers, {one.key: each for each in answers.found for one in each.members}


class _Named(NamedTuple):
    """Who names whom: by an add-on's link, by number, and by the number of a credit note that an invoice or a bill
    counts against itself.
    """

    links: list[Naming]
    references: list[Naming]
    against: list[Naming]


def _links(known: Mapping[int, Document]) -> Iterator[Naming]:
    for one in known.values():
        other = known.get(one.link) if one.link is not None else None
        if other is not None and other.is_sale != one.is_sale and other.answer_kind == one.answer_kind:
            yield Naming(one, other, other.key)


def _references(documents: Iterable[Document], shapes: Shapes) -> tuple[list[Naming], list[Naming]]:
    """One quotes the number of the other; usually the bill that of the invoice."""
    sides: dict[bool, dict[Normal, list[Document]]] = {True: defaultdict(list), False: defaultdict(list)}
    known = list(documents)
    for one in known:
        if number := normal(one.number):
            sides[one.is_sale][number].append(one)
    books = {side: Numbers(named, shapes[side]) for side, named in sides.items()}
    found: tuple[list[Naming], list[Naming]] = ([], [])
    for one in known:
        book = books[not one.is_sale]
        read = book.read_from(one)
        for number, sure in sorted(read.items()) if len(read) > 1 else read.items():
            for other in book.documents.get(number, ()):
                found[other.is_credit != one.is_credit].append(Naming(one, other, number, sure))
    return found


def _alike(documents: Iterable[Document], shapes: Shapes) -> Iterator[tuple[Document, Document]]:
    """Nobody quoted a number of the other side, and only one trade of this amount was made in those days."""
    billed: dict[Hashable, list[Document]] = defaultdict(list)
    free = [one for one in documents if one.total and not names_another(one, shapes[not one.is_sale])]
    for one in free:
        if not one.is_sale:
            billed[one.kind, one.currency, one.total].append(one)
    for one in free:
        if one.is_sale:
            for other in billed.get((one.answer_kind, one.currency, one.total), ()):
                if abs((one.day - other.day).days) <= SAME_DAYS:
                    yield one, other
