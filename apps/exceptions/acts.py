"""What a form on a case asks for, and what came of it: one path for a single case and for many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.exceptions import cases
from apps.exceptions.errors import CaseError, StaleCaseError
from apps.exceptions.forms import AssignForm, CloseForm, NoteForm, SnoozeForm, people_for
from apps.exceptions.models import Case
from apps.exceptions.words import STATES
from controltower.lib.states import IllegalTransitionError

Call = Callable[[Case, User, int, dict[str, Any]], Case]


@dataclass(frozen=True)
class Act:
    """One verb: the form that asks for its values, how it is carried out, and how its success is told."""

    label: Any
    done: Any
    call: Call
    form: type[forms.Form] = forms.Form


@dataclass(frozen=True)
class Outcome:
    """What became of one case: ``status`` is 200, 403, 409 or 422, ``problem`` says why it was not done."""

    case: Case
    status: int = 200
    problem: str = ""


def _assign(case: Case, by: User, version: int, answer: dict[str, Any]) -> Case:
    to = answer.get("to")
    return cases.assign(case, to=to, by=by, version=version) if to else cases.unassign(case, by=by, version=version)


ACTS: Mapping[str, Act] = {
    "acknowledge": Act(
        gettext_lazy("Acknowledge"),
        gettext_lazy("Acknowledged"),
        lambda case, by, version, _answer: cases.acknowledge(case, by=by, version=version),
    ),
    "start": Act(
        gettext_lazy("Start"),
        gettext_lazy("In progress"),
        lambda case, by, version, _answer: cases.start(case, by=by, version=version),
    ),
    "wake": Act(
        gettext_lazy("Wake"),
        gettext_lazy("Awake again"),
        lambda case, by, version, _answer: cases.wake(case, by=by, version=version),
    ),
    "assign": Act(gettext_lazy("Assign"), gettext_lazy("Assigned"), _assign, AssignForm),
    "snooze": Act(
        gettext_lazy("Snooze"),
        gettext_lazy("Snoozed"),
        lambda case, by, version, answer: cases.snooze(case, until=answer["moment"], by=by, version=version),
        SnoozeForm,
    ),
    "note": Act(
        gettext_lazy("Note"),
        gettext_lazy("Noted"),
        lambda case, by, _version, answer: cases.note(case, text=answer["text"], by=by, version=case.version),
        NoteForm,
    ),
    "close": Act(
        gettext_lazy("Close"),
        gettext_lazy("Closed"),
        lambda case, by, version, answer: cases.close(case, reason=answer["reason"], by=by, version=version),
        CloseForm,
    ),
}


def form_for(verb: str, by: User, about: list[Case], data: Mapping[str, Any] | None = None) -> forms.Form:
    """The form of a verb, for these cases; bound when there is data."""
    options: dict[str, Any] = {"prefix": verb, "data": data}
    if verb == "assign":
        options |= {"people": people_for(about), "initial": {"to": about[0].owner_id or by.pk if about else by.pk}}
    if verb == "snooze":
        options["zone"] = by.time_zone
    return ACTS[verb].form(**options)


def answer_of(form: forms.Form) -> dict[str, Any]:
    """The values of a valid form, its moment worked out."""
    answer = dict(form.cleaned_data)
    if isinstance(form, SnoozeForm):
        answer["moment"] = form.moment()
    return answer


def carry_out(verb: str, case: Case, *, by: User, version: int, answer: dict[str, Any]) -> Outcome:
    """Do it to one case. A refusal is an outcome, never an error page: nothing typed is lost."""
    try:
        return Outcome(ACTS[verb].call(case, by, version, answer))
    except StaleCaseError as error:
        return Outcome(error.case, 409, str(error))
    except IllegalTransitionError as error:
        state = str(STATES.get(error.state, error.state))
        problem = _("“%(verb)s” is not possible for a case that is “%(state)s”.")
        return Outcome(case, 409, problem % {"verb": ACTS[verb].label, "state": state})
    except CaseError as error:
        return Outcome(case, 422, str(error))
    except PermissionDenied as error:
        return Outcome(case, 403, str(error))
