"""Which numbers of one side of a trade a text names, also where a list or a range writes some of them short. Pure."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from apps.intercompany.documents import Document
from apps.intercompany.lists import AND, LONGEST, TO, Item, Run, alone, following
from apps.intercompany.references import TOKEN, Normal, normal, runs

_FEW = re.compile(r"0[0-9]{3,}|[0-9]{5,}")
"""Digits that alone may name a document: they are many, or begin with a zero."""
MOST_BETWEEN, MOST_AHEAD = 30, 99
"""So many numbers may lie between the ends of a range; so far ahead of the last one a short form may reach."""
NEAR_DAYS = 120
"""Digits without the rest of the number name only what was issued so many days before or after at most: most sequences
begin anew each year."""
_SEVERAL = re.compile(rf"(?:{_FEW.pattern})[^0-9](?:.*[^0-9])?(?:{_FEW.pattern})", re.DOTALL)
_LAST = re.compile(r"\d+(?=\D*$)")
_WORDS = frozenset(
    {*AND, *TO, "no", "nr", "invoice", "invoices", "bill", "bills", "rechnung", "rechnungen", "facture", "factures"}
)


@dataclass(frozen=True)
class Numbers:
    """The documents of one side by number, and how these numbers look."""

    documents: Mapping[Normal, Sequence[Document]]
    shapes: Collection[Normal]

    def read_from(self, one: Document) -> dict[Normal, bool]:
        """Every number that a document of the other side quotes, and whether that is sure.

        Sure is a number in full, and in a list digits that stand just so at the end of an existing one. A shorter form
        and what lies within a range are not: they need sums that fit.
        """
        found: dict[Normal, bool] = {}
        for text in one.quoted:
            parts = normal(text)
            if parts in self.documents:
                found[parts] = True
            elif parts:
                self._read(text, parts, one.day, found)
        return found

    def _read(self, text: str, parts: Normal, day: date, found: dict[Normal, bool]) -> None:
        """Add what a text names that is no number itself."""
        heads = sorted(runs(parts, self.shapes))
        found |= {parts[start:end]: True for start, end in heads}
        if heads or _SEVERAL.search(text):
            for number, sure in self._short(text, parts, heads, day):
                found[number] = sure or found.get(number, False)

    def _short(
        self, text: str, parts: Normal, heads: Sequence[tuple[int, int]], day: date
    ) -> Iterator[tuple[Normal, bool]]:
        """What is written short: after a number in full, or in a text without any."""
        if not heads:
            yield from self._bare(text.casefold(), frozenset(parts), day)
            return
        folded = text.casefold()
        spans = [one.span() for one in TOKEN.finditer(folded)]
        stops = [spans[start][0] for start, _end in heads[1:]]
        for (start, end), stop in zip(heads, [*stops, None], strict=True):
            head = parts[start:end]
            if end < len(parts) and head in self.documents and head[-1].isdecimal() and len(head[-1]) <= LONGEST:
                yield from self._after(head, following(folded, spans[end - 1][1], stop))

    def _after(self, head: Normal, run: Run) -> Iterator[tuple[Normal, bool]]:
        """What follows a number in full, as long as it is there; short forms count only where nothing else follows."""
        found: list[tuple[Normal, bool]] = []
        last, ends_well, items = head, run.ends_well, deque(run.items)
        while items:
            item = items.popleft()
            number, sure = self._continued(last, item)
            if number is None and len(item.parts) > 1:
                items.extendleft(reversed(item.apart))
                ends_well = ends_well and bool(item.apart)
                continue
            if number is None or (not sure and not item.is_joined):
                ends_well = False
                break
            if item.is_range:
                found += ((one, False) for one in self._between(last, number))
            found.append((number, sure))
            last = number
        while found and not found[-1][1] and not ends_well:
            found.pop()
        yield from found

    def _continued(self, last: Normal, item: Item) -> tuple[Normal | None, bool]:
        """The number that digits after another one stand for, and whether that is sure."""
        count = len(item.parts)
        number = (*last[:-count], *map(_plain, item.parts))
        if len(number) == len(last) and self._is_written(number, item.parts[-1], is_alone=count == 1):
            return number, True
        if count > 1 or item.parts[0].startswith("0"):
            return None, False
        before, short = last[-1], item.parts[0]
        value = before[: -len(short)] + short if len(short) < len(before) else short
        number = (*last[:-1], value)
        ahead = 0 < int(value) - int(before) <= MOST_AHEAD
        return (number if ahead and number in self.documents else None), False

    def _bare(self, text: str, parts: frozenset[str], day: date) -> Iterator[tuple[Normal, bool]]:
        """Digits alone: all of them have to be there, in one sequence, at about that time."""
        items = alone(text)
        words = {part for part in parts if not part.isdecimal()} - _WORDS
        rows = []
        for start in sorted(self._by_end.get(items[0].parts[0], ())) if items else ():
            numbers = [(*start, _plain(item.parts[0])) for item in items]
            if words <= set(start) and all(
                self._is_there(one, each, day) for one, each in zip(numbers, items, strict=True)
            ):
                rows.append(numbers)
        if len(rows) != 1:
            return
        for number in rows[0]:
            yield number, True
        for before, number, item in zip(rows[0], rows[0][1:], items[1:], strict=False):
            if item.is_range:
                yield from ((one, False) for one in self._between(before, number))

    def _is_there(self, number: Normal, item: Item, day: date) -> bool:
        near = (abs((one.day - day).days) <= NEAR_DAYS for one in self.documents.get(number, ()))
        return self._is_written(number, item.parts[0], is_alone=True) and any(near)

    def _between(self, first: Normal, last: Normal) -> list[Normal]:
        """What is there between the ends of a range."""
        low, high = int(first[-1]), int(last[-1])
        if first[:-1] != last[:-1] or high - low - 1 > MOST_BETWEEN:
            return []
        between = ((*first[:-1], str(value)) for value in range(low + 1, high))
        return [one for one in between if one in self.documents]

    def _is_written(self, number: Normal, text: str, *, is_alone: bool) -> bool:
        """Whether a number is there and ends in just these digits, with the zeros before them. Alone they have to look
        like a number, which a year does not.
        """
        if is_alone and not _FEW.fullmatch(text):
            return False
        return any(_last(one.number) == text for one in self.documents.get(number, ()))

    @cached_property
    def _by_end(self) -> Mapping[str, set[Normal]]:
        """For each end of a number, as it is written, what stands before it."""
        found: dict[str, set[Normal]] = defaultdict(set)
        for number, documents in self.documents.items():
            for one in documents:
                found[_last(one.number)].add(number[:-1])
        return found


def _plain(part: str) -> str:
    return part.lstrip("0") or "0"


def _last(number: str) -> str:
    """The last digits of a number; none where something follows them."""
    found = _LAST.search(number)
    return found[0] if found and normal(number)[-1] == _plain(found[0]) else ""
