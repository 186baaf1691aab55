"""Judging again what has changed, what is due, and everything: one path, in bulk, safe to run side by side."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from apps.exceptions.definition import Detector, Finding, Moot, Subject, detectors
from apps.exceptions.inhibition import Silences, silences
from apps.exceptions.limits import rule_of, rulings_of
from apps.exceptions.models import Case, Check
from apps.exceptions.payload import digest
from apps.exceptions.settle import Judged, Settlement, newest_cases
from apps.exceptions.stumbles import database_of, stumbled
from apps.exceptions.timetable import keep
from apps.exceptions.weights import RULE as SCORE
from controltower.lib.locks import lock_in_transaction
from controltower.lib.memory import remembering
from controltower.lib.outage import OUTAGES
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import Mirror

log = logging.getLogger(__name__)
BATCH = 200
TRIES = 24
"""How often one run halves what a detector fails over: enough to tell three among 200; more is a defect of it all."""
DUE_AT_ONCE = 1000


@remembering()
def evaluate(detector: type[Detector[Any]], subjects: Iterable[str], *, now: datetime | None = None) -> int:
    """Judge these subjects by what the mirror says at this moment, and let their cases follow; returns how many.

    One transaction per batch. A detector's batches run one after the other, whoever started them, and each reads after
    the one before has committed: an older reading never overrules a newer one. What a detector fails over is told as
    such and holds up nothing else.
    """
    wanted, left = sorted(set(subjects)), TRIES
    for start in range(0, len(wanted), BATCH):
        left = _evaluate(detector, wanted[start : start + BATCH], now, left)
    return len(wanted)


@transaction.atomic
def _evaluate(detector: type[Detector[Any]], subjects: list[str], now: datetime | None, left: int) -> int:
    """Judge one batch; where the detector fails over it, again by halves, until what it fails over stands alone, or as
    often as is ``left``. Returns how often is left then.
    """
    lock_in_transaction(f"evaluate {detector.key}")
    now = now or timezone.now()
    silent = silences(detector, now)
    parts = [subjects]
    while parts:
        part = parts.pop()
        try:
            with transaction.atomic():
                _settle(detector, part, dict(_judge(detector, part, now, silent)), silent, now)
        except OUTAGES:
            raise
        except Exception:
            half = len(part) // 2
            if half and left:
                left -= 1
                parts += [part[half:], part[:half]]
                continue
            unclear = stumbled(detector, part, newest_cases(detector, part))
            _settle(detector, part, {key: Judged(one, "") for key, one in unclear.items()}, silent, now)
    return left


def _settle(
    detector: type[Detector[Any]], subjects: list[str], judged: dict[str, Judged], silent: Silences, now: datetime
) -> None:
    cases = newest_cases(detector, subjects)
    for key in set(cases) - set(judged):
        gone = Moot(_subject_of(cases[key]), gettext("It no longer exists in the mirror."))
        judged[key] = Judged(gone, "")
    settlement = Settlement(detector, now, silent.stale, silent.blind, silent.lost)
    for key in subjects:
        if key in judged:
            settlement.take(cases.get(key), judged[key])
    settlement.write()
    keep(detector, subjects, judged, settlement.again, now)


def _judge(
    detector: type[Detector[Any]], subjects: list[str], now: datetime, silent: Silences
) -> Iterator[tuple[str, Judged]]:
    member = detector()
    candidates = member.candidates(Scope.everything(), subjects)
    ruling, weights = rulings_of(rule_of(detector.key), SCORE)
    for facts in member.facts(candidates, now):
        limits = ruling.of(facts.subject)
        verdict = member.judge(facts, limits.values, now)
        lacking = silent.lacking.get(verdict.subject.connection)
        if lacking and isinstance(verdict, Finding):
            verdict = replace(verdict, gaps=(*verdict.gaps, lacking))
        yield verdict.subject.key, Judged(verdict, digest(facts, limits.values), limits, weights.of(verdict.subject))


def _subject_of(case: Case) -> Subject:
    return Subject(case.subject_type, case.subject_key, case.connection_id, case.company_id, case.plant_id)


@remembering()
def evaluate_change(mirror: type[Mirror], ids: Iterable[int], *, now: datetime | None = None) -> int:
    """Judge what changed rows of one mirror may have changed; returns how many subjects that were."""
    wanted = set(ids)
    return sum(evaluate(detector, subjects_of(detector, mirror, wanted), now=now) for detector in detectors)


def subjects_of(detector: type[Detector[Any]], mirror: type[Mirror], ids: set[int]) -> set[str]:
    """The subjects of a detector that rows of a mirror lead to, and those whose case names one of the rows."""
    if not ids or mirror not in detector.depends_on:
        return set()
    found = _led_to(detector, mirror, ids)
    shown = Case.objects.held().filter(detector=detector.key, documents__overlap=sorted(ids))
    return {str(one) for one in found if one is not None} | set(shown.values_list("subject_key", flat=True))


def _led_to(detector: type[Detector[Any]], mirror: type[Mirror], ids: set[int]) -> Iterable[Any]:
    """Where the path of a detector leads from changed rows. Where it fails, these rows alone are left to judge, which
    says that they cannot be; the sweep looks at the rest.
    """
    path = detector.depends_on[mirror]
    if not callable(path):
        return mirror.everything.filter(pk__in=ids).values_list(path, flat=True) if path else ()
    try:
        return list(path(ids))
    except OUTAGES:
        raise
    except Exception:
        log.exception("%s failed over what %d changed rows of %s lead to", detector.key, len(ids), mirror.key)
        return ids if mirror.key == detector.subject_type else ()


@remembering()
def evaluate_due(*, now: datetime | None = None) -> int:
    """Judge every subject whose time has come; returns how many."""
    done = 0
    while True:
        due = Check.objects.filter(due_at__lte=now or timezone.now()).order_by("due_at", "pk")
        rows = list(due.values_list("detector", "subject_key")[:DUE_AT_ONCE])
        if not rows:
            return done
        for key in sorted({detector for detector, subject in rows}):
            subjects = [subject for detector, subject in rows if detector == key]
            if key in detectors:
                done += evaluate(detectors[key], subjects, now=now)
            else:
                Check.objects.filter(detector=key).delete()


@remembering()
def sweep(
    *, connection: int | None = None, only: type[Detector[Any]] | None = None, now: datetime | None = None
) -> int:
    """Judge everything that may be a case, is one, or was closed while its condition lasted; returns how many."""
    done = 0
    for detector in [only] if only is not None else list(detectors):
        subjects = subjects_within(detector, Scope.everything())
        done += evaluate(detector, (one for one in subjects if connection in (None, database_of(one))), now=now)
    return done


def evaluate_within(detector: type[Detector[Any]], scope: Scope, *, now: datetime | None = None) -> int:
    """Judge everything of one detector in a part of the group, such as where its limits have changed."""
    return evaluate(detector, subjects_within(detector, scope), now=now)


def subjects_within(detector: type[Detector[Any]], scope: Scope) -> set[str]:
    """Everything of one detector in a part of the group: what may be found, is a case, or waits for its time."""
    held = Case.objects.held().within(scope).filter(detector=detector.key).values_list("subject_key", flat=True)
    waiting = Check.objects.within(scope).filter(detector=detector.key).values_list("subject_key", flat=True)
    return {*_found(detector, scope), *held, *waiting}


def _found(detector: type[Detector[Any]], scope: Scope) -> list[str]:
    """What a detector looks for; nothing where it fails over that, which its cases must not wait for."""
    try:
        return list(detector().subjects(scope))
    except OUTAGES:
        raise
    except Exception:
        log.exception("%s failed to look for its subjects", detector.key)
        return []
