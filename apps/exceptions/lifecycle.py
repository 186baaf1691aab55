"""The life of a case, as a table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from controltower.lib.states import Lifecycle


class CaseState(models.TextChoices):
    """Where a case stands. Resolved says that the data changed; closed that a person ended it with a reason."""

    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    IN_PROGRESS = "in_progress", _("In progress")
    SNOOZED = "snoozed", _("Snoozed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


S = CaseState
LIVE = frozenset({S.OPEN, S.ACKNOWLEDGED, S.IN_PROGRESS, S.SNOOZED})
ENDED = frozenset({S.RESOLVED, S.CLOSED})
AWAKE = LIVE - {S.SNOOZED}

lifecycle = Lifecycle(
    {
        "acknowledge": (frozenset({S.OPEN, S.SNOOZED}), S.ACKNOWLEDGED),
        "start": (AWAKE - {S.IN_PROGRESS}, S.IN_PROGRESS),
        "snooze": (AWAKE, S.SNOOZED),
        "wake": (frozenset({S.SNOOZED}), S.OPEN),
        "resolve": (LIVE, S.RESOLVED),
        "close": (LIVE, S.CLOSED),
        "regress": (ENDED, S.OPEN),
    }
)
