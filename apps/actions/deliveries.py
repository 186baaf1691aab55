"""The queue of steps: opening it for a request, and claiming its next step for one worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.actions.definition import NEW, Done, Plan, Step, after_making, fact, records_of, split_fact, step_from
from apps.actions.models import Delivery, DeliveryState, Request

OPEN = (DeliveryState.WAITING, DeliveryState.SENT)
LEASE = timedelta(seconds=150)


class TamperedPlanError(Exception):
    """The stored plan no longer has the hash that was approved."""


class LeaseLostError(Exception):
    """Another worker has taken the step over; this one may settle nothing any more."""


def open_queue(request: Request, plan: Plan) -> None:
    """Queue every step of an approved plan."""
    Delivery.objects.bulk_create(
        Delivery(request=request, position=position, records=records_named(step), step=asdict(step))
        for position, step in enumerate(plan.steps)
    )


def open_note(request: Request, step: Step) -> None:
    """Queue the trace that is left on the document, behind everything else; once per request."""
    last = request.deliveries.order_by("-position").values_list("position", flat=True).first() or 0
    if not request.deliveries.filter(is_note=True).exists():
        Delivery.objects.create(
            request=request, position=last + 1, records=records_named(step), step=asdict(step), is_note=True
        )


def records_named(step: Step) -> list[str]:
    return sorted(f"{step.connection}:{model},{odoo_id}" for model, odoo_id in records_of(step))


def due(now: datetime) -> QuerySet[Delivery]:
    """Steps that somebody may take now: the first open one of each request, in no one's hands, no one ahead of them.

    Steps of different requests that touch one record leave in the order in which they were approved.
    """
    opened = Delivery.objects.filter(state__in=OPEN)
    before_it = opened.filter(request=OuterRef("request"), position__lt=OuterRef("position"))
    ahead = opened.filter(records__overlap=OuterRef("records"), id__lt=OuterRef("id"), is_note=False)
    return opened.filter(
        Q(lease_until=None) | Q(lease_until__lte=now),
        ~Exists(before_it),
        ~Exists(ahead.exclude(request=OuterRef("request"))),
        next_at__lte=now,
    )


def requests_due(now: datetime) -> list[UUID]:
    """Requests with a step to take, the longest waiting first."""
    rows = due(now).order_by("next_at", "id").values_list("request_id", flat=True)
    return list(dict.fromkeys(rows))


def claim(request_id: UUID) -> Delivery | None:
    """Take the next step of a request for this worker, or None when there is nothing to do or somebody has it."""
    now = timezone.now()
    with transaction.atomic():
        found = (
            due(now)
            .filter(request=request_id)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("request__connection")
            .order_by("position")
            .first()
        )
        if found is None:
            return None
        found.lease, found.lease_until = uuid4(), now + LEASE
        found.save(update_fields=["lease", "lease_until"])
    return found


def hold(delivery: Delivery) -> None:
    """Lock the step inside a transaction and make sure it is still ours. Raises LeaseLostError."""
    ours = Delivery.objects.select_for_update().filter(pk=delivery.pk, lease=delivery.lease, state__in=OPEN)
    if not ours.exists():
        raise LeaseLostError(f"step {delivery.pk} has been taken over")


def release(delivery: Delivery, fields: Iterable[str] = ()) -> None:
    """Give the step back with these columns changed. Raises LeaseLostError."""
    with transaction.atomic():
        hold(delivery)
        delivery.lease = delivery.lease_until = None
        delivery.save(update_fields=["lease", "lease_until", *fields])


def postpone(delivery: Delivery, message: str, wait: timedelta) -> None:
    """Try again later, and say why. Raises LeaseLostError."""
    delivery.message, delivery.next_at = message, timezone.now() + wait
    release(delivery, ["message", "next_at", "state", "evidence"])


def step_of(delivery: Delivery) -> Step:
    """The step as it was approved: out of the frozen text whose hash was agreed to. Raises TamperedPlanError."""
    if delivery.is_note:
        return step_from(delivery.step)
    request = delivery.request
    plan = Plan.load(request.plan)
    if plan.hash != request.plan_hash:
        raise TamperedPlanError(_("The plan is not the one that was approved. Nothing is sent."))
    return after_making(plan.steps[delivery.position], made_before(delivery))


def made_otherwise(deliveries: Iterable[Delivery]) -> bool:
    """Whether a record that was made is not as it was planned: it stands in Odoo, and can be taken back."""
    return any(one.state == DeliveryState.CONFLICT and "made" in one.evidence for one in deliveries)


def bent(deliveries: Iterable[Delivery]) -> bool:
    """Whether a step stopped after it had been sent: Odoo made something else of it, or somebody came after."""
    return any(one.state == DeliveryState.CONFLICT and one.attempts for one in deliveries)


def made_before(delivery: Delivery) -> dict[str, int]:
    """The records that earlier steps of the request have made, by Odoo model, with the first line of each."""
    earlier = delivery.request.deliveries.filter(position__lt=delivery.position, evidence__has_key="made")
    made: dict[str, int] = {}
    for model, evidence in earlier.order_by("position").values_list("step__model", "evidence"):
        made |= {**evidence.get("lines", {}), model: evidence["made"]}
    return made


def what_was_done(request: Request, plan: Plan) -> Done:
    """What a request has left in Odoo, for its way back. What was not sent has left nothing."""
    made: dict[str, int] = {}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for one in request.deliveries.filter(is_note=False, attempts__gt=0).order_by("position"):
        model, number = one.step["model"], one.evidence.get("made")
        if number is not None:
            made |= {**one.evidence.get("lines", {}), model: number}
        before = {**_whole(one.evidence.get("before"), model, made), **before}
        after |= _whole(one.evidence.get("after"), model, made)
    return Done(plan, made, before, after)


def _whole(facts: Mapping[str, Any] | None, model: str, made: Mapping[str, int]) -> dict[str, Any]:
    """Facts by their whole names, those of a record that was made by its number."""
    found = {}
    for key, value in (facts or {}).items():
        named, number, name = split_fact(key, model)
        found[fact(named, number or made.get(named, NEW), name)] = value
    return found
