"""The calls that take an inspection of the OCA from state to state, and its answers from value to value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import Step, fact
from controltower.lib.keys import split_key
from odoo_sync.mirror.product import UnitOfMeasure
from odoo_sync.mirror.quality import Inspection, InspectionAnswer, InspectionLine

INSPECTION, LINE = "qc.inspection", "qc.inspection.line"
LEADS_TO = {"action_draft": "draft", "action_todo": "ready"}
LABELS = {
    "action_draft": "Open the inspection again",
    "action_todo": "Start the inspection",
    "action_confirm": "Confirm the answers",
    "action_approve": "Agree that it has failed",
}


@dataclass(frozen=True)
class Given:
    """One line with the answer it gets: a measured value with its unit, or the key of a chosen answer.

    A value goes with its unit always: Odoo compares it with the limits as a bare number, so it means what it says
    only in the unit of the limits. ``unit`` is null where neither the answer nor the limits have one.
    """

    line: InspectionLine
    measured: Decimal | None = None
    unit: int | None = None
    answer: int | None = None
    good: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """Odoo's fields and their new values."""
        if self.line.kind == "qualitative":
            return {"qualitative_value": _row(self.answer)}
        return {"quantitative_value": float(self.measured or 0), "uom_id": _row(self.unit)}

    @property
    def former(self) -> dict[str, Any]:
        """The values that the mirror has now."""
        if self.line.kind == "qualitative":
            return {"qualitative_value": _row(self.line.answer_id)}
        return {"quantitative_value": float(self.line.measured or 0), "uom_id": _row(self.line.unit_id)}

    @property
    def is_new(self) -> bool:
        return self.values != self.former

    @property
    def is_without_unit(self) -> bool:
        """Whether it would be measured in no unit at all: Odoo confirms no such answer."""
        return self.line.kind != "qualitative" and self.unit is None


def _row(key: int | None) -> int | None:
    return split_key(key)[1] if key else None


def unit_asked(line: InspectionLine) -> UnitOfMeasure | None:
    """The unit in which a value is asked for: that of the limits, or the line's own where the limits have none."""
    return line.limit_unit or line.unit


def is_good(
    line: InspectionLine, measured: Decimal | None, known: Mapping[int, InspectionAnswer], key: int | None
) -> bool:
    """What the OCA will say of an answer: within the limits, both included, or one of the good ones."""
    if line.kind == "qualitative":
        return key is not None and key in known and bool(known[key].ok)
    return (line.least or Decimal(0)) <= (measured or Decimal(0)) <= (line.most or Decimal(0))


def call(inspection: Inspection, method: str, state: str, becomes: str, **more: Any) -> Step:
    """One button of the inspection, pressed in one state and leading to another."""
    number = inspection.odoo_id
    return Step(
        connection=inspection.connection_id,
        company=company_of(inspection),
        model=INSPECTION,
        ids=(number,),
        method=method,
        guard={f"{number}.state": state, **more.get("guard", {})},
        expect={f"{number}.state": becomes, **more.get("expect", {})},
        safe_again="state",
        label=_(LABELS[method]),
    )


def company_of(inspection: Inspection) -> int | None:
    return split_key(inspection.company_id)[1] if inspection.company_id else None


def to_ready(inspection: Inspection) -> Iterator[Step]:
    """From wherever it stands to where its answers may be changed."""
    state = inspection.state or ""
    if state in {"waiting", "failed", "success"}:
        yield call(inspection, "action_draft", state, "draft")
        state = "draft"
    if state in {"draft", "plan"}:
        yield call(inspection, "action_todo", state, "ready")


def answers(inspection: Inspection, given: Sequence[Given], *, back: bool = False) -> Iterator[Step]:
    """One write for each line whose answer changes, value and unit together; ``back`` restores what was there."""
    for one in given:
        if one.is_new:
            before, after = (one.values, one.former) if back else (one.former, one.values)
            number = one.line.odoo_id
            limits = {"test_uom_id": _row(one.line.limit_unit_id)} if "uom_id" in after else {}
            yield Step(
                connection=inspection.connection_id,
                company=company_of(inspection),
                model=LINE,
                ids=(number,),
                method="write",
                args={"vals": {name: False if value is None else value for name, value in after.items()}},
                guard={f"{number}.{name}": value for name, value in {**before, **limits}.items()},
                expect={f"{number}.{name}": value for name, value in after.items()},
                safe_again="value",
                label=_("Put the answer back") if back else _("Write the answer"),
            )


def confirm(inspection: Inspection, *, good: bool) -> Step:
    """Odoo decides by the answers it holds at that moment; they are looked at just before."""
    success = _success(inspection, good=good)
    becomes = "success" if good else "waiting"
    return call(inspection, "action_confirm", "ready", becomes, guard=success, expect=success)


def _success(inspection: Inspection, *, good: bool) -> dict[str, bool | None]:
    """That all answers are good, or that not all are: both buttons let an inspection with good answers pass."""
    return {fact(INSPECTION, inspection.odoo_id, "success"): good or None}


def back_to(inspection: Inspection, now: str, given: Sequence[Given] = ()) -> tuple[Step, ...]:
    """From the state it was brought to back to the one it has in the mirror, with the answers it has there."""
    was = inspection.state or "draft"
    steps = [call(inspection, "action_draft", now, "draft"), *answers(inspection, given, back=True)]
    if was in {"ready", "waiting", "failed", "success"}:
        steps.append(call(inspection, "action_todo", "draft", "ready"))
    if was in {"waiting", "failed", "success"}:
        steps.append(confirm(inspection, good=was == "success"))
    if was == "failed":
        steps.append(call(inspection, "action_approve", "waiting", "failed", guard=_success(inspection, good=False)))
    return tuple(steps)


def names_of(inspection: Inspection, given: Sequence[Given] = ()) -> dict[str, str]:
    """What people call the records of the plan, and the units of its answers."""
    lines = {f"{LINE},{one.line.odoo_id}": f"{inspection.name} · {one.line.name or ''}" for one in given}
    units = {unit.odoo_id: unit.name for one in given for unit in (one.line.unit, one.line.limit_unit) if unit}
    called = {f"{name}={row}": unit for name in ("uom_id", "test_uom_id") for row, unit in units.items()}
    return {f"{INSPECTION},{inspection.odoo_id}": inspection.name, **lines, **called}
