"""Background work of exceptions: judging what changed and what is due, sweeping, publishing."""

from __future__ import annotations

from collections.abc import Sequence

from celery import shared_task
from django.utils import timezone

from apps.exceptions import cases, stream
from apps.exceptions import escalate as escalations
from apps.exceptions.definition import detectors
from apps.exceptions.detectors.stale_data import StaleData
from apps.exceptions.evaluate import evaluate, evaluate_change, evaluate_due, evaluate_within, subjects_of
from apps.exceptions.evaluate import sweep as sweep_all
from apps.exceptions.inhibition import is_loading
from apps.exceptions.weights import RULE as SCORE
from controltower.lib.locks import session_lock
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import mirrors

AT_ONCE = 500
CHUNK = 2000


@shared_task(ignore_result=True)
def evaluate_changed(mirror: str, ids: list[int]) -> None:
    """Judge what changed rows of one mirror lead to."""
    evaluate_change(mirrors[mirror], ids)


@shared_task(ignore_result=True)
def evaluate_subjects(detector: str, subjects: list[str]) -> None:
    """Judge these subjects of one detector."""
    evaluate(detectors[detector], subjects)


@shared_task(ignore_result=True)
def limits_changed(rule: str, company: int | None, plant: int | None) -> None:
    """Judge again what the limits of a place may have changed; those of an action are read when it is asked for."""
    touched = [one for one in detectors if rule in (one.key, SCORE.key)]
    for detector in touched:
        evaluate_within(detector, Scope.of([(company, plant)]))


@shared_task(ignore_result=True)
def check_due() -> None:
    """Judge what time alone may have changed, and wake what was put aside until now."""
    with session_lock("exceptions.check_due") as taken:
        if taken:
            cases.wake_due()
            evaluate_due()


@shared_task(ignore_result=True)
def escalate() -> None:
    """Tell the next contact of what nobody has acted on."""
    with session_lock("exceptions.escalate") as taken:
        if taken:
            escalations.escalate()


@shared_task(ignore_result=True)
def sweep(connection: int | None = None) -> None:
    """Judge everything, which makes a lost message harmless; and forget changes that nobody will ask for."""
    with session_lock(f"exceptions.sweep {connection or 'all'}") as taken:
        if taken:
            sweep_all(connection=connection)
            stream.prune()


@shared_task(ignore_result=True)
def publish() -> None:
    """Send what a process that died has left behind."""
    stream.publish_pending()


def changed(mirror: str, ids: Sequence[int]) -> None:
    """Judge changed rows: what concerns few subjects in this process, since seconds count; the rest by workers."""
    if len(ids) > AT_ONCE:
        for begin in range(0, len(ids), CHUNK):
            evaluate_changed.delay(mirror, list(ids[begin : begin + CHUNK]))
        return
    for detector in detectors:
        subjects = sorted(subjects_of(detector, mirrors[mirror], set(ids)))
        if len(subjects) <= AT_ONCE:
            evaluate(detector, subjects)
            continue
        for begin in range(0, len(subjects), CHUNK):
            evaluate_subjects.delay(detector.key, subjects[begin : begin + CHUNK])


def loaded(connection: int, mirror: str) -> None:
    """A first load has ended: watch the lanes, and judge everything once the last mirror that matters is here."""
    sweep_all(connection=connection, only=StaleData)
    waiting = [one for one in detectors if mirrors[mirror] in one.depends_on]
    if waiting and not any(is_loading(one, connection, timezone.now()) for one in waiting):
        sweep.delay(connection)


def reading_has_changed(connection: int) -> None:
    """Models of a connection can no longer be read, or can be again: say so at once, and judge everything anew."""
    sweep_all(connection=connection, only=StaleData)
    sweep.delay(connection)


def after_request(mirror: str, row: int) -> None:
    """A request about a row has moved on: what was agreed may have changed the judgement."""
    if mirror in mirrors:
        evaluate_change(mirrors[mirror], [row])
