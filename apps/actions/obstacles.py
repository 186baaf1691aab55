"""What stands in the way of a plan that was right when it was made: by the mirror, and in Odoo itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.actions.definition import CannotPlanError, Plan, Step, actions
from apps.actions.models import Delivery, Request
from apps.actions.readings import Reader
from apps.actions.stumble import minding


def outdated(request: Request) -> str:
    """Why the plan of a request is no longer the one that would be made, by the mirror; empty while it is.

    Only for actions that say so (``planned_anew``), and never for taking something back.
    """
    if request.undoes_id is not None or request.action not in actions or not actions[request.action].planned_anew:
        return ""
    action = actions[request.action]()
    subject = action.subject.everything.filter(pk=request.subject_id).first()
    try:
        with minding(action, request.subject_model, request.subject_id):
            now = action.plan(subject, request.answer, by=request.requested_by) if subject is not None else None
    except CannotPlanError as error:
        return str(error)
    if now is None or _calls(now) != _calls(Plan.load(request.plan)):
        return _("What it was planned on has changed since.")
    return ""


def _calls(plan: Plan) -> list[tuple[object, ...]]:
    """What is sent, minded and expected, without the words for people."""
    return [
        (one.model, one.company, one.ids, one.method, one.args, one.guard, one.expect, _searches(one))
        for one in Plan.load(plan.canonical()).steps
    ]


def _searches(step: Step) -> list[tuple[object, ...]]:
    return [(one.model, one.company, one.domain, one.there) for one in (*step.conditions, *step.proofs)]


def in_the_way(reader: Reader, step: Step, delivery: Delivery) -> str:
    """Why a step must not be sent now; empty while nothing speaks against it. Raises OdooError.

    The plan is made anew before the first call alone: what the request has changed itself would make another one.
    Odoo has no lock that lasts from this look to the call; what happens in between is found by the detectors.
    """
    if delivery.position == 0 and delivery.attempts == 0 and not delivery.is_note:
        obstacle = outdated(delivery.request)
        if obstacle:
            return obstacle
    for one in step.conditions:
        if bool(reader.search(one.model, one.domain, company=one.company)) is not one.there:
            return one.otherwise
    return ""
