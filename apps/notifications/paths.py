"""Setting who is told when nobody acts, and taking it back: checked and recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.audit.record import record
from apps.notifications.errors import EscalationChangedError, EscalationError
from apps.notifications.escalation import Contact
from apps.notifications.models import EscalationContact, EscalationPath, Occasion
from apps.notifications.standing import Lack, Standing, lack_of_path
from controltower.lib.locks import lock_in_transaction
from controltower.lib.scope import Slice

SOONEST, LATEST, MOST = timedelta(minutes=1), timedelta(days=30), 10


@transaction.atomic
def set_path(
    occasion: Occasion, domain: str, place: Slice, contacts: Sequence[Contact], *, version: int, by: User
) -> EscalationPath:
    """Let these people be told in this order. For who is new to it, or to be told at another time, what waits already
    waits from now on; the others keep their clocks.

    ``version`` is that of the path that was seen, 0 where there was none. Raises EscalationError,
    EscalationChangedError when somebody else was first, PermissionDenied.
    """
    require(by, Permission.SET_LIMITS, within=place)
    if problems := list(problems_of(occasion, place, contacts)):
        raise EscalationError(" ".join(problems))
    path = _held(occasion, domain, place, version) or EscalationPath(
        occasion=occasion, domain=domain, company_id=place.company, plant_id=place.plant, version=0
    )
    before = told(path)
    path.set_by, path.set_at, path.version = by, timezone.now(), path.version + 1
    if path.pk:
        path.save(update_fields=["set_by", "set_at", "version"])
    else:
        path.save(force_insert=True)
    named = {(one.user_id, one.after): one.named_at for one in path.contacts.all()}
    path.contacts.all().delete()
    EscalationContact.objects.bulk_create(
        EscalationContact(
            path=path, user=one.user, after=one.after, named_at=named.get((one.user.pk, one.after), path.set_at)
        )
        for one in contacts
    )
    record(by, "escalation.set", path, **_about(path), people=told(path), before=before)
    return path


@transaction.atomic
def drop_path(path: EscalationPath, *, version: int, by: User) -> None:
    """Let what holds around this place hold in it. Raises EscalationChangedError, PermissionDenied."""
    require(by, Permission.SET_LIMITS, within=path)
    held = _held(Occasion(path.occasion), path.domain, Slice(path.company_id, path.plant_id), version)
    if held is None:
        raise EscalationChangedError(_("Somebody else has taken this path back already."))
    record(by, "escalation.dropped", held, **_about(held), before=told(held))
    held.delete()


def problems_of(occasion: Occasion, place: Slice, contacts: Sequence[Contact]) -> Iterator[str]:
    """What keeps these people from being told about this place."""
    if not contacts:
        yield _("Name at least one person, or take the path back.")
    if len(contacts) > MOST:
        yield _("Name at most %d people: who comes later is told too late to help.") % MOST
    if len({one.user.pk for one in contacts}) < len(contacts):
        yield _("Name each person once.")
    if any(not SOONEST <= one.after <= LATEST for one in contacts):
        yield _("A person is told after one minute or more, and after 30 days at most.")
    for one in contacts:
        if not scope_of(one.user).covers(*place):
            yield (
                _("%s does not see the cases there. Give the role first, or name somebody else.") % one.user.shown_name
            )
    if contacts and lack_of_path(occasion, [standing_of(one.user, place) for one in contacts]) is Lack.WORD:
        yield _("None of them may approve actions there, so a request would wait on. Name somebody who may.")


def standing_of(user: User, place: Slice) -> Standing:
    """Where a person stands in a place at this moment."""
    approves = scope_of(user, Permission.APPROVE_ACTIONS).covers(*place)
    return Standing(sees=scope_of(user).covers(*place), approves=approves)


def told(path: EscalationPath) -> list[str]:
    """A path as the trail keeps it: who, and after how many minutes."""
    if not path.pk:
        return []
    rows = path.contacts.select_related("user").order_by("after", "pk")
    return [f"{one.user.username} ({one.after // timedelta(minutes=1)} min)" for one in rows]


def _about(path: EscalationPath) -> dict[str, str]:
    return {
        "occasion": str(Occasion(path.occasion).label),
        "domain": path.domain or _("every domain"),
        "where": path.place_name,
    }


def _held(occasion: Occasion, domain: str, place: Slice, version: int) -> EscalationPath | None:
    """The path of this place, held for the transaction. Raises EscalationChangedError unless it is the one seen."""
    lock_in_transaction("escalation paths")
    columns: dict[str, int | None] = {"company_id": place.company, "plant_id": place.plant}
    rows = EscalationPath.objects.select_related("company", "plant")
    found = rows.filter(occasion=occasion, domain=domain, **columns).first()
    if (found.version if found else 0) != version:
        raise EscalationChangedError(
            _("Somebody else has changed this meanwhile. Look at what holds now, and change it again if need be.")
        )
    return found
