"""Answer an inspection and confirm it: for the first time, or measured again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import ActionForm, CannotPlanError, Plan, Reversibility, actions
from apps.actions.selections import INSPECTION_STATES
from apps.exceptions.actions.held_stock import read_held
from apps.exceptions.actions.inspection_steps import Given, answers, back_to, confirm, is_good, names_of, to_ready
from apps.exceptions.actions.on_inspections import InspectionAction
from apps.exceptions.actions.quality_limits import approver_above, limits_for
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.quality import Inspection, InspectionAnswer, InspectionLine

OPEN = ("draft", "ready", "waiting", "failed")
DECIDED = ("waiting", "failed")


class AnswersForm(ActionForm):
    """One field for each question, and why it is answered so."""

    reason = forms.CharField(label=gettext_lazy("Who measured it, and with what"), max_length=200)

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        assert isinstance(subject, Inspection)
        known = choices_of(subject)
        questions = {field_of(line): _field(line, known) for line in lines_of(subject)}
        self.fields = {**questions, "reason": self.fields["reason"]}


def lines_of(inspection: Inspection) -> list[InspectionLine]:
    return list(inspection.lines.filter(gone_at=None).select_related("limit_unit").order_by("id"))


def choices_of(inspection: Inspection) -> dict[int, InspectionAnswer]:
    """Every answer that a question of choice allows, by key."""
    wanted = {key for line in lines_of(inspection) for key in line.answers}
    return InspectionAnswer.objects.in_bulk(wanted)


def field_of(line: InspectionLine) -> str:
    return f"line_{line.odoo_id}"


def _field(line: InspectionLine, known: Mapping[int, InspectionAnswer]) -> forms.Field:
    if line.kind == "qualitative":
        options = [(str(key), known[key].name) for key in line.answers if key in known]
        return forms.ChoiceField(label=line.name, choices=[("", "–"), *options], help_text=_good_ones(line, known))
    unit = f" {line.limit_unit.name}" if line.limit_unit else ""
    limits = {"least": _number(line.least), "most": _number(line.most), "unit": unit}
    return forms.DecimalField(
        label=line.name,
        max_digits=18,
        decimal_places=5,
        help_text=_("Allowed: %(least)s to %(most)s%(unit)s.") % limits,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


def _good_ones(line: InspectionLine, known: Mapping[int, InspectionAnswer]) -> str:
    good = [known[key].name for key in line.answers if key in known and known[key].ok]
    return _("Allowed: %s.") % ", ".join(good)


def _answered(line: InspectionLine, decided: bool) -> str:
    """What the line says; nothing where nobody has measured yet, for Odoo calls that zero."""
    if line.kind == "qualitative":
        return str(line.answer_id or "")
    return _number(line.measured) if decided or line.measured else ""


def _number(value: Decimal | None) -> str:
    return f"{(value or Decimal(0)).normalize():f}"


@actions.add
class RecordAnswers(InspectionAction):
    """Write the answers of an inspection of the OCA and confirm it.

    A draft is started first; one that was decided is opened and started again. Each answer is a write of its own, so
    that a conflict names the question. Odoo says itself whether the answers are good: the plan names what it will say,
    and stops before confirming when Odoo says otherwise. Good answers release the goods: that needs the plant manager,
    unless the limits of `quality.decisions` let one person release stock of that worth. Bad answers leave the
    inspection waiting for a decision, and the goods on hold.
    """

    key = "quality.record_answers"
    title = gettext_lazy("Record the answers")
    explanation = gettext_lazy("Writes what was measured and confirms the inspection.")
    form = AnswersForm
    requires = Permission.REQUEST_QUALITY_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    writes = {"qc.inspection": ("write",), "qc.inspection.line": ("write",)}
    fields = {
        "state": gettext_lazy("state"),
        "success": gettext_lazy("all answers good"),
        "quantitative_value": gettext_lazy("measured"),
        "qualitative_value": gettext_lazy("answer"),
        "body": gettext_lazy("message"),
    }
    selections = {"state": INSPECTION_STATES}

    def subject_for(self, record: Mirror) -> Inspection | None:
        fits = isinstance(record, Inspection) and record.state in OPEN and record.test_id is not None
        return record if fits else None  # type: ignore[return-value]

    def initial(self, subject: Inspection) -> dict[str, Any]:
        return {field_of(line): _answered(line, subject.state in DECIDED) for line in lines_of(subject)}

    def approver(self, subject: Inspection, answer: Mapping[str, Any]) -> Role | None:
        if not all(one.good for one in given_by(subject, answer)):
            return None
        held = read_held(subject)
        return approver_above(limits_for(held).release_amount, held)

    def plan(self, subject: Inspection, answer: Mapping[str, Any], *, by: User) -> Plan:
        if subject.state not in OPEN:
            raise CannotPlanError(_("%s is decided already: there is nothing to answer.") % subject.name)
        given = list(given_by(subject, answer))
        if not given:
            raise CannotPlanError(_("%s asks no questions.") % subject.name)
        good = all(one.good for one in given)
        if not good and subject.state in {"waiting", "failed"} and not any(one.is_new for one in given):
            raise CannotPlanError(_("These are the answers that %s has already.") % subject.name)
        becomes = "success" if good else "waiting"
        return Plan(
            steps=(*to_ready(subject), *answers(subject, given), confirm(subject, good=good)),
            undo=back_to(subject, becomes, given),
            effect=_effect(subject, good=good),
            follows=_follows(good=good),
            warnings=() if good else (_("The goods stay on hold. Set them aside, or agree that they have failed."),),
            names={**names_of(subject, given), **_chosen(subject)},
        )


def given_by(inspection: Inspection, answer: Mapping[str, Any]) -> Iterator[Given]:
    """The answers of a form, line by line; what was not asked for stays as it is."""
    known = choices_of(inspection)
    for line in lines_of(inspection):
        value = answer.get(field_of(line))
        if line.kind == "qualitative":
            key = int(value) if value not in (None, "") else line.answer_id
            yield Given(line, answer=key, good=is_good(line, None, known, key))
        else:
            measured = _decimal(value, line.measured)
            yield Given(line, measured=measured, good=is_good(line, measured, known, None))


def _decimal(value: Any, former: Decimal | None) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else former
    except InvalidOperation:
        return former


def _effect(inspection: Inspection, *, good: bool) -> str:
    if good:
        return _("%s passes: its goods are released.") % inspection.name
    return _("%s does not pass: it waits for a decision.") % inspection.name


def _follows(*, good: bool) -> tuple[str, ...]:
    told = _("Odoo judges the answers itself, by the limits of the test.")
    return (told, _("Whoever needs the goods may take them again.")) if good else (told,)


def _chosen(inspection: Inspection) -> dict[str, str]:
    return {f"qualitative_value={one.odoo_id}": one.name for one in choices_of(inspection).values()}
