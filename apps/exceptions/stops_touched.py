"""From a changed row of any mirror to the stops whose judgement it may change.

Few machines stand still at a time: where a change may reach a stop over several links, all open stops of the database
are judged again, which costs less than finding out.
"""

from __future__ import annotations

from collections.abc import Iterable

from apps.exceptions.models import Case
from apps.exceptions.stops import STOP, open_stops
from controltower.lib.keys import split_key
from odoo_sync.mirror.downtime import CentreTime


def by_time(times: Iterable[int]) -> Iterable[int]:
    """The rows themselves, and every open stop of the same centres: which of them tells may have changed."""
    wanted = set(times)
    centres = set(CentreTime.everything.filter(pk__in=wanted).values_list("work_centre_id", flat=True))
    return wanted | set(by_centre(one for one in centres if one is not None))


def by_centre(centres: Iterable[int]) -> Iterable[int]:
    return open_stops().filter(work_centre__in=set(centres)).values_list("pk", flat=True)


def every_stop(rows: Iterable[int]) -> Iterable[int]:
    """Every stop that goes on or is a case, in the databases of these rows."""
    connections = {split_key(row)[0] for row in rows}
    found: set[int] = set()
    for connection in connections:
        found.update(open_stops().of(connection).values_list("pk", flat=True))
    cases = Case.objects.held().filter(subject_type=STOP, connection__in=connections)
    return found | set(map(int, cases.values_list("subject_key", flat=True)))
