"""Which bill answers which invoice between two companies of the group. Pure; a document is matched at most once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import NamedTuple
from unicodedata import decimal

SAME_DAYS = 5
"""Without any reference, documents of one amount belong together when no more days lie between them."""
MIRRORED = {"out_invoice": "in_invoice", "out_refund": "in_refund"}
"""What the buyer books for what the seller issues (Odoo: account.move.move_type)."""


class Rung(StrEnum):
    """How sure a match is, the surest first: an add-on's own link, a quoted number, amount and day alone."""

    LINK = "link"
    REFERENCE = "reference"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Document:
    """One side of a trade between two companies.

    ``key`` is the mirror key, ``kind`` account.move's move_type, ``number`` the document's own, empty while it is a
    draft. ``quoted`` are the other numbers that it carries, as written. ``link`` is the key of the document that an
    add-on made it from. Amounts are in ``currency`` and positive. ``issued_on`` is the day on the document,
    ``booked_on`` the day that decides the period. ``quantities`` are by product key, in its reference unit; null where
    they are not known.
    """

    key: int
    kind: str
    company: int
    posted: bool
    number: str = ""
    quoted: tuple[str, ...] = ()
    link: int | None = None
    currency: int | None = None
    untaxed: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    issued_on: date | None = None
    booked_on: date | None = None
    lines: int = 1
    quantities: tuple[tuple[int, Decimal], ...] | None = None

    @property
    def is_sale(self) -> bool:
        return self.kind in MIRRORED

    @property
    def answer_kind(self) -> str:
        """The kind both sides of the trade share: the buyer's."""
        return MIRRORED.get(self.kind, self.kind)

    @property
    def day(self) -> date:
        return self.issued_on or self.booked_on or date.min


class Match(NamedTuple):
    """A seller's document, the buyer's that answers it, and what says so."""

    sale: Document
    purchase: Document
    rung: Rung

    def other(self, key: int) -> Document:
        """The counterpart of one of the two."""
        return self.purchase if key == self.sale.key else self.sale


@dataclass(frozen=True)
class Matching:
    """Everything between two companies, matched.

    ``rivals`` are documents that more than one could have answered. ``twins`` are unmatched documents whose counterpart
    another one of the same reference has answered already: which one, by key.
    """

    matches: tuple[Match, ...]
    unmatched: tuple[Document, ...]
    rivals: frozenset[int] = frozenset()
    twins: Mapping[int, int] = field(default_factory=dict)
    by_key: Mapping[int, Match] = field(default_factory=dict)

    def of(self, key: int) -> Match | None:
        return self.by_key.get(key)


Normal = tuple[str, ...]
_TOKEN = re.compile(r"[^\W\d_]+|\d+")


@lru_cache(maxsize=1 << 16)
def normal(reference: str) -> Normal:
    """A reference without case, separators and leading zeros: ``inv-2026/0007`` and ``INV/2026/7`` are the same.

    Digits stay text, since people may write more of them than numbers are made of.
    """
    return tuple(_digits(part) if part.isdecimal() else part for part in _TOKEN.findall(reference.casefold()))


def _digits(part: str) -> str:
    """Digits of any script as 0 to 9, without leading zeros."""
    plain = part if part.isascii() else "".join(str(decimal(digit)) for digit in part)
    return plain.lstrip("0") or "0"


def shape(number: Normal) -> Normal:
    """What numbers of one sequence share: their letters, and where digits stand."""
    return tuple("0" if part.isdecimal() else part for part in number)


def within(text: Normal, shapes: Collection[Normal]) -> Iterator[Normal]:
    """A text, and every run of its parts that looks like a number of these shapes: a number may stand among words.

    A run without letters says too little: 2026/7 may be a part of any number. Neither does one within a longer one:
    INV/2026/11/0003 does not name INV/2026/00011.
    """
    yield text
    if not text or shape(text) in shapes:
        return
    free, whole = [True] * len(text), shape(text)
    for size in sorted({len(one) for one in shapes if 1 < len(one) < len(text)}, reverse=True):
        found = [start for start in range(len(text) - size + 1) if whole[start : start + size] in shapes]
        named = [start for start in found if any(free[start : start + size]) and not _bare(text[start : start + size])]
        for start in named:
            yield text[start : start + size]
        for start in named:
            free[start : start + size] = [False] * size


def _bare(run: Normal) -> bool:
    return all(part.isdecimal() for part in run)


def match(documents: Iterable[Document]) -> Matching:
    """Pair what two companies booked with each other: by link, then by quoted number, then by amount and day.

    A surer rung is never displaced by a weaker one. Among several candidates of one rung the most alike wins, and the
    order in which documents come decides nothing. A document is paired by amount only where nothing else fits either
    side, and where it quotes nothing that looks like a number of the other side's: that names another document, which
    a purchase order or a word does not.
    """
    known = {one.key: one for one in documents}
    rest = dict(known)
    found: list[Match] = []
    rivals: set[int] = set()
    wooed: list[tuple[int, int]] = []
    shapes = _shapes(known.values())
    for rung, candidates in _rungs(shapes):
        pairs = sorted(candidates(rest.values()), key=_likeness)
        seen: dict[int, int] = defaultdict(int)
        for sale, purchase in pairs:
            seen[sale.key] += 1
            seen[purchase.key] += 1
        rivals |= {one.key for pair in pairs if any(seen[one.key] > 1 for one in pair) for one in pair}
        if rung is not Rung.AMOUNT:
            wooed += [(sale.key, purchase.key) for sale, purchase in pairs]
        for sale, purchase in pairs:
            lonely = rung is not Rung.AMOUNT or seen[sale.key] == seen[purchase.key] == 1
            if lonely and sale.key in rest and purchase.key in rest:
                found.append(Match(sale, purchase, rung))
                del rest[sale.key], rest[purchase.key]
    matches = tuple(sorted(found, key=lambda one: (one.sale.key, one.purchase.key)))
    by_key = {key: one for one in matches for key in (one.sale.key, one.purchase.key)}
    unmatched = tuple(rest[key] for key in sorted(rest))
    return Matching(matches, unmatched, frozenset(rivals), _twins(wooed, by_key, rest), by_key)


def _twins(wooed: list[tuple[int, int]], by_key: Mapping[int, Match], rest: Mapping[int, Document]) -> dict[int, int]:
    """For each document that was left: the one on its own side that has its counterpart."""
    found: dict[int, int] = {}
    for sale, purchase in wooed:
        if sale in rest and purchase in by_key:
            found.setdefault(sale, by_key[purchase].sale.key)
        if purchase in rest and sale in by_key:
            found.setdefault(purchase, by_key[sale].purchase.key)
    return found


Pairs = Iterator[tuple[Document, Document]]
Shapes = Mapping[bool, Collection[Normal]]


def _by_link(documents: Iterable[Document]) -> Pairs:
    known = {one.key: one for one in documents}
    seen = set()
    for one in known.values():
        other = known.get(one.link) if one.link is not None else None
        if other is not None and other.is_sale != one.is_sale:
            pair = (one, other) if one.is_sale else (other, one)
            if pair[0].answer_kind == pair[1].kind and (pair[0].key, pair[1].key) not in seen:
                seen.add((pair[0].key, pair[1].key))
                yield pair


def _by_reference(documents: Iterable[Document], shapes: Shapes) -> Pairs:
    """One quotes the number of the other; usually the bill that of the invoice."""
    named: dict[Hashable, list[Document]] = defaultdict(list)
    known = list(documents)
    for one in known:
        if number := normal(one.number):
            named[one.is_sale, one.answer_kind, number].append(one)
    seen = set()
    for one in known:
        texts = [normal(text) for text in one.quoted]
        for number in {run for text in texts for run in within(text, shapes[not one.is_sale])} - {()}:
            for other in named.get((not one.is_sale, one.answer_kind, number), ()):
                pair = (one, other) if one.is_sale else (other, one)
                if (pair[0].key, pair[1].key) not in seen:
                    seen.add((pair[0].key, pair[1].key))
                    yield pair


def _by_amount(documents: Iterable[Document], shapes: Shapes) -> Pairs:
    """Nobody quoted a number of the other side, and only one trade of this amount was made in those days."""
    billed: dict[Hashable, list[Document]] = defaultdict(list)
    free = [one for one in documents if one.total and not _names_another(one, shapes[not one.is_sale])]
    for one in free:
        if not one.is_sale:
            billed[one.kind, one.currency, one.total].append(one)
    for one in free:
        if one.is_sale:
            for other in billed.get((one.answer_kind, one.currency, one.total), ()):
                if abs((one.day - other.day).days) <= SAME_DAYS:
                    yield one, other


def _shapes(documents: Iterable[Document]) -> Shapes:
    """How the numbers of either side look (sales: true), whether they are matched or not."""
    found: dict[bool, set[Normal]] = {True: set(), False: set()}
    for one in documents:
        if number := normal(one.number):
            found[one.is_sale].add(shape(number))
    return found


def _names_another(one: Document, shapes: Collection[Normal]) -> bool:
    """Whether it quotes what looks like a number of the other side; its own is often among what it quotes."""
    own = normal(one.number)
    texts = [text for text in map(normal, one.quoted) if text != own]
    return any(shape(run) in shapes for text in texts for run in within(text, shapes) if run)


def _likeness(pair: tuple[Document, Document]) -> tuple[object, ...]:
    """Sorts the most alike first; the keys only break a tie, the same for both sides."""
    sale, purchase = pair
    keys = sorted((sale.key, purchase.key))
    return (
        sale.currency != purchase.currency,
        abs(sale.total - purchase.total),
        not (sale.posted and purchase.posted),
        abs((sale.day - purchase.day).days),
        *keys,
    )


def _rungs(shapes: Shapes) -> tuple[tuple[Rung, Callable[[Iterable[Document]], Pairs]], ...]:
    return (
        (Rung.LINK, _by_link),
        (Rung.REFERENCE, partial(_by_reference, shapes=shapes)),
        (Rung.AMOUNT, partial(_by_amount, shapes=shapes)),
    )
