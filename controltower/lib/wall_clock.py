"""What a clock on the wall says, as moments: an hour that comes twice has two, one that is left out has none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def moments_of(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments (UTC), in order, at which the clocks of a zone show this local time: one, two or none.

    Two in the hour that is repeated when the clocks go back, none in the hour that is left out when they go forward.
    A time that names its own offset is one moment whatever the zone.
    """
    if local.tzinfo is not None:
        return (local.astimezone(UTC),)
    both = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(fold=0)))


def offset_text(at: datetime, zone: ZoneInfo) -> str:
    """How far the clocks of a zone are from UTC at a moment: ``UTC+02:00``."""
    offset = at.astimezone(zone).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
