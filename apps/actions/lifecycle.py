"""The life of a request, as a table."""

from __future__ import annotations

from apps.actions.models import RequestState as State
from controltower.lib.states import Lifecycle

OPEN = frozenset({State.WAITING, State.APPROVED, State.UNKNOWN})
UNDOABLE = frozenset({State.VERIFIED, State.PARTIAL})
REPEATABLE = frozenset({State.UNKNOWN, State.REFUSED, State.PARTIAL})

TOLD = {
    "propose": "waiting",
    "send": "sent",
    "approve": "approved",
    "reject": "rejected",
    "expire": "expired",
    "withdraw": "withdrawn",
    "verify": "verified",
    "stop_partly": "partial",
    "conflict": "conflict",
    "refuse": "refused",
    "lose_sight": "unknown",
    "cut_off": "disconnected",
    "outdate": "outdated",
    "again": "sent_again",
    "undo": "undone",
}
"""What timelines call each move; a request begins with ``propose``, or with ``send`` where nobody needs to agree."""

REQUEST = Lifecycle(
    {
        "approve": (frozenset({State.WAITING}), State.APPROVED),
        "reject": (frozenset({State.WAITING}), State.REJECTED),
        "expire": (frozenset({State.WAITING}), State.EXPIRED),
        "withdraw": (frozenset({State.WAITING, State.APPROVED}), State.WITHDRAWN),
        "verify": (frozenset({State.APPROVED}), State.VERIFIED),
        "stop_partly": (frozenset({State.APPROVED}), State.PARTIAL),
        "conflict": (frozenset({State.APPROVED}), State.CONFLICT),
        "refuse": (frozenset({State.APPROVED}), State.REFUSED),
        "lose_sight": (frozenset({State.APPROVED}), State.UNKNOWN),
        "cut_off": (frozenset({State.WAITING, State.APPROVED}), State.DISCONNECTED),
        "outdate": (frozenset({State.WAITING, State.APPROVED}), State.OUTDATED),
        "again": (REPEATABLE, State.APPROVED),
        "undo": (UNDOABLE, State.UNDONE),
    }
)
