"""What inspections say of goods, whichever module of Odoo keeps them: one reading for all of them.

The OCA's ``qc.inspection`` is its own subject, by the key of its row. A ``quality.check`` or ``quality.alert`` of Odoo
Enterprise is named ``connection:model:row``; what is said of those two is not verified, no Enterprise was at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from controltower.lib.keys import split_key
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.mirror.quality import Inspection as OcaInspection
from odoo_sync.mirror.quality import InspectionLine
from odoo_sync.mirror.quality_enterprise import QualityAlert, QualityCheck

INSPECTION, CHECK, ALERT = "qc.inspection", "quality.check", "quality.alert"


class Outcome(StrEnum):
    """What became of an inspection.

    ``waiting``: answered badly, and nobody has agreed to that yet. ``open``: not answered, or not confirmed.
    """

    OPEN = "open"
    WAITING = "waiting"
    FAILED = "failed"
    PASSED = "passed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """One question with its answer. Of a measured one ``least`` and ``most`` are its limits, both still good.

    ``unit`` is the one it was measured in, ``limit_unit`` that of the limits, each empty where none is said; Odoo
    compares the numbers alone, so an answer in another unit ``passed`` or not by its bare number.
    """

    row: int
    question: str
    passed: bool
    measured: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    unit: str = ""
    limit_unit: str = ""
    chosen: str = ""

    @property
    def is_measured(self) -> bool:
        return self.measured is not None

    @property
    def is_in_other_unit(self) -> bool:
        """Whether it was measured in another unit than that of its limits, or in one that is not said."""
        return self.is_measured and bool(self.limit_unit) and self.unit != self.limit_unit


@dataclass(frozen=True)
class Inspection:
    """What was inspected and what became of it; links are mirror keys.

    ``quantity`` is how much the inspection says it is about, null where it does not say. ``asked_at`` is the moment
    it is for, ``done_at`` when it was decided.
    """

    mirror: str
    row: int
    number: str = ""
    test: str = ""
    outcome: Outcome = Outcome.OPEN
    gone: bool = False
    product: int | None = None
    lot: int | None = None
    transfer: int | None = None
    production: int | None = None
    company: int | None = None
    quantity: Decimal | None = None
    asked_at: datetime | None = None
    done_at: datetime | None = None
    as_of: datetime | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def key(self) -> str:
        return subject_key(self.mirror, self.row)

    @property
    def connection(self) -> int:
        return split_key(self.row)[0]

    @property
    def verified(self) -> bool:
        """Whether the source has been tried against a real Odoo."""
        return self.mirror == INSPECTION

    @property
    def failures(self) -> tuple[Answer, ...]:
        return tuple(one for one in self.answers if not one.passed)


OCA_OUTCOMES = {
    "plan": Outcome.OPEN,
    "draft": Outcome.OPEN,
    "ready": Outcome.OPEN,
    "waiting": Outcome.WAITING,
    "failed": Outcome.FAILED,
    "success": Outcome.PASSED,
    "canceled": Outcome.CANCELLED,
}
CHECK_OUTCOMES = {"none": Outcome.OPEN, "pass": Outcome.PASSED, "fail": Outcome.FAILED}
UNDECIDED = {INSPECTION: ("draft", "ready", "waiting", "failed"), CHECK: ("none", "fail")}
"""States in which goods may be on hold, by mirror."""


def subject_key(mirror: str, row: int) -> str:
    return str(row) if mirror == INSPECTION else f"{split_key(row)[0]}:{mirror}:{row}"


def split_subject(key: str) -> tuple[str, int]:
    """Mirror and row of a subject's key."""
    if ":" not in key:
        return INSPECTION, int(key)
    _connection, mirror, row = key.split(":")
    return mirror, int(row)


def read_inspections(keys: Iterable[str]) -> Iterator[Inspection]:
    """The inspections of these subjects, whatever has become of them; a fixed number of queries."""
    wanted: dict[str, set[int]] = {}
    for mirror, row in map(split_subject, keys):
        wanted.setdefault(mirror, set()).add(row)
    for mirror, rows in sorted(wanted.items()):
        found = mirrors[mirror].everything.filter(pk__in=rows).select_related(*RELATED[mirror]).order_by("pk")
        yield from READERS[mirror](list(found))


def _of_oca(rows: Sequence[Mirror]) -> Iterator[Inspection]:
    answers = _answers(row.pk for row in rows)
    for row in rows:
        assert isinstance(row, OcaInspection)
        yield Inspection(
            mirror=INSPECTION,
            row=row.pk,
            number=row.name,
            test=row.test.name if row.test else "",
            outcome=OCA_OUTCOMES.get(row.state or "", Outcome.UNKNOWN),
            gone=row.gone_at is not None,
            product=row.product_id,
            lot=row.lot_id,
            transfer=row.transfer_id,
            production=row.production_id,
            company=row.company_id,
            quantity=row.quantity or None,
            asked_at=row.asked_at,
            done_at=row.done_at,
            as_of=row.read_ended_at,
            answers=tuple(answers.get(row.pk, ())),
        )


def _answers(inspections: Iterable[int]) -> dict[int, list[Answer]]:
    lines = InspectionLine.objects.filter(inspection__in=list(inspections)).select_related(
        "answer", "unit", "limit_unit"
    )
    found: dict[int, list[Answer]] = {}
    for line in lines.order_by("pk"):
        measured = line.kind != "qualitative"
        found.setdefault(line.inspection_id, []).append(
            Answer(
                row=line.pk,
                question=line.name or "",
                passed=bool(line.success),
                measured=(line.measured or Decimal(0)) if measured else None,
                least=(line.least or Decimal(0)) if measured else None,
                most=(line.most or Decimal(0)) if measured else None,
                unit=line.unit.name if measured and line.unit else "",
                limit_unit=line.limit_unit.name if measured and line.limit_unit else "",
                chosen=line.answer.name if line.answer else "",
            )
        )
    return found


def _of_checks(rows: Sequence[Mirror]) -> Iterator[Inspection]:
    for row in rows:
        assert isinstance(row, QualityCheck)
        outcome = CHECK_OUTCOMES.get(row.state or "", Outcome.UNKNOWN)
        limited = row.least is not None or row.most is not None
        answer = Answer(
            row=row.pk,
            question=row.title or row.name or "",
            passed=outcome is not Outcome.FAILED,
            measured=row.measured if limited else None,
            least=row.least,
            most=row.most,
        )
        yield replace(_of_enterprise(row), outcome=outcome, quantity=row.quantity or None, answers=(answer,))


def _of_alerts(rows: Sequence[Mirror]) -> Iterator[Inspection]:
    """An alert is bad goods until somebody has moved it to a closing stage."""
    for row in rows:
        assert isinstance(row, QualityAlert)
        ended = row.done_at is not None or (row.stage is not None and bool(row.stage.done))
        yield replace(_of_enterprise(row), outcome=Outcome.PASSED if ended else Outcome.FAILED)


def _of_enterprise(row: QualityCheck | QualityAlert) -> Inspection:
    """What checks and alerts have in common."""
    return Inspection(
        mirror=row.key,
        row=row.pk,
        number=row.name or "",
        test=row.title or "",
        gone=row.gone_at is not None,
        product=row.product_id,
        lot=row.lot_id,
        transfer=row.transfer_id,
        production=row.production_id,
        company=row.company_id,
        asked_at=row.asked_at,
        done_at=row.done_at,
        as_of=row.read_ended_at,
    )


READERS: Mapping[str, Callable[[Sequence[Mirror]], Iterator[Inspection]]] = {
    INSPECTION: _of_oca,
    CHECK: _of_checks,
    ALERT: _of_alerts,
}
RELATED: Mapping[str, tuple[str, ...]] = {INSPECTION: ("test",), CHECK: (), ALERT: ("stage",)}
