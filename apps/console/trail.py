"""Reading the audit trail: which entries a person may see, filtered as the address says, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Entry
from controltower.lib.numbers import whole
from controltower.lib.scope import Scope

PAGE = 50
CHUNK = 1000
FIRST, LAST = date(1970, 1, 1), date(9000, 12, 31)
"""Every entry lies between them, and each has a midnight in every time zone."""


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Every part is text as typed; what cannot be read is said in ``problems``."""

    person: str = ""
    verb: str = ""
    object: str = ""
    company: str = ""
    since: str = ""
    until: str = ""
    group: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        return cls(**{one.name: query.get(one.name, "").strip()[:200] for one in fields(cls)})

    @property
    def address(self) -> str:
        """The filters as a query string; empty parts left out."""
        return urlencode({one.name: value for one in fields(self) if (value := getattr(self, one.name))})

    def problems(self) -> dict[str, str]:
        """The parts that cannot be read, with what was typed."""
        readable = {
            "since": not self.since or _day(self.since) is not None,
            "until": not self.until or _day(self.until) is not None,
            "company": not self.company or whole(self.company) is not None,
            "group": not self.group or _uuid(self.group) is not None,
        }
        return {name: getattr(self, name) for name, good in readable.items() if not good}


def visible(scope: Scope) -> QuerySet[Entry]:
    """Entries of the scope's companies and plants; what belongs to no company is for group auditors alone."""
    return Entry.objects.none() if scope.is_empty else Entry.objects.filter(scope.condition("company", "plant"))


def found(scope: Scope, filters: Filters) -> QuerySet[Entry]:
    """Visible entries that match, newest first; nothing at all while part of the filters cannot be read."""
    if filters.problems():
        return Entry.objects.none()
    return visible(scope).filter(_condition(filters)).order_by("-id")


def page(entries: QuerySet[Entry], before: str) -> tuple[list[Entry], int | None]:
    """One page, and the id to go on from; null on the last page."""
    if (last := whole(before)) is not None:
        entries = entries.filter(id__lt=last)
    rows = list(entries[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def in_order(entries: QuerySet[Entry]) -> Iterator[Entry]:
    """Every entry that matches at this moment, oldest first, read in pieces later."""
    newest = entries.order_by("-id").values_list("id", flat=True).first()
    return _up_to(entries, newest) if newest is not None else iter(())


def _up_to(entries: QuerySet[Entry], newest: int) -> Iterator[Entry]:
    after = 0
    while True:
        rows = list(entries.filter(id__gt=after, id__lte=newest).order_by("id")[:CHUNK])
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1].pk


def _condition(filters: Filters) -> Q:
    condition = Q()
    if filters.person:
        people = User.objects.filter(username__iexact=filters.person).values("pk")
        condition &= Q(actor__in=people) | Q(actor_name__iexact=filters.person)
    if filters.verb:
        condition &= Q(verb__startswith=filters.verb) if filters.verb.endswith(".") else Q(verb=filters.verb)
    if filters.object:
        kind, _, key = filters.object.partition(":")
        condition &= Q(object_type=kind, object_key=key) if key else Q(object_type=kind)
    if filters.company:
        condition &= Q(company=min(int(filters.company), 2**62))
    if filters.group:
        condition &= Q(group=_uuid(filters.group))
    return condition & _period(filters)


def _period(filters: Filters) -> Q:
    """Days in the reader's time zone, the last one included. A day before or after everything excludes nothing."""
    condition = Q()
    if since := _day(filters.since):
        condition &= Q(at__gte=_midnight(max(since, FIRST)))
    if until := _day(filters.until):
        condition &= Q(at__lt=_midnight(min(until, LAST) + timedelta(days=1)))
    return condition


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone()).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
