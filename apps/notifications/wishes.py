"""What people wish to be told, by which way, and when not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from apps.accounts.models import User
from apps.audit.record import record
from apps.notifications.kinds import UNMAILED, Topic
from apps.notifications.models import Choice, QuietHours, Way

OFFERED = [topic for topic in Topic if topic is not Topic.OTHER]


@dataclass(frozen=True)
class Wishes:
    """One person's choices and quiet hours."""

    zone: str = "UTC"
    choices: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    quiet: QuietHours | None = None

    def wants(self, topic: str, way: str) -> bool:
        """As chosen; without a choice everything is on the page, and mailed unless its topic says otherwise."""
        return self.choices.get((topic, way), way == Way.PAGE or topic not in UNMAILED)

    def quiet_until(self, now: datetime, *, urgent: bool = False) -> datetime | None:
        """When mail may go out again; null when it may now."""
        if self.quiet is None or (urgent and self.quiet.lets_escalations):
            return None
        return quiet_end(now, self.quiet.begins_at, self.quiet.ends_at, zone_of(self.zone))


def quiet_end(now: datetime, begins: time, ends: time, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that ``now`` falls into, by the clock on the wall there; null outside of them."""
    local = now.astimezone(zone)
    clock, overnight = local.time(), begins > ends
    if not (begins <= clock < ends if not overnight else clock >= begins or clock < ends):
        return None
    day = local.date() + timedelta(days=int(overnight and clock >= begins))
    return datetime.combine(day, ends, zone)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by name; UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def wishes_of(people: Iterable[User]) -> dict[int, Wishes]:
    """The wishes of these people by key, in two queries."""
    known = {person.pk: person for person in people}
    choices: dict[int, dict[tuple[str, str], bool]] = {key: {} for key in known}
    for one in Choice.objects.filter(user__in=known):
        choices[one.user_id][one.topic, one.way] = one.wanted
    quiet = {one.user_id: one for one in QuietHours.objects.filter(user__in=known)}
    return {key: Wishes(person.time_zone, choices[key], quiet.get(key)) for key, person in known.items()}


@transaction.atomic
def choose(
    user: User,
    wanted: Mapping[tuple[str, str], bool],
    *,
    quiet: tuple[time, time] | None,
    lets_escalations: bool = True,
) -> None:
    """Keep what a person wishes; ``quiet`` is null for no quiet hours. Everything offered is kept as it is now."""
    Choice.objects.filter(user=user).delete()
    Choice.objects.bulk_create(
        Choice(user=user, topic=topic, way=way, wanted=value) for (topic, way), value in wanted.items()
    )
    QuietHours.objects.filter(user=user).delete()
    if quiet is not None:
        begins, ends = quiet
        QuietHours.objects.create(user=user, begins_at=begins, ends_at=ends, lets_escalations=lets_escalations)
    record(
        user, "person.notifications_chosen", user, login=user.username,
        off=sorted(f"{topic} {way}" for (topic, way), value in wanted.items() if not value),
        quiet=" – ".join(f"{one:%H:%M}" for one in quiet) if quiet else "",
    )  # fmt: skip
