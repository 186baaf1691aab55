"""How references are read: what number a text names, however it is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from unicodedata import decimal

from apps.intercompany.documents import Document

Normal = tuple[str, ...]
TOKEN = re.compile(r"[^\W\d_]+|\d+")


@lru_cache(maxsize=1 << 16)
def normal(reference: str) -> Normal:
    """A reference without case, separators and leading zeros: ``inv-2026/0007`` and ``INV/2026/7`` are the same.

    Digits stay text, since people may write more of them than numbers are made of.
    """
    return tuple(_digits(part) if part.isdecimal() else part for part in TOKEN.findall(reference.casefold()))


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
    for start, end in runs(text, shapes):
        yield text[start:end]


def runs(text: Normal, shapes: Collection[Normal]) -> Iterator[tuple[int, int]]:
    """Where numbers of these shapes stand within a text that is none itself, the longest first."""
    if not text or shape(text) in shapes:
        return
    free, whole = [True] * len(text), shape(text)
    for size in sorted({len(one) for one in shapes if 1 < len(one) < len(text)}, reverse=True):
        found = [start for start in range(len(text) - size + 1) if whole[start : start + size] in shapes]
        named = [start for start in found if any(free[start : start + size]) and not _bare(text[start : start + size])]
        for start in named:
            yield start, start + size
        for start in named:
            free[start : start + size] = [False] * size


def _bare(run: Normal) -> bool:
    return all(part.isdecimal() for part in run)


Shapes = Mapping[bool, Collection[Normal]]
"""How the numbers of either side look: of the seller's under true."""


def shapes_of(documents: Iterable[Document]) -> Shapes:
    """How the numbers of either side look, whether they are matched or not."""
    found: dict[bool, set[Normal]] = {True: set(), False: set()}
    for one in documents:
        if number := normal(one.number):
            found[one.is_sale].add(shape(number))
    return found


def names_another(one: Document, shapes: Collection[Normal]) -> bool:
    """Whether it quotes what looks like a number of the other side; its own is often among what it quotes."""
    own = normal(one.number)
    texts = [text for text in map(normal, one.quoted) if text != own]
    return any(shape(run) in shapes for text in texts for run in within(text, shapes) if run)
