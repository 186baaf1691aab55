"""Checks the whole chain and names every entry that is not as it was sealed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import Error, transaction

from apps.audit.chain import GENESIS, link, readable
from apps.audit.models import DailyRoot, Entry, Verification

log = logging.getLogger(__name__)
BATCH = 2000
MOST_NOTED = 20


@dataclass(frozen=True)
class Flaw:
    """One entry that is not what was sealed; ``entry`` is its id, null where the entry itself is missing."""

    position: int
    entry: int | None
    problem: str

    def __str__(self) -> str:
        name = f"entry {self.entry} at position {self.position}" if self.entry else f"position {self.position}"
        return f"{name}: {self.problem}"


@dataclass
class Report:
    """What verifying found. ``root`` is the hash of the last sealed entry, ``count`` how many are sealed.

    ``waiting`` entries are committed and not yet sealed; they are not covered.
    """

    count: int = 0
    root: bytes = GENESIS
    waiting: int = 0
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.flaws


@dataclass(frozen=True)
class Anchor:
    """A count and a root that were written down elsewhere; either may be unknown."""

    count: int | None = None
    root: bytes | None = None


def verify(anchor: Anchor | None = None) -> Report:
    """Recompute the chain from its first entry; compare with the daily roots and with an outside anchor.

    Without an outside anchor a cut tail is invisible: an older state of the chain is a valid chain.
    """
    report = Report(waiting=Entry.objects.filter(position=None).count())
    roots = dict(DailyRoot.objects.values_list("count", "hash"))
    seen: set[bytes] = {GENESIS}
    walk = _Walk(report)
    for position, entry in _entries():
        walk.take(position, entry)
        if anchor is not None and anchor.root == report.root:
            seen.add(report.root)
        noted = roots.pop(position, None)
        if noted is not None and bytes(noted) != report.root:
            report.flaws.append(Flaw(position, entry.pk if entry else None, "differs from the daily root noted here"))
        if anchor is not None and anchor.count == position and anchor.root not in (None, report.root):
            report.flaws.append(Flaw(position, entry.pk if entry else None, "differs from the expected root"))
    report.flaws += [Flaw(count, None, "a daily root was noted here, and the entries are gone") for count in roots]
    report.flaws += _short_of(anchor, report, seen)
    return report


def note(report: Report) -> Verification:
    """Keep the outcome where the audit page shows it."""
    flaws = [str(flaw) for flaw in report.flaws[:MOST_NOTED]]
    if flaws:
        log.error("The audit trail does not hold: %s", "; ".join(flaws))
    return Verification.objects.create(count=report.count, root=report.root, flaws=flaws)


def _short_of(anchor: Anchor | None, report: Report, seen: set[bytes]) -> Iterator[Flaw]:
    if anchor is None:
        return
    if anchor.count is not None and anchor.count > report.count:
        yield Flaw(
            report.count + 1, None, f"the tail is cut: {anchor.count} entries are expected, {report.count} found"
        )
    elif anchor.count is None and anchor.root is not None and anchor.root not in seen:
        yield Flaw(report.count, None, "the expected root is nowhere in the chain: it was cut or rewritten")


class _Walk:
    """Follows the chain. After a flaw it goes on from what the next entry may rightly remember."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.links: set[bytes] | None = {GENESIS}
        self.last: Flaw | None = None

    def take(self, position: int, entry: Entry | None) -> None:
        missing = range(self.report.count + 1, position)
        self.report.flaws += [Flaw(number, None, "the entry is missing") for number in missing[:100]]
        if missing:
            self.links = None
        if position <= self.report.count:
            self.report.flaws.append(Flaw(position, entry.pk if entry else None, "a second entry at this position"))
        self.report.count = position
        if entry is None:
            self.report.flaws.append(Flaw(position, None, "the entry cannot be read"))
            self.links = None
            return
        self._judge(position, entry)

    def _judge(self, position: int, entry: Entry) -> None:
        stored, remembered = _bytes(entry.hash), _bytes(entry.previous_hash)
        allowed = {remembered} if self.links is None else self.links
        true_hashes = {link(previous, entry) for previous in allowed}
        flaws = self.report.flaws
        if stored in true_hashes:
            if remembered not in allowed:
                flaws.append(Flaw(position, entry.pk, "its memory of the previous hash was changed"))
            self.links = {stored}
        elif link(remembered, entry) == stored:
            flaws.append(Flaw(position - 1, None, f"was replaced: entry {entry.pk} after it remembers another"))
            self.links = {stored}
        else:
            flaws.append(Flaw(position, entry.pk, "its content or its hash is not what was sealed"))
            self.links = {stored, *true_hashes, link(remembered, entry)}
        self.report.root = stored


def _bytes(value: bytes | memoryview | None) -> bytes:
    return bytes(value or b"")


def _entries() -> Iterator[tuple[int, Entry | None]]:
    """Sealed entries by position; null for one that cannot even be read."""
    after = -(2**62)
    sealed = Entry.objects.exclude(position=None).order_by("position", "id")
    while rows := list(sealed.filter(position__gt=after).values_list("position", "id")[:BATCH]):
        keys = [(int(position or 0), key) for position, key in rows]
        found = _read([key for _, key in keys])
        yield from ((position, found.get(key)) for position, key in keys)
        after = keys[-1][0]


def _read(keys: list[int]) -> dict[int, Entry]:
    """Entries by id; where the batch cannot be read, one by one, without those that cannot."""
    try:
        with transaction.atomic():
            return readable(Entry.objects.all()).in_bulk(keys)
    except (Error, ValueError, OverflowError):
        if len(keys) == 1:
            return {}
        return {key: entry for one in keys for key, entry in _read([one]).items()}
