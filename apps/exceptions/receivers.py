"""What cases listen to: changes of the mirror, and requests that move on."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from apps.accounts.models import User
from apps.actions.models import Request
from apps.actions.signals import request_changed
from apps.exceptions.models import Case, CaseEvent
from apps.exceptions.stream import announce
from apps.exceptions.tasks import after_request, changed, loaded, reading_has_changed
from controltower.lib.numbers import whole
from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection
from odoo_sync.signals import mirror_changed, reading_changed


@receiver(mirror_changed)
def judge_what_changed(*, mirror: type[Mirror], connection: Connection, ids: list[int], whole: bool, **_: Any) -> None:
    """A handful of rows is judged here and now, since seconds count; more goes to a worker."""
    if whole:
        loaded(connection.pk, mirror.key)
    if ids:
        changed(mirror.key, ids)


@receiver(reading_changed)
def judge_by_what_can_be_read(*, connection: Connection, **_: Any) -> None:
    """What can no longer be read makes verdicts impossible, and what can be read again makes them possible."""
    reading_has_changed(connection.pk)


@receiver(request_changed)
def tell_the_case(*, request: Request, told: str, by: User | None, reason: str, **_: Any) -> None:
    """A request's progress belongs on the timeline of the case it helps, and a verified one may have settled it."""
    if request.about_type == "case" and (case := whole(request.about_key)) is not None:
        _note(case, request, told, by, reason)
    transaction.on_commit(lambda: after_request(request.subject_model, request.subject_id), robust=True)


def _note(key: int, request: Request, told: str, by: User | None, reason: str) -> None:
    case = Case.objects.select_for_update().filter(pk=key).first()
    if case is None:
        return
    case.version += 1
    case.save(update_fields=["version"])
    CaseEvent.objects.create(
        case=case,
        by=by,
        verb=f"request.{told}",
        details={
            "request": str(request.pk),
            "action": request.action,
            "effect": request.effect,
            "reason": reason,
            "undoes": str(request.undoes_id or ""),
        },
    )
    announce(case)
