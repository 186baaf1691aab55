"""What people are told about cases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.exceptions.lifecycle import LIVE, CaseState
from apps.notifications.kinds import Kind, Topic, kinds


@kinds.add
class CaseAssigned(Kind):
    """A case was given to the reader; of interest while it is theirs and live."""

    key = "case.assigned"
    topic = Topic.ASSIGNED
    title = _("Case for you")

    def still_matters(self, about: Any, reader: User) -> bool:
        return about.owner_id == reader.pk and about.state in LIVE


@kinds.add
class CaseWoken(Kind):
    """A case of the reader's is back from snooze."""

    key = "case.woken"
    topic = Topic.RETURNED
    title = _("Back from snooze")

    def still_matters(self, about: Any, reader: User) -> bool:
        return about.owner_id == reader.pk and about.state in LIVE


@kinds.add
class CaseEscalated(Kind):
    """Nobody has acknowledged a case, and the reader is next; of interest until somebody does."""

    key = "case.escalated"
    topic = Topic.ESCALATION
    title = _("Nobody has acknowledged")

    def still_matters(self, about: Any, reader: User) -> bool:
        return about.state == CaseState.OPEN
