"""When each subject must be judged again although nothing has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.exceptions.definition import CannotJudge, Detector, Moot
from apps.exceptions.models import Check
from apps.exceptions.payload import shortened
from apps.exceptions.settle import Judged

AT_LEAST = timedelta(seconds=1)
UNCLEAR_AGAIN = timedelta(hours=1)


def keep(
    detector: type[Detector[Any]],
    subjects: Iterable[str],
    judged: Mapping[str, Judged],
    again: Mapping[str, datetime],
    now: datetime,
) -> None:
    """Write the next look of each subject, touching only rows that differ; with nothing to wait for there is none."""
    checks = Check.objects.filter(detector=detector.key, subject_key__in=list(subjects))
    known = {one.subject_key: one for one in checks}
    wanted = {key: one for key in subjects if (one := _check(detector, key, judged.get(key), again.get(key), now))}
    differing = [one for key, one in wanted.items() if key not in known or _differs(known[key], one)]
    Check.objects.bulk_create(
        differing,
        update_conflicts=True,
        unique_fields=["detector", "subject_type", "subject_key"],
        update_fields=["due_at", "cannot_judge", "company", "plant"],
    )
    over = [one.pk for key, one in known.items() if key not in wanted]
    if over:
        Check.objects.filter(pk__in=over).delete()


def _check(
    detector: type[Detector[Any]], key: str, judged: Judged | None, again: datetime | None, now: datetime
) -> Check | None:
    if judged is None:
        return None
    verdict = judged.verdict
    due = None if isinstance(verdict, Moot) else verdict.next_check_at
    unclear = isinstance(verdict, CannotJudge)
    if unclear:
        due = due or now + UNCLEAR_AGAIN
    times = [one for one in (due, again) if one is not None]
    if not times:
        return None
    return Check(
        detector=detector.key,
        subject_type=verdict.subject.type,
        subject_key=key,
        connection_id=verdict.subject.connection,
        company_id=verdict.subject.company,
        plant_id=verdict.subject.plant,
        due_at=max(min(times), now + AT_LEAST),
        cannot_judge=shortened(verdict.reason) if isinstance(verdict, CannotJudge) else "",
    )


def _differs(old: Check, new: Check) -> bool:
    return _told(old) != _told(new)


def _told(check: Check) -> tuple[datetime, str, int | None, int | None]:
    return check.due_at, check.cannot_judge, check.company_id, check.plant_id
