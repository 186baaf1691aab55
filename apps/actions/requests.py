"""What people do with requests: propose, approve, reject, withdraw, undo, send again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions import tasks
from apps.actions.authority import deciders, may_decide
from apps.actions.definition import Action, CannotPlanError, Plan, actions
from apps.actions.deliveries import open_queue, what_was_done
from apps.actions.errors import (
    AlreadyRequestedError,
    CannotUndoError,
    NotTheApproverError,
    OwnRequestError,
    PlanChangedError,
    ReasonMissingError,
    StaleRequestError,
    TooLateError,
)
from apps.actions.lifecycle import OPEN, REQUEST, TOLD, UNDOABLE
from apps.actions.models import Approval, DeliveryState, Request, RequestState
from apps.actions.obstacles import outdated
from apps.actions.signals import request_changed
from apps.actions.standstill import is_taken_back, planned_elsewhere
from apps.actions.stumble import minding
from apps.actions.verdicts import move
from apps.audit.record import record
from apps.notifications.messages import tell
from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection

UNDO = "undo"


def preview(action: Action[Any], subject: Mirror, answer: Mapping[str, Any], *, by: User) -> Plan:
    """The plan these values lead to; nothing is saved. Raises PermissionDenied and CannotPlanError."""
    with minding(action, subject.key, subject.pk):
        place = action.place(subject)
    require(by, action.requires, within=place)
    with minding(action, subject.key, subject.pk):
        return action.plan(subject, answer, by=by)


@transaction.atomic
def propose(
    action: Action[Any],
    subject: Mirror,
    answer: Mapping[str, Any],
    *,
    by: User,
    seen_hash: str | None = None,
    about: tuple[str, str] = ("", ""),
    key: UUID | None = None,
) -> Request:
    """Ask for a change: on its way at once where no approval is needed, else waiting for the approver.

    ``seen_hash`` is the plan that the person looked at, ``key`` the request's own key, made with the dialog: the same
    click sent twice gives the same request. Raises PermissionDenied, CannotPlanError, PlanChangedError and
    AlreadyRequestedError.
    """
    if key is not None and (twin := Request.objects.filter(pk=key, requested_by=by).first()) is not None:
        return twin
    plan = preview(action, subject, answer, by=by)
    if seen_hash is not None and seen_hash != plan.hash:
        raise PlanChangedError(_("The record has changed since you looked. Check the new preview, then send it again."))
    with minding(action, subject.key, subject.pk):
        place, approver = action.place(subject), action.approver(subject, answer) or ""
    request = Request(
        id=key or uuid4(), action=action.key, subject_model=subject.key, subject_id=subject.pk,
        about_type=about[0], about_key=about[1], connection_id=subject.connection_id,
        company_id=place.company, plant_id=place.plant, answer=dict(answer),
        reason=str(answer.get("reason", ""))[:512], approver_role=approver,
        requested_by=by, decide_by=timezone.now() + action.decide_within,
    )  # fmt: skip
    return _begin(request, plan)


@transaction.atomic
def approve(request: Request, *, by: User, plan_hash: str, version: int | None = None, reason: str = "") -> Request:
    """Agree to exactly the plan with this hash, and send it on its way."""
    request = _locked(request, version)
    _may_decide_now(request, by, "approve")
    if plan_hash != request.plan_hash:
        raise PlanChangedError(_("This is not the plan that waits for approval. Load the page again and look anew."))
    if elsewhere := planned_elsewhere(request):
        raise PlanChangedError(elsewhere)
    if obstacle := outdated(request):
        raise PlanChangedError(_("%s Reject it; it can be asked for anew.") % obstacle)
    _note_decision(request, by, approved=True, reason=reason)
    move(request, "approve", by=by, reason=reason)
    record(by, "request.approved", request, plan=request.plan_hash, effect=request.effect, reason=reason)
    _tell_requester(request, "request.approved", _("%(who)s approved: %(what)s"), by)
    _send_off(request, Plan.load(request.plan))
    return request


@transaction.atomic
def reject(request: Request, *, by: User, reason: str, version: int | None = None) -> Request:
    """Refuse a request, with a reason that the requester reads."""
    request = _locked(request, version)
    _may_decide_now(request, by, "reject")
    if not reason.strip():
        raise ReasonMissingError(_("Say why, so that the requester knows what to change."))
    _note_decision(request, by, approved=False, reason=reason)
    move(request, "reject", by=by, reason=reason)
    record(by, "request.rejected", request, reason=reason, effect=request.effect)
    _tell_requester(request, "request.rejected", _("%(who)s rejected: %(what)s"), by)
    return request


@transaction.atomic
def withdraw(request: Request, *, by: User, version: int | None = None) -> Request:
    """Take one's own request back, as long as nothing of it has been sent."""
    request = _locked(request, version)
    if request.requested_by_id != by.pk:
        raise NotTheApproverError(_("Only the requester may withdraw it. An approver may reject it."))
    REQUEST.after(request.state, "withdraw")
    steps = list(request.deliveries.select_for_update())
    if any(step.attempts or step.lease or step.state != DeliveryState.WAITING for step in steps):
        raise StaleRequestError(_("It is already on its way to Odoo. When it has arrived you can undo it."))
    request.deliveries.update(state=DeliveryState.SKIPPED)
    move(request, "withdraw", by=by)
    record(by, "request.withdrawn", request, effect=request.effect)
    return request


@transaction.atomic
def undo(request: Request, *, by: User, version: int | None = None) -> Request:
    """Ask for the old values back: a request of its own, approved by whom the action names."""
    request = _locked(request, version)
    require(by, _requires(request), within=request)
    plan = undo_plan(request)
    again = Request(
        id=uuid4(), action=request.action, subject_model=request.subject_model, subject_id=request.subject_id,
        about_type=request.about_type, about_key=request.about_key, connection_id=request.connection_id,
        company_id=request.company_id, plant_id=request.plant_id, answer={UNDO: str(request.pk)},
        reason=_("Undo"), approver_role=undo_approver(request) or "", requested_by=by, undoes=request,
        decide_by=timezone.now() + actions[request.action].decide_within,
    )  # fmt: skip
    return _begin(again, plan)


@transaction.atomic
def again(request: Request, *, by: User, version: int | None = None) -> Request:
    """Take up a request that stopped: Odoo is read first, and only what is not there yet is sent."""
    request = _locked(request, version)
    require(by, _requires(request), within=request)
    REQUEST.after(request.state, "again")
    if elsewhere := planned_elsewhere(request):
        raise StaleRequestError(elsewhere)
    stopped = [DeliveryState.REJECTED, DeliveryState.UNKNOWN, DeliveryState.SKIPPED, DeliveryState.CONFLICT]
    steps = request.deliveries.filter(is_note=False, state__in=stopped)
    steps.update(state=DeliveryState.WAITING, next_at=timezone.now(), created_at=timezone.now(), ended_at=None)
    move(request, "again", by=by)
    record(by, "request.sent_again", request, effect=request.effect)
    _deliver_on_commit(request)
    return request


def undo_plan(request: Request) -> Plan:
    """The plan that takes a request back. Raises CannotUndoError."""
    plan = Plan.load(request.plan)
    if request.state not in UNDOABLE or plan.undo is None or request.action not in actions:
        raise CannotUndoError(_("This cannot be undone."))
    if not request.deliveries.filter(is_note=False, attempts__gt=0).exists():
        raise CannotUndoError(_("Nothing was sent, since Odoo had it already: there is nothing to take back."))
    if is_taken_back(request):
        raise CannotUndoError(_("Its database has been replaced since: look in Odoo, and put it right there."))
    action = actions[request.action]()
    try:
        with minding(action, request.subject_model, request.subject_id):
            return action.way_back(what_was_done(request, plan))
    except CannotPlanError as error:
        raise CannotUndoError(str(error)) from None


def undo_approver(request: Request) -> Role | None:
    """The role that must agree before a request is taken back. Raises CannotUndoError."""
    first = Role(request.approver_role) if request.approver_role else None
    if request.action not in actions:
        return first
    action = actions[request.action]()
    subject = action.subject.everything.filter(pk=request.subject_id).first()
    try:
        with minding(action, request.subject_model, request.subject_id):
            return action.approver_back(subject, first)
    except CannotPlanError as error:
        raise CannotUndoError(str(error)) from None


def _begin(request: Request, plan: Plan) -> Request:
    """Freeze the plan with its request, and send it off or ask for approval."""
    request.plan, request.plan_hash, request.effect = plan.canonical().decode(), plan.hash, plan.effect
    request.generation = Connection.objects.values_list("generation", flat=True).get(pk=request.connection_id)
    request.state = RequestState.WAITING if request.approver_role else RequestState.APPROVED
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        twin = Request.objects.filter(pk=request.pk, requested_by=request.requested_by).first()
        if twin is not None:
            return twin
        raise _already_there(request) from None
    by = request.requested_by
    record(
        by, "request.proposed", request, action=request.action, effect=plan.effect, plan=plan.hash,
        approver=request.approver_role, about=request.about_key, undoes=request.undoes_id,
    )  # fmt: skip
    if request.state == RequestState.WAITING:
        text = _("%(who)s asks for approval: %(what)s") % {"who": by.shown_name, "what": plan.effect}
        for person in deciders(request.approver_role, company=request.company_id, plant=request.plant_id, besides=by):
            tell(person, "request.waiting", about=request, text=text, url=request.get_absolute_url())
    else:
        _send_off(request, plan)
    told = TOLD["propose" if request.state == RequestState.WAITING else "send"]
    request_changed.send(sender=Request, request=request, told=told, by=by, reason=request.reason)
    return request


def _already_there(request: Request) -> Exception:
    """Why the request could not be saved: the same action is under way there."""
    same = Request.objects.filter(
        action=request.action, subject_model=request.subject_model, subject_id=request.subject_id, state__in=OPEN
    )
    existing = same.first() or Request.objects.filter(undoes=request.undoes, undoes__isnull=False).first()
    if existing is None:
        return CannotPlanError(_("It could not be saved because the same was asked for at this moment. Try again."))
    if existing.company_id != request.company_id:
        return CannotPlanError(_("People of another company have asked for this already, and it has not ended."))
    text = _("%(who)s has already asked for this: %(what)s") % {
        "who": existing.requested_by.shown_name, "what": existing.effect,
    }  # fmt: skip
    return AlreadyRequestedError(text, existing)


def _send_off(request: Request, plan: Plan) -> None:
    open_queue(request, plan)
    _deliver_on_commit(request)


def _deliver_on_commit(request: Request) -> None:
    """Hint the workers. Robust: without a broker the request is saved all the same, and the timetable finds it."""
    transaction.on_commit(lambda: tasks.deliver.delay(str(request.pk)), robust=True)


def _locked(request: Request, version: int | None) -> Request:
    """The request under a lock, if nobody has moved it on since ``version``. Raises StaleRequestError."""
    found = Request.objects.select_for_update(of=("self",)).select_related("requested_by").get(pk=request.pk)
    if version is not None and version != found.version:
        raise StaleRequestError(
            _("This request has moved on: it is now “%s”. Load the page again.") % found.get_state_display()
        )
    return found


def _may_decide_now(request: Request, by: User, verb: str) -> None:
    """Raises PermissionDenied, OwnRequestError, NotTheApproverError, IllegalTransitionError and TooLateError."""
    require(by, Permission.APPROVE_ACTIONS, within=request)
    if request.requested_by_id == by.pk:
        raise OwnRequestError(_("Nobody decides on their own request. Ask a colleague."))
    REQUEST.after(request.state, verb)
    if not may_decide(by, request):
        raise NotTheApproverError(_("This needs the approval of: %s.") % Role(request.approver_role).label)
    if request.decide_by is not None and request.decide_by < timezone.now():
        raise TooLateError(_("The time to decide has passed. Ask for a new request, planned on today's data."))


def _note_decision(request: Request, by: User, *, approved: bool, reason: str) -> None:
    Approval.objects.create(
        request=request, requested_by=request.requested_by, by=by, approved=approved,
        reason=reason.strip()[:512], plan_hash=request.plan_hash,
    )  # fmt: skip


def _tell_requester(request: Request, kind: str, words: str, by: User) -> None:
    text = words % {"who": by.shown_name, "what": request.effect}
    tell(request.requested_by, kind, about=request, text=text, url=request.get_absolute_url())


def _requires(request: Request) -> Permission:
    """The permission to ask for this action; approving is asked where the action has been retired."""
    return actions[request.action].requires if request.action in actions else Permission.APPROVE_ACTIONS
