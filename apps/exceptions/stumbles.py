"""What a detector fails over: logged, told where it is missed, and no obstacle for anything else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.exceptions.definition import CannotJudge, Detector, Subject
from apps.exceptions.models import Case
from controltower.lib.keys import split_key
from odoo_sync.mirror.base import mirrors

log = logging.getLogger(__name__)


def stumbled(
    detector: type[Detector[Any]], subjects: Iterable[str], cases: Mapping[str, Case]
) -> dict[str, CannotJudge]:
    """What is said of subjects that a detector failed over, each at its place; logs the error at hand."""
    wanted = list(subjects)
    log.exception("%s failed over %d subjects, the first is %s", detector.key, len(wanted), wanted[0])
    places = _places(detector.subject_type, [key for key in wanted if key not in cases])
    reason = _("The tower failed over what is known of it. The log of the worker says why.")
    return {
        key: CannotJudge(
            Subject(detector.subject_type, key, database_of(key), *_place(cases.get(key), places, key)), reason
        )
        for key in wanted
    }


def database_of(subject: str) -> int:
    """The connection that a subject's key names: of a row, or of a lane."""
    return int(subject.split(":")[0]) if ":" in subject else split_key(int(subject))[0]


Place = tuple[int | None, int | None]


def _place(case: Case | None, places: Mapping[str, Place], key: str) -> Place:
    return (case.company_id, case.plant_id) if case is not None else places.get(key, (None, None))


def _places(subject_type: str, subjects: list[str]) -> dict[str, Place]:
    """Company and plant of mirrored subjects without a case; what is no row of a mirror belongs to the group."""
    if not subjects or subject_type not in mirrors:
        return {}
    mirror = mirrors[subject_type]
    if mirror.company_path is None:
        return {}
    rows = mirror.everything.filter(pk__in=[int(key) for key in subjects]).order_by()
    plant = mirror.plant_path or mirror.company_path
    found = rows.values_list("pk", mirror.company_path, plant)
    return {str(key): (company, at if mirror.plant_path else None) for key, company, at in found}
