"""Which documents answer which where one names the other: pairs, a bill over several invoices, an invoice billed in
parts. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from apps.intercompany.documents import CENT, Document, Match, Rung, total_of

NEAR, SHARE = Decimal(1), Decimal("0.001")
"""Amounts are alike that differ by no more than one unit of their currency, and a thousandth. What a person lets pass
plays no part: a limit must not decide what belongs together."""


class Naming(NamedTuple):
    """One document names another of the other side, by this number or link. What is not ``sure`` is a reading of a
    number written short, or of a range: it holds where the sum of everything so named fits.
    """

    by: Document
    named: Document
    number: Hashable
    sure: bool = True


@dataclass
class Answers:
    """What is still free, and what of it was found to belong together."""

    free: dict[int, Document]
    found: list[Match] = field(default_factory=list)
    rivals: set[int] = field(default_factory=set)
    namings: list[Naming] = field(default_factory=list)

    def choose(self, namings: Iterable[Naming], rung: Rung, undone: frozenset[int] = frozenset()) -> None:
        """Take what belongs together, in this order; the order in which documents come decides nothing.

        Parts that came first and make up one. One that alone is as much as what it names, or is named by. One that
        names several, with all of them. Several that name one, as long as they are no more than that. Of the rest, the
        most alike.
        """
        told = list(namings)
        self.namings += [one for one in told if one.sure]
        both = [one for one in told if one.by.key in self.free and one.named.key in self.free]
        both = _without_outdated(both, undone)
        edges = [one for one in both if one.sure]
        pairs = {(sale.key, purchase.key): (sale, purchase) for sale, purchase in map(_sided, edges)}
        ranked = sorted(pairs.values(), key=likeness)
        several = self._note_rivals(ranked)
        whole = [pair for pair in ranked if _are_one(*pair)]
        if several:
            self._take_early_parts(edges, whole, several, rung)
        self._take_pairs(whole, rung)
        self._take_spans(both, rung)
        self._take_parts(edges, rung)
        self._take_pairs(ranked, rung)

    def choose_lonely(self, pairs: Iterable[tuple[Document, Document]], rung: Rung) -> None:
        """Take the pairs whose documents have no other."""
        ranked = sorted(pairs, key=likeness)
        several = self._note_rivals(ranked)
        self._take_pairs([pair for pair in ranked if not several & {one.key for one in pair}], rung)

    def take(self, hub: Document, others: Sequence[Document], rung: Rung) -> None:
        sides = [(hub,), tuple(sorted(others, key=lambda one: one.key))]
        sales, purchases = sides if hub.is_sale else reversed(sides)
        self.found.append(Match(sales, purchases, rung))
        for one in (hub, *others):
            del self.free[one.key]

    def _take_pairs(self, ranked: Iterable[tuple[Document, Document]], rung: Rung) -> None:
        for sale, purchase in ranked:
            if sale.key in self.free and purchase.key in self.free:
                self.found.append(Match((sale,), (purchase,), rung))
                del self.free[sale.key], self.free[purchase.key]

    def _note_rivals(self, pairs: Sequence[tuple[Document, Document]]) -> set[int]:
        seen: dict[int, int] = defaultdict(int)
        for sale, purchase in pairs:
            seen[sale.key] += 1
            seen[purchase.key] += 1
        several = [(one, two) for one, two in pairs if seen[one.key] > 1 or seen[two.key] > 1]
        found = {one.key for pair in several for one in pair}
        self.rivals |= found
        return found

    def _take_spans(self, edges: Iterable[Naming], rung: Rung) -> None:
        """Each that names several numbers, with a document for each: those that add up come first. Numbers that were
        read without being sure stay away where they do not.
        """
        named: dict[int, list[Naming]] = defaultdict(list)
        for one in edges:
            if one.by.key in self.free:
                named[one.by.key].append(one)
        spans = [(self.free[key], some) for key, some in named.items() if len({one.number for one in some}) > 1]
        for hub, some in sorted(spans, key=lambda span: self._fit(span[0], self._spanned(*span))):
            members = self._spanned(hub, some) if hub.key in self.free else []
            if len(members) > 1:
                self.take(hub, members, rung)

    def _spanned(self, hub: Document, namings: Sequence[Naming]) -> list[Document]:
        members = self._numbered(hub, namings)
        if all(one.sure for one in namings) or (len(members) > 1 and _fits(members, hub)):
            return members
        return self._numbered(hub, [one for one in namings if one.sure])

    def _numbered(self, hub: Document, namings: Iterable[Naming]) -> list[Document]:
        """One free document for each number, all in one currency: the hub's own if any is."""
        numbers: dict[Hashable, list[Document]] = defaultdict(list)
        for each in namings:
            numbers[each.number].append(each.named)
        found: dict[int, Document] = {}
        for documents in numbers.values():
            free = [one for one in documents if one.key in self.free and one.key not in found]
            if free:
                best = min(free, key=lambda one: (one.currency != hub.currency, not one.posted, one.key))
                found[best.key] = best
        currencies = {one.currency for one in found.values()}
        chosen = hub.currency if hub.currency in currencies else min(currencies, key=lambda one: one or 0, default=None)
        return [one for one in found.values() if one.currency == chosen]

    def _fit(self, hub: Document, others: Sequence[Document]) -> tuple[object, ...]:
        return (not _fits(others, hub), abs(total_of(others) - hub.total), hub.key)

    def _take_early_parts(
        self,
        edges: Iterable[Naming],
        whole: Iterable[tuple[Document, Document]],
        several: Collection[int],
        rung: Rung,
    ) -> None:
        """Booked parts that together are all of what they name, where whatever alone is as much came after them."""
        first: dict[int, int] = {}
        for one, other in whole:
            for hub, each in ((one, other), (other, one)) if one.key in several or other.key in several else ():
                first[hub.key] = min(each.key, first.get(hub.key, each.key))
        around = _around([one for one in edges if one.named.key in first] if first else [])
        for key in sorted(around.keys() & self.free.keys()):
            earlier = [one for one in around[key].values() if one.key < first[key] and one.key not in first]
            parts = [one for one in earlier if one.posted and one.key in self.free]
            if len(parts) > 1 and _fits(parts, self.free[key]):
                self.take(self.free[key], parts, rung)

    def _take_parts(self, edges: Iterable[Naming], rung: Rung) -> None:
        """Each that several name, with as many of them, the oldest first, as it has room for."""
        free = [one for one in edges if one.by.key in self.free and one.named.key in self.free]
        around = _around(free)
        hubs = [self.free[key] for key, others in around.items() if len(others) > 1]
        for hub in sorted(hubs, key=lambda one: self._fit(one, self._parts(one, around[one.key].values()))):
            members = self._parts(hub, around[hub.key].values()) if hub.key in self.free else []
            if len(members) > 1:
                self.take(hub, members, rung)

    def _parts(self, hub: Document, others: Iterable[Document]) -> list[Document]:
        free = [one for one in others if one.key in self.free and one.currency == hub.currency and one.total > 0]
        taken: list[Document] = []
        total = Decimal(0)
        for one in sorted(free, key=lambda each: (not each.posted, each.key)):
            if total + one.total <= hub.total or are_alike(total + one.total, hub.total, len(taken) + 1):
                taken.append(one)
                total += one.total
        return taken


def are_alike(amount: Decimal, other: Decimal, documents: int = 1) -> bool:
    """Whether two amounts of one currency are as good as one, ``amount`` being the sum of so many documents."""
    difference = abs(amount - other)
    return difference <= CENT * documents or difference <= min(NEAR, SHARE * max(amount, other))


def _are_one(one: Document, other: Document) -> bool:
    return one.currency == other.currency and are_alike(one.total, other.total)


def _fits(some: Sequence[Document], one: Document) -> bool:
    """Whether they come to as much as one document, in its currency."""
    if any(each.currency != one.currency for each in some):
        return False
    return are_alike(total_of(some), one.total, len(some))


def _around(edges: Iterable[Naming]) -> dict[int, dict[int, Document]]:
    """For each document that is named, those that name it."""
    found: dict[int, dict[int, Document]] = defaultdict(dict)
    for one in edges:
        found[one.named.key][one.by.key] = one.by
    return found


def _without_outdated(edges: list[Naming], undone: frozenset[int]) -> list[Naming]:
    """Without the documents that their own company has undone and replaced by one that names the same."""
    replaced = {one.named.key for one in edges if one.by.key not in undone}
    return [one for one in edges if one.by.key not in undone or one.named.key not in replaced]


def _sided(one: Naming) -> tuple[Document, Document]:
    return (one.by, one.named) if one.by.is_sale else (one.named, one.by)


def likeness(pair: tuple[Document, Document]) -> tuple[object, ...]:
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


def twins(namings: Iterable[Naming], by_key: Mapping[int, Match], free: Mapping[int, Document]) -> dict[int, int]:
    """For each document that was left, the one of its side that was taken and carries the same number: both name one
    document, or one document names both by one number.
    """
    found: dict[int, int] = {}
    for documents in _alike_named(namings, free):
        taken = [key for key in documents if key in by_key]
        for key in documents & free.keys() if taken else ():
            found[key] = min(*taken, *([found[key]] if key in found else taken))
    return found


def _alike_named(namings: Iterable[Naming], free: Mapping[int, Document]) -> Iterable[set[int]]:
    """Documents that carry one number, where one of them was left."""
    told = list(namings)
    left: set[Hashable] = {one.named.key for one in told if one.by.key in free}
    left |= {(one.by.key, one.number) for one in told if one.named.key in free}
    found: dict[Hashable, set[int]] = defaultdict(set)
    for one in told if left else ():
        if one.named.key in left:
            found[one.named.key].add(one.by.key)
        if (one.by.key, one.number) in left:
            found[one.by.key, one.number].add(one.named.key)
    return [documents for documents in found.values() if len(documents) > 1]
