"""Answers whose unit is not that of their limits: asked for, written and taken back with it. Stand-in or real Odoo."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.actions import requests
from apps.actions.changes import changes
from apps.actions.definition import CannotPlanError
from apps.actions.models import RequestState
from apps.exceptions.actions.record_answers import RecordAnswers, field_of, lines_of
from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import sweep
from odoo_sync.mirror.quality import InspectionLine
from tests.integration.goods import Held, approved, ask, good, lead
from tests.integration.goods import held as held
from tests.integration.outbox import delivered
from tests.integration.outbox import quick as quick

pytestmark = pytest.mark.django_db(transaction=True)


def number(held: Held) -> InspectionLine:
    return lines_of(held.inspection)[0]


def stored(held: Held) -> tuple[float, str]:
    """Value and unit of the measured line as Odoo has them now."""
    names = ["quantitative_value", "uom_id"]
    row = held.odoo.call("qc.inspection.line", "read", [number(held).odoo_id], names)[0]
    return row["quantitative_value"], row["uom_id"][1] if row["uom_id"] else ""


def measured_in(held: Held, unit: str, value: float) -> None:
    """Somebody measures in Odoo in this unit, or in none; the inspection stays as it was decided."""
    found = held.odoo.call("uom.uom", "search", [["name", "=", unit]]) or [False]
    values = {"quantitative_value": value, "uom_id": found[0]}
    held.odoo.call("qc.inspection.line", "write", [number(held).odoo_id], values)
    held.poll()


@pytest.fixture
def dozens(held: Held) -> Held:
    measured_in(held, "Dozens", 0.5)
    return held


def told(held: Held) -> str:
    form = RecordAnswers.form(initial=RecordAnswers().initial(held.inspection), subject=held.inspection)
    return str(form.fields[field_of(number(held))].help_text)


def test_the_form_asks_in_the_unit_of_the_limits_and_says_so(dozens: Held) -> None:
    assert told(dozens) == "Allowed: 9.5 to 10.5 Units. Answer in Units. So far: 0.5 Dozens."
    assert RecordAnswers().initial(dozens.inspection)[field_of(number(dozens))] == ""


def test_a_value_without_a_unit_is_not_taken_for_one_in_the_unit_of_the_limits(held: Held) -> None:
    measured_in(held, "", 0.5)
    assert told(held) == "Allowed: 9.5 to 10.5 Units. Answer in Units. So far: 0.5 without a unit."


def test_the_answer_is_stored_with_the_unit_it_was_asked_in(dozens: Held) -> None:
    plan = requests.preview(RecordAnswers(), dozens.inspection, good(dozens), by=lead(dozens))
    seen = {(one.field, one.before, one.after) for one in changes(plan, RecordAnswers.key)}
    assert {("measured", "0.5", "10"), ("unit", "Dozens", "Units")} <= seen
    request = approved(dozens, ask(dozens, RecordAnswers(), good(dozens)))
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert (stored(dozens), dozens.state()) == ((10.0, "Units"), "success")


def test_the_same_number_in_the_right_unit_is_a_new_answer(held: Held) -> None:
    measured_in(held, "Dozens", 10.0)
    assert approved(held, ask(held, RecordAnswers(), good(held))).state == RequestState.VERIFIED
    assert stored(held) == (10.0, "Units")


def test_taking_it_back_restores_value_and_unit(dozens: Held) -> None:
    request = approved(dozens, ask(dozens, RecordAnswers(), good(dozens)))
    back = approved(dozens, requests.undo(request, by=request.requested_by))
    assert back.state == RequestState.VERIFIED, [one.message for one in back.deliveries.all()]
    assert (stored(dozens), dozens.state()) == ((0.5, "Dozens"), "failed")


def test_a_unit_that_somebody_else_changed_stops_the_plan(held: Held) -> None:
    request = ask(held, RecordAnswers(), good(held))
    dozens = held.odoo.call("uom.uom", "search", [["name", "=", "Dozens"]])[0]
    held.odoo.call("qc.inspection.line", "write", [number(held).odoo_id], {"test_uom_id": dozens})
    assert approved(held, request).state == RequestState.PARTIAL
    assert (stored(held), held.state()) == ((7.9, "Units"), "ready")


def test_an_answer_that_had_no_unit_gets_one_and_cannot_be_taken_back(held: Held) -> None:
    measured_in(held, "", 0.5)
    request = approved(held, ask(held, RecordAnswers(), good(held)))
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert (stored(held), held.state()) == ((10.0, "Units"), "success")
    with pytest.raises(requests.CannotUndoError):
        requests.undo(request, by=request.requested_by)


def test_limits_without_a_unit_are_asked_in_the_unit_of_the_line(held: Held) -> None:
    InspectionLine.objects.filter(pk=number(held).pk).update(limit_unit=None)
    assert told(held) == "Allowed: 9.5 to 10.5. Answer in Units."
    assert RecordAnswers().initial(held.inspection)[field_of(number(held))] == "7.9"


def test_a_question_without_any_unit_is_refused_with_what_to_do(held: Held) -> None:
    InspectionLine.objects.filter(pk=number(held).pk).update(limit_unit=None, unit=None)
    with pytest.raises(CannotPlanError, match="Pressure has no unit of measure"):
        ask(held, RecordAnswers(), good(held))


def test_the_evidence_says_the_unit_it_was_measured_in(dozens: Held) -> None:
    sweep(only=StockOnHold)
    seen: dict[str, Any] = {one["label"]: one["value"] for one in dozens.case.evidence}
    assert seen["Pressure"] == "0.5 Dozens, allowed 9.5 to 10.5 Units; Odoo compares the numbers alone"


def test_what_was_not_answered_stays_with_its_unit(dozens: Held) -> None:
    looks = {name: value for name, value in good(dozens).items() if not isinstance(value, Decimal)}
    request = delivered(ask(dozens, RecordAnswers(), looks))
    assert request.state == RequestState.VERIFIED, [one.message for one in request.deliveries.all()]
    assert (stored(dozens), dozens.state()) == ((0.5, "Dozens"), "waiting")
