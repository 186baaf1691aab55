"""What became of a step and of its request: settled once, recorded, told."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.actions.deliveries import OPEN, bent, hold, made_otherwise, open_note
from apps.actions.lifecycle import REQUEST, TOLD
from apps.actions.missing import deleted
from apps.actions.models import Delivery, DeliveryState, Request, RequestState
from apps.actions.note import note_step
from apps.actions.signals import request_changed
from apps.audit.record import record
from apps.notifications.messages import tell

VERBS = {
    DeliveryState.CONFLICT: "conflict",
    DeliveryState.REJECTED: "refuse",
    DeliveryState.UNKNOWN: "lose_sight",
}
WORDS = {
    RequestState.VERIFIED: gettext_lazy("Done and verified in Odoo: %s"),
    RequestState.PARTIAL: gettext_lazy("Only partly done in Odoo: %s"),
    RequestState.CONFLICT: gettext_lazy("Not sent, somebody changed the record in Odoo: %s"),
    RequestState.REFUSED: gettext_lazy("Refused by Odoo: %s"),
    RequestState.UNKNOWN: gettext_lazy("Effect not known, please look: %s"),
    RequestState.DISCONNECTED: gettext_lazy("Not sent, its Odoo was disconnected: %s"),
    RequestState.OUTDATED: gettext_lazy("Not sent, it was planned on another database; plan it anew: %s"),
}
DELETED = gettext_lazy("Not sent, the record was deleted in Odoo: %s")
BENT = gettext_lazy("Sent, but Odoo holds something else now: %s")
OTHERWISE = gettext_lazy("Made in Odoo, but not as it was planned: %s")


@transaction.atomic
def settle(delivery: Delivery, state: DeliveryState, message: str, **evidence: Any) -> None:
    """Close one step with its verdict, and with it the request where nothing is left to do.

    Raises LeaseLostError when another worker has the step by now.
    """
    request = Request.objects.select_for_update().get(pk=delivery.request_id)
    hold(delivery)
    delivery.state, delivery.message, delivery.ended_at = state, message, timezone.now()
    delivery.evidence = {**delivery.evidence, **evidence}
    delivery.lease = delivery.lease_until = None
    delivery.save(update_fields=["state", "message", "ended_at", "evidence", "lease", "lease_until"])
    record(
        None, f"step.{state.value}", request, step=delivery.position, message=message, attempts=delivery.attempts,
        before=evidence.get("before"), after=evidence.get("after"),
    )  # fmt: skip
    if not delivery.is_note:
        _carry_on(request, state)


def _carry_on(request: Request, state: DeliveryState) -> None:
    """Go on to the next step, or end the request: the first step that is not verified stops the plan."""
    steps = request.deliveries.filter(is_note=False)
    if state is DeliveryState.VERIFIED:
        if not steps.filter(state__in=OPEN).exists():
            end(request, "verify")
        return
    steps.filter(state__in=OPEN).update(state=DeliveryState.SKIPPED)
    end(request, "stop_partly" if is_partly_done(request) and state is not DeliveryState.UNKNOWN else VERBS[state])


def is_partly_done(request: Request) -> bool:
    """Whether anything of it stands in Odoo: a step that was verified, or a record that was made."""
    done = Q(state=DeliveryState.VERIFIED) | Q(evidence__has_key="made")
    return request.deliveries.filter(done, is_note=False).exists()


def end(request: Request, verb: str) -> None:
    """Close a request, leave a trace on the document where something was done, and tell the requester."""
    move(request, verb)
    record(None, f"request.{request.state}", request, effect=request.effect)
    if request.state in {RequestState.VERIFIED, RequestState.PARTIAL}:
        step = note_step(request)
        if step is not None:
            open_note(request, step)
    if request.undoes_id and request.state == RequestState.VERIFIED:
        undone = Request.objects.select_for_update().get(pk=request.undoes_id)
        move(undone, "undo", by=request.requested_by)
        record(None, "request.undone", undone, by_request=request.pk)
    text = str(_words(request)) % request.effect
    tell(request.requested_by, f"request.{request.state}", about=request, text=text, url=request.get_absolute_url())


def _words(request: Request) -> Any:
    """How the requester hears of the end; a place is left for the effect."""
    steps, state = request.deliveries.filter(is_note=False), RequestState(request.state)
    if state is RequestState.PARTIAL and made_otherwise(steps):
        return OTHERWISE
    if state is RequestState.CONFLICT and deleted(steps):
        return DELETED
    return BENT if state is RequestState.CONFLICT and bent(steps) else WORDS[state]


def move(request: Request, verb: str, *, by: User | None = None, reason: str = "") -> None:
    """Change the state by the table and announce who did it and why. Raises IllegalTransitionError."""
    request.state = REQUEST.after(request.state, verb)
    request.state_at = timezone.now()
    request.version += 1
    request.save(update_fields=["state", "state_at", "version"])
    request_changed.send(sender=Request, request=request, told=TOLD[verb], by=by, reason=reason.strip())


def expire_undecided() -> int:
    """Close requests that nobody decided in time; how many. Their requesters are told."""
    closed = 0
    late = Request.objects.filter(state=RequestState.WAITING, decide_by__lt=timezone.now())
    for key in list(late.values_list("pk", flat=True)):
        with transaction.atomic():
            request = late.select_for_update(skip_locked=True).filter(pk=key).first()
            if request is None:
                continue
            move(request, "expire")
            record(None, "request.expired", request, effect=request.effect)
            text = _("Nobody decided in time: %s") % request.effect
            tell(request.requested_by, "request.expired", about=request, text=text, url=request.get_absolute_url())
            closed += 1
    return closed
