"""What a person may ask for: the remedies of a case, with their effect and the approval they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.access import may
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions.definition import Action, CannotPlanError, Reversibility, actions
from apps.actions.lifecycle import OPEN
from apps.actions.models import Request
from apps.actions.stumble import StumbledError, minding
from controltower.lib.scope import Slice
from odoo_sync.mirror.base import Mirror


@dataclass(frozen=True)
class Offer:
    """One action that may be requested now.

    ``approval`` is the role that must agree with the values the form starts with; other values may need another.
    ``under_way`` is the request that already does it, and then the only thing to look at. ``problem`` says why it
    cannot be asked for, and then there is no address.
    """

    key: str
    title: str
    hint: str
    approval: str
    reversible: bool
    url: str
    under_way: Request | None = None
    problem: str = ""

    @property
    def approval_words(self) -> str:
        return _("Needs approval: %s") % self.approval if self.approval else ""


def remedies_for(keys: Iterable[str], subject: Mirror, user: User, *, case: int | None = None) -> list[Offer]:
    """The actions of these keys that fit the record and that the person may request there, in the order given.

    An action that fails over the record is shown with that, for it could not be carried out either; where it fails
    before it is known who may request it, nobody may, and only the log tells.
    """
    found = (_offer(actions[key](), subject, user, case) for key in keys if key in actions)
    return [offer for offer in found if offer is not None]


def _offer(action: Action[Any], subject: Mirror, user: User, case: int | None) -> Offer | None:
    try:
        with minding(action, subject.key, subject.pk):
            record = action.subject_for(subject)
            place = action.place(record) if record is not None else None
    except StumbledError:
        return None
    if record is None or place is None or not may(user, action.requires, place):
        return None
    try:
        with minding(action, record.key, record.pk):
            return _standing(action, record, place, case)
    except CannotPlanError as error:
        return Offer(action.key, str(action.title), hint="", approval="", reversible=False, url="", problem=str(error))


def _standing(action: Action[Any], record: Mirror, place: Slice, case: int | None) -> Offer:
    role = action.approver(record, action.initial(record))
    address = reverse("actions:propose", args=[action.key, record.pk])
    open_ones = Request.objects.filter(action=action.key, subject_id=record.pk, company=place.company, state__in=OPEN)
    return Offer(
        key=action.key,
        title=action.title_for(record),
        hint=action.hint(record),
        approval=str(Role(role).label) if role else "",
        reversible=action.reversibility is not Reversibility.FINAL,
        url=f"{address}?case={case}" if case else address,
        under_way=open_ones.first(),
    )
