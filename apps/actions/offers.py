"""What a person may ask for: the remedies of a case, with their effect and the approval they need."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.access import may
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions.definition import Reversibility, actions
from apps.actions.lifecycle import OPEN
from apps.actions.models import Request
from controltower.lib.outage import OUTAGES
from odoo_sync.mirror.base import Mirror

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Offer:
    """One action that may be requested now.

    ``approval`` is the role that must agree with the values the form starts with; other values may need another.
    ``under_way`` is the request that already does it, and then the only thing to look at.
    """

    key: str
    title: str
    hint: str
    approval: str
    reversible: bool
    url: str
    under_way: Request | None = None

    @property
    def approval_words(self) -> str:
        return _("Needs approval: %s") % self.approval if self.approval else ""


def remedies_for(keys: Iterable[str], subject: Mirror, user: User, *, case: int | None = None) -> list[Offer]:
    """The actions of these keys that fit the record and that the person may request there, in the order given.

    An action that fails over the record is left out, and logged: it could not be carried out either.
    """
    offers = []
    for key in keys:
        try:
            offer = _offer(key, subject, user, case) if key in actions else None
        except OUTAGES:
            raise
        except Exception:
            log.exception("%s failed over %s,%d", key, subject.key, subject.pk)
            continue
        if offer is not None:
            offers.append(offer)
    return offers


def _offer(key: str, subject: Mirror, user: User, case: int | None) -> Offer | None:
    action = actions[key]()
    record = action.subject_for(subject)
    if record is None or not may(user, action.requires, action.place(record)):
        return None
    role, place = action.approver(record, action.initial(record)), action.place(record)
    address = reverse("actions:propose", args=[key, record.pk])
    open_ones = Request.objects.filter(action=key, subject_id=record.pk, company=place.company, state__in=OPEN)
    return Offer(
        key=key,
        title=str(action.title),
        hint=action.hint(record),
        approval=str(Role(role).label) if role else "",
        reversible=action.reversibility is not Reversibility.FINAL,
        url=f"{address}?case={case}" if case else address,
        under_way=open_ones.first(),
    )
