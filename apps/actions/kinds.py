"""What people are told about requests."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.actions.authority import may_decide
from apps.actions.models import RequestState
from apps.notifications.kinds import Kind, Topic, kinds


@kinds.add
class ApprovalWanted(Kind):
    """Somebody asks for a decision; of interest while it is to be made and the reader may make it."""

    key = "request.waiting"
    topic = Topic.APPROVAL
    title = _("Approval wanted")

    def still_matters(self, about: Any, reader: User) -> bool:
        return about.state == RequestState.WAITING and may_decide(reader, about)


@kinds.add
class Approved(Kind):
    """Another person agreed to the reader's request."""

    key = "request.approved"
    topic = Topic.DECISION
    title = _("Approved")


@kinds.add
class Rejected(Kind):
    """Another person refused the reader's request."""

    key = "request.rejected"
    topic = Topic.DECISION
    title = _("Rejected")


@kinds.add
class Expired(Kind):
    """Nobody decided on the reader's request in time."""

    key = "request.expired"
    topic = Topic.DECISION
    title = _("Not decided in time")


@kinds.add
class Verified(Kind):
    """The change is in Odoo, read back."""

    key = "request.verified"
    topic = Topic.OUTCOME
    title = _("Verified in Odoo")


@kinds.add
class Partial(Kind):
    """Some steps are in Odoo, some are not."""

    key = "request.partial"
    topic = Topic.OUTCOME
    title = _("Partly done in Odoo")


@kinds.add
class Conflict(Kind):
    """Somebody else had changed or deleted the record."""

    key = "request.conflict"
    topic = Topic.OUTCOME
    title = _("Not sent")


@kinds.add
class Refused(Kind):
    """Odoo did not take it."""

    key = "request.refused"
    topic = Topic.OUTCOME
    title = _("Refused by Odoo")


@kinds.add
class Disconnected(Kind):
    """Nothing was sent, since its Odoo was disconnected."""

    key = "request.disconnected"
    topic = Topic.OUTCOME
    title = _("Not sent, Odoo disconnected")


@kinds.add
class Unknown(Kind):
    """It was sent and nobody knows what became of it: somebody has to look."""

    key = "request.unknown"
    topic = Topic.OUTCOME
    title = _("Effect not known")


@kinds.add
class RequestEscalated(Kind):
    """Nobody has decided on a request, and the reader is next; of interest until somebody does."""

    key = "request.escalated"
    topic = Topic.ESCALATION
    title = _("Nobody has decided")

    def still_matters(self, about: Any, reader: User) -> bool:
        return about.state == RequestState.WAITING
