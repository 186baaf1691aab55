"""Requests whose Odoo was disconnected for good, or is another one now: closed, since nothing of them may be sent."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.actions.deliveries import OPEN
from apps.actions.models import Delivery, DeliveryState, Request, RequestState
from apps.actions.standstill import held_up
from apps.actions.verdicts import end, is_partly_done
from apps.audit.record import record

UNDER_WAY = (RequestState.WAITING, RequestState.APPROVED)


def close_disconnected() -> int:
    """Close what waits or is on its way to a connection that is retired, or pointed elsewhere since it was planned.

    Returns how many; their requesters are told. One whose step a worker has in hand is left until that worker is
    through or its lease is over.
    """
    held = Delivery.objects.filter(request=OuterRef("pk"), lease_until__gt=timezone.now())
    elsewhere = ~Q(connection__generation=F("generation"))
    cut_off = Request.objects.filter(Q(connection__retired_at__isnull=False) | elsewhere)
    rows = cut_off.filter(~Exists(held), state__in=UNDER_WAY).order_by("requested_at")
    closed = sum(_close(key) for key in list(rows.values_list("pk", flat=True)))
    notes = Delivery.objects.filter(is_note=True, state__in=OPEN, request__in=cut_off)
    notes.exclude(lease_until__gt=timezone.now()).update(state=DeliveryState.SKIPPED, ended_at=timezone.now())
    return closed


@transaction.atomic
def _close(key: UUID) -> bool:
    rows = Request.objects.select_for_update(of=("self",), skip_locked=True).select_related("connection")
    request = rows.filter(pk=key, state__in=UNDER_WAY).first()
    if request is None:
        return False
    steps = request.deliveries.select_for_update().filter(is_note=False, state__in=OPEN).order_by("position")
    if any(one.lease_until is not None and one.lease_until > timezone.now() for one in steps):
        return False
    why = held_up(request)
    lost = next((one for one in steps if one.attempts), None)
    if lost is not None:
        _lose_sight(request, lost, why)
    partly = is_partly_done(request)
    left = request.deliveries.filter(is_note=False, state__in=OPEN)
    left.update(state=DeliveryState.SKIPPED, message=why, ended_at=timezone.now())
    unsent = "cut_off" if request.connection.retired_at is not None else "outdate"
    end(request, "lose_sight" if lost is not None else "stop_partly" if partly else unsent)
    return True


def _lose_sight(request: Request, step: Delivery, why: str) -> None:
    """A step that was sent and can no longer be read back."""
    step.state, step.ended_at = DeliveryState.UNKNOWN, timezone.now()
    step.message = _("It was sent, and could not be read back any more: %s") % why
    step.save(update_fields=["state", "ended_at", "message"])
    record(None, "step.unknown", request, step=step.position, message=step.message, attempts=step.attempts)
