"""The one door out: every change that the tower makes in Odoo goes through here, one step at a time."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from time import sleep
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.actions import refresh
from apps.actions.decide import Decision, Next, decide, plain, unmet
from apps.actions.definition import Step
from apps.actions.deliveries import (
    OPEN,
    LeaseLostError,
    TamperedPlanError,
    claim,
    hold,
    postpone,
    requests_due,
    step_of,
)
from apps.actions.disconnected import close_disconnected
from apps.actions.models import Delivery, DeliveryState
from apps.actions.obstacles import in_the_way
from apps.actions.readings import (
    facts_now,
    is_marked,
    lines_of,
    lost_a_race,
    made_by,
    marked_args,
    refused,
    unproved,
)
from apps.actions.standstill import held_up
from apps.actions.verdicts import expire_undecided, settle
from apps.audit.record import record
from odoo_sync.errors import ConcurrencyError, OdooError, SignInError, Verdict
from odoo_sync.writer import Writer

logger = logging.getLogger(__name__)
CALL_SECONDS = 60.0
"""How long an answer is awaited: beyond the 30 s for which Odoo itself retries a lost race."""
SETTLE_AFTER = timedelta(seconds=CALL_SECONDS + 180)
"""When a call that was sent can no longer be under way: our patience, Odoo's limit_time_real and the proxy's."""
GIVE_UP_AFTER = timedelta(hours=24)
MOST_SENDS = 5
UNTRACED = gettext_lazy("It was sent, and no trace of it is in Odoo. Look before sending it again.")
READ_BACKS = (0.0, 0.3, 1.0)
ENDED = frozenset({Next.DONE, Next.DIFFERS})
"""What Odoo holds already, as it was to be or not: such a step is never sent again."""
STANDSTILL_WAIT = timedelta(seconds=10)


def deliver_waiting() -> None:
    """Take on everything that is due, the longest waiting first, and close what can no longer be decided or sent."""
    close_disconnected()
    expire_undecided()
    for request_id in requests_due(timezone.now()):
        deliver(request_id)


def deliver(request_id: UUID) -> None:
    """Take a request as far as it goes now: step after step and the note, until one has to wait or all have ended."""
    while (delivery := claim(request_id)) is not None:
        try:
            _attempt(delivery)
        except LeaseLostError:
            logger.warning("Step %s was taken over by another worker.", delivery.pk)
            return
        if delivery.state in OPEN:
            break
    refresh.after(request_id)


def _attempt(delivery: Delivery) -> None:
    """Take one step: look, decide, send where that is right, look again."""
    connection = delivery.request.connection
    try:
        step = step_of(delivery)
    except TamperedPlanError as error:
        return settle(delivery, DeliveryState.REJECTED, str(error))
    stop = held_up(delivery.request)
    if stop:
        return postpone(delivery, stop, STANDSTILL_WAIT)
    try:
        with Writer(connection) as writer:
            seen, decision = _look(writer, step, delivery)
            if decision.next in ENDED:
                return _settle_there(delivery, seen, decision)
            if decision.next is Next.CONFLICT:
                return _settle_conflict(delivery, seen, decision)
            if obstacle := in_the_way(writer, step, delivery):
                return _settle_obstructed(delivery, seen, obstacle)
            if delivery.state == DeliveryState.SENT and not _may_send_again(delivery, step):
                return None
            return _send(writer, step, delivery, seen)
    except OdooError as error:
        return _wait_for_odoo(delivery, error)


def _look(writer: Writer, step: Step, delivery: Delivery) -> tuple[dict[str, Any], Decision]:
    """What Odoo says now, and what follows from it. Raises OdooError."""
    made, known = made_by(writer, step, delivery.token), {}
    if made is not None:
        delivery.evidence["made"] = made
        lines = lines_of(writer, step, delivery.token)
        if lines:
            delivery.evidence["lines"] = lines
        known = {**lines, step.model: made}
    seen = facts_now(writer, step, known)
    decision = decide(step, seen, marked=is_marked(writer, step, delivery.token, made))
    if decision.next is Next.DONE and (broken := unproved(writer, step, known)):
        decision = Decision(Next.DIFFERS, because=broken)
    return seen, decision


def _may_send_again(delivery: Delivery, step: Step) -> bool:
    """Whether a call that left no trace may be repeated; where not, the step waits or goes to a person.

    Absence proves nothing while the call may still be under way, and stock Odoo has no fence against a late arrival:
    only calls whose repetition is harmless are ever repeated by the tower itself.
    """
    if step.safe_again in {"value", "state", "external_id"} and delivery.attempts < MOST_SENDS:
        return True
    if delivery.not_after is not None and timezone.now() < delivery.not_after:
        postpone(delivery, _("Sent; waiting to see whether Odoo has done it."), timedelta(seconds=5))
        return False
    settle(
        delivery, DeliveryState.UNKNOWN, _("It was sent, and no trace of it is in Odoo. Look before sending it again.")
    )
    return False


def _send(writer: Writer, step: Step, delivery: Delivery, before: dict[str, Any]) -> None:
    """Commit that it is being sent, send it, and judge by what Odoo says afterwards, never by the answer alone."""
    if not _mark_sent(delivery, before):
        return None
    try:
        answer = writer.call(
            step.model, step.method, step.ids, dict(marked_args(step, delivery.token)),
            company=step.company, deadline=CALL_SECONDS,
        )  # fmt: skip
    except OdooError as error:
        return _after_error(writer, step, delivery, error)
    delivery.evidence["answer"] = _short(answer)
    return _read_back(writer, step, delivery, answer)


def _mark_sent(delivery: Delivery, before: dict[str, Any]) -> bool:
    """Record the attempt before it is made; False when writing was switched off in the meantime."""
    now = timezone.now()
    with transaction.atomic():
        hold(delivery)
        stop = held_up(delivery.request)
        if not stop:
            delivery.state, delivery.sent_at, delivery.not_after = DeliveryState.SENT, now, now + SETTLE_AFTER
            delivery.attempts += 1
            delivery.evidence = {**delivery.evidence, "before": before}
            delivery.save(update_fields=["state", "sent_at", "not_after", "attempts", "evidence"])
            record(
                None, "step.sent", delivery.request, step=delivery.position, attempt=delivery.attempts,
                call=_call_of(delivery),
            )  # fmt: skip
    if stop:
        postpone(delivery, stop, STANDSTILL_WAIT)
    return not stop


def _read_back(writer: Writer, step: Step, delivery: Delivery, answer: Any) -> None:
    """Prove the effect by reading. Raises OdooError when reading fails: the step stays sent, to be resolved later."""
    seen: dict[str, Any] = {}
    for wait in READ_BACKS:
        sleep(wait)
        seen, decision = _look(writer, step, delivery)
        if _is_proved(step, decision):
            return _settle_done(delivery, seen)
    if decision.next is Next.DIFFERS:
        return _settle_there(delivery, seen, decision)
    if isinstance(answer, dict) and answer.get("res_model"):
        message = _("Odoo asks a question that this action does not answer (%s).") % answer["res_model"]
        return settle(delivery, DeliveryState.REJECTED, message, after=seen)
    if refusal := refused(answer):
        if lost_a_race(refusal) and delivery.attempts < MOST_SENDS:
            delivery.state = DeliveryState.WAITING
            return _wait_for_odoo(delivery, ConcurrencyError(_("Others wrote to the same records in Odoo just then.")))
        return settle(delivery, DeliveryState.REJECTED, refusal, after=seen)
    if step.safe_again == "marker":
        return settle(delivery, DeliveryState.UNKNOWN, _("Odoo took it, but it cannot be found there."), after=seen)
    message = _("Odoo accepted it, but holds something else now. Both values are kept.")
    missing = [one.stored() for one in unmet(step, seen)]
    return settle(delivery, DeliveryState.CONFLICT, message, after=seen, differences=missing)


def _is_proved(step: Step, decision: Decision) -> bool:
    """Whether what was read back is the effect; a call that leaves nothing to read is taken at its word."""
    return decision.next is Next.DONE or (step.safe_again in {"no", "state"} and not step.expect)


def _after_error(writer: Writer, step: Step, delivery: Delivery, error: OdooError) -> None:
    """Classify a failed call: by the kind of failure where nothing was sent or Odoo's door stayed shut, else by
    reading Odoo first."""
    delivery.evidence["error"] = {"class": error.letter, "message": error.message, "detail": error.detail}
    shut_out = isinstance(error, SignInError) and error.verdict is Verdict.BLOCKED
    if error.verdict is Verdict.NOT_SENT or shut_out:
        delivery.state = DeliveryState.WAITING
        return _wait_for_odoo(delivery, error)
    seen, decision = _look(writer, step, delivery)
    if decision.next in ENDED:
        return _settle_there(delivery, seen, decision)
    if error.verdict is Verdict.NO_EFFECT and delivery.attempts < MOST_SENDS:
        delivery.state = DeliveryState.WAITING
        return _wait_for_odoo(delivery, error)
    if error.verdict in {Verdict.UNKNOWN, Verdict.BLOCKED}:
        return postpone(delivery, error.message, _pause(delivery.attempts, error))
    message = error.detail or error.message
    return settle(delivery, DeliveryState.REJECTED, message, after=seen)


def _wait_for_odoo(delivery: Delivery, error: OdooError) -> None:
    """Try again later what Odoo cannot take or tell now; not for ever."""
    age = timezone.now() - delivery.created_at
    if delivery.state == DeliveryState.WAITING and age > GIVE_UP_AFTER:
        return settle(delivery, DeliveryState.REJECTED, _("Not sent within 24 hours: %s") % error.message)
    tries = int(delivery.evidence.get("tries", 0)) + 1
    delivery.evidence["tries"] = tries
    return postpone(delivery, error.message, _pause(tries, error))


def _pause(tries: int, error: OdooError) -> timedelta:
    """Twice as long each time, at most a minute, never all at once; longer where Odoo says so."""
    seconds = min(60.0, 2.0**tries) * random.uniform(0.75, 1.25)  # noqa: S311 spreads load, guards nothing
    return timedelta(seconds=max(seconds, error.retry_after or 0.0))


def _settle_there(delivery: Delivery, seen: dict[str, Any], decision: Decision) -> None:
    """Its trace is in Odoo: verified where everything is as it was to be, else for a person to compare."""
    if decision.next is Next.DONE:
        return _settle_done(delivery, seen)
    message = decision.because or _("The record stands in Odoo, but not as it was planned. Both values are kept.")
    differences = [one.stored() for one in decision.differences]
    return settle(delivery, DeliveryState.CONFLICT, message, after=seen, differences=differences)


def _settle_done(delivery: Delivery, seen: dict[str, Any]) -> None:
    if delivery.attempts == 0:
        message = _("Odoo already has it; nothing was sent.")
    elif delivery.attempts > 1:
        message = _("Read back and verified after %d attempts.") % delivery.attempts
    else:
        message = _("Read back and verified.")
    settle(delivery, DeliveryState.VERIFIED, message, after=seen)


def _settle_conflict(delivery: Delivery, seen: dict[str, Any], decision: Decision) -> None:
    gone = any(one.gone for one in decision.differences)
    message = (
        _("The record no longer exists in Odoo.") if gone else _("Somebody changed it in Odoo since it was planned.")
    )
    differences = [one.stored() for one in decision.differences]
    settle(delivery, DeliveryState.CONFLICT, message, after=seen, differences=differences)


def _settle_obstructed(delivery: Delivery, seen: dict[str, Any], obstacle: str) -> None:
    """Something else stands in the way. A call that may still be under way is given its time to leave its trace."""
    if delivery.state == DeliveryState.SENT and delivery.not_after is not None and timezone.now() < delivery.not_after:
        return postpone(delivery, _("Sent; waiting to see whether Odoo has done it."), timedelta(seconds=5))
    return settle(delivery, DeliveryState.CONFLICT, obstacle, after=seen)


def _call_of(delivery: Delivery) -> dict[str, Any]:
    return {name: delivery.step[name] for name in ("model", "method", "ids", "args", "company")}


def _short(answer: Any) -> Any:
    """An answer small enough to keep: plain values, or the keys of a dictionary."""
    if isinstance(answer, dict):
        return {"keys": sorted(map(str, answer))[:20]}
    return plain(answer) if isinstance(answer, int | str | bool | None) else str(type(answer).__name__)
