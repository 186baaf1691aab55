"""From a changed row of any mirror to the documents between companies whose judgement it may change, in bulk."""

from __future__ import annotations

from collections.abc import Iterable

from apps.exceptions.models import Case
from apps.intercompany.lanes import JUDGED_BACK, POSTED, Group, Lane
from apps.intercompany.trades import DETECTORS, known, read_trades
from controltower.lib.keys import split_key
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from odoo_sync.mirror.base import MirrorQuerySet


def traded() -> MirrorQuerySet:
    """Posted documents of one company of the group with another, but for what was booked too long ago."""
    group = Group.read()
    return group.entries().filter(group.since(JUDGED_BACK), gone_at=None, state=POSTED)


def by_entry(entries: Iterable[int]) -> Iterable[int]:
    """The documents themselves, and whatever else between the same companies they may now answer, or no longer do: what
    has no counterpart, what has rivals, what is a case or waits to be one; and the counterparts of all these.
    """
    wanted, group = set(entries), Group.read()
    lanes = _lanes(group, group.entries().filter(pk__in=wanted))
    if not lanes:
        return set()
    found, alive = set(wanted), wanted | known()
    for trade in read_trades(group, lanes).values():
        touched = alive & set(trade.documents) | trade.doubtful
        matches = filter(None, (trade.matching.of(key) for key in touched))
        found |= touched | {one.key for match in matches for one in match.members}
    return found


def _lanes(group: Group, rows: MirrorQuerySet) -> set[Lane]:
    places = rows.order_by().values_list("kind", "company_id", "commercial_partner_id").distinct()
    return {lane for place in places if (lane := group.lane_between(*place)) is not None}


def by_item(items: Iterable[int]) -> Iterable[int]:
    """A changed line changes what its document is compared by."""
    rows = JournalItem.everything.filter(pk__in=set(items), display_type="product").values_list("entry_id", flat=True)
    return by_entry({key for key in rows if key is not None})


def everything(rows: Iterable[int]) -> Iterable[int]:
    """Every traded document in the databases of these rows, and what was one: for companies and their partners."""
    found = known()
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
    group, found = Group.read(), set(in_cases(rows))
    lanes: set[Lane] = set()
    for connection in {split_key(row)[0] for row in rows}:
        lanes |= _lanes(group, traded().of(connection))
    for trade in read_trades(group, lanes).values():
        found |= {key for key in trade.doubtful if trade.documents[key].posted}
    return found


def of_keys(keys: Iterable[str] | None) -> MirrorQuerySet:
    """The documents of these subjects, whatever has become of them; or all that are traded."""
    if keys is None:
        return traded()
    return JournalEntry.everything.filter(pk__in=[int(key) for key in keys])
