"""From a changed row of any mirror to the documents between companies whose judgement it may change, in bulk."""

from __future__ import annotations

from collections.abc import Iterable

from apps.exceptions.models import Case, Check
from apps.intercompany.lanes import ENTRY, POSTED, Group, Lane, Trades
from controltower.lib.keys import split_key
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from odoo_sync.mirror.base import MirrorQuerySet

DETECTORS = ("intercompany.missing_counterpart", "intercompany.differing_pair")


def traded() -> MirrorQuerySet:
    """Posted documents of one company of the group with another."""
    return Group.read().entries().filter(gone_at=None, state=POSTED)


def by_entry(entries: Iterable[int]) -> Iterable[int]:
    """The documents themselves, and whatever else between the same companies they may now answer, or no longer do: what
    has no counterpart, what has rivals, what is a case or waits to be one; and the counterparts of all these.
    """
    wanted, trades = set(entries), Trades()
    lanes: set[Lane] = set()
    for row in trades.group.entries().filter(pk__in=wanted):
        lane = trades.group.lane_of(row)
        if lane is not None:
            lanes.add(lane)
    found = set(wanted) if lanes else set()
    for lane in lanes:
        trade = trades.of(lane)
        touched = (wanted | _known()) & set(trade.rows) | trade.doubtful()
        matches = filter(None, (trade.matching.of(key) for key in touched))
        found |= touched | {one.key for match in matches for one in match[:2]}
    return found


def by_item(items: Iterable[int]) -> Iterable[int]:
    """A changed line changes what its document is compared by."""
    rows = JournalItem.everything.filter(pk__in=set(items), display_type="product").values_list("entry_id", flat=True)
    return by_entry({key for key in rows if key is not None})


def everything(rows: Iterable[int]) -> Iterable[int]:
    """Every traded document in the databases of these rows, and what was one: for companies and their partners."""
    found = _known()
    for connection in {split_key(row)[0] for row in rows}:
        found.update(traded().of(connection).values_list("pk", flat=True))
    return found


def in_cases(rows: Iterable[int]) -> Iterable[int]:
    """Every document with a case in the databases of these rows: money and working days count for those alone."""
    connections = {split_key(row)[0] for row in rows}
    cases = Case.objects.held().filter(detector__in=DETECTORS, connection__in=connections)
    return {int(key) for key in cases.values_list("subject_key", flat=True)}


def by_calendar(rows: Iterable[int]) -> Iterable[int]:
    """Working days decide from when on a missing counterpart counts."""
    connections = {split_key(row)[0] for row in rows}
    trades, found = Trades(), set()
    for row in trades.group.entries().filter(gone_at=None, state=POSTED):
        lane = trades.group.lane_of(row) if row.connection_id in connections else None
        if lane is not None:
            found |= trades.of(lane).doubtful() & {row.pk}
    return found | set(in_cases(rows))


def _known() -> set[int]:
    """What is a case, or will be looked at when its time comes."""
    cases = Case.objects.held().filter(detector__in=DETECTORS, subject_type=ENTRY)
    waiting = Check.objects.filter(detector__in=DETECTORS)
    return {int(key) for rows in (cases, waiting) for key in rows.values_list("subject_key", flat=True)}


def of_keys(keys: Iterable[str] | None) -> MirrorQuerySet:
    """The documents of these subjects, whatever has become of them; or all that are traded."""
    if keys is None:
        return traded()
    return JournalEntry.everything.filter(pk__in=[int(key) for key in keys])
