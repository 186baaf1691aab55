"""How old the mirror is: what people may rely on, and when to warn them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from odoo_sync.mirror.base import Lane, Mirror, mirrors
from odoo_sync.models import Connection, Cursor
from odoo_sync.reading import unreadable

TIER = "L1"


def limit_of(lane: Lane) -> timedelta:
    """How old a lane may become before its data counts as stale: some missed polls, and never less than 15 seconds."""
    seconds = {Lane.HOT: settings.HOT_SECONDS, Lane.WARM: settings.WARM_SECONDS, Lane.COLD: settings.COLD_SECONDS}
    return max(timedelta(seconds=3 * seconds[lane]), timedelta(seconds=15))


@dataclass(frozen=True)
class Age:
    """How old one mirror or lane is. ``as_of`` (our clock) is null while its first load is under way."""

    as_of: datetime | None
    age: timedelta | None
    stale: bool
    loaded: bool
    problem: str = ""


@dataclass(frozen=True)
class Freshness:
    """How old the mirrors of one connection are.

    ``as_of`` is the oldest moment among the hot mirrors: what was committed in Odoo before it is here, except for
    transactions that were still open then; those follow within
    150 seconds (tier L1), or within the hourly look at 26 hours.
    ``unreadable`` says why certain mirrors cannot be read though they could or once could: they count in no lane, since
    they would hide how fresh the others are, and nothing may be judged by them.
    """

    connection: int
    as_of: datetime | None
    age: timedelta | None
    stale: bool
    loaded: bool
    problem: str
    lanes: dict[Lane, Age]
    mirrors: dict[str, Age]
    unreadable: dict[str, str]
    tier: str = TIER


def freshness(connection: Connection, now: datetime | None = None) -> Freshness:
    """The ages of all mirrors of a connection, from one query."""
    now = now or timezone.now()
    unavailable = connection.capabilities.get("unavailable", {})
    cursors = {cursor.mirror: cursor for cursor in connection.cursors.all()}
    closed = unreadable(connection, cursors)
    ages = {m.key: age_of(m, cursors.get(m.key), now) for m in mirrors if m.key not in unavailable}
    told = [m for m in mirrors if m.key in ages and m.key not in closed]
    lanes = {lane: worst([ages[m.key] for m in told if m.source.lane == lane]) for lane in Lane}
    hot = lanes[Lane.HOT]
    problem = connection.problem or next((age.problem for age in ages.values() if age.problem), "")
    return Freshness(
        connection=connection.pk,
        as_of=hot.as_of,
        age=hot.age,
        stale=hot.stale,
        loaded=all(ages[m.key].loaded for m in told),
        problem=problem,
        lanes=lanes,
        mirrors=ages,
        unreadable=closed,
    )


def age_of(mirror: type[Mirror], cursor: Cursor | None, now: datetime) -> Age:
    """The age of one mirror; one that has not been loaded is stale."""
    if cursor is None or cursor.loaded_at is None or cursor.as_of is None:
        return Age(None, None, stale=True, loaded=False, problem=cursor.problem if cursor else "")
    age = now - cursor.as_of
    return Age(cursor.as_of, age, stale=age > limit_of(mirror.source.lane), loaded=True, problem=cursor.problem)


def worst(ages: list[Age]) -> Age:
    """The oldest of several mirrors speaks for all."""
    if not ages:
        return Age(None, None, stale=False, loaded=True)
    if not all(age.loaded for age in ages):
        return Age(None, None, stale=True, loaded=False)
    oldest = min(ages, key=lambda age: age.as_of or datetime.max.replace(tzinfo=timezone.get_default_timezone()))
    return Age(oldest.as_of, oldest.age, stale=any(age.stale for age in ages), loaded=True)


def as_of(mirror: type[Mirror], connection: Connection) -> datetime | None:
    """The moment (our clock) up to which one mirror is complete; null before its first load."""
    row = connection.cursors.filter(mirror=mirror.key).exclude(loaded_at=None).first()
    return row.as_of if row else None
