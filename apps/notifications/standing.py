"""Whether the people of an escalation path can still be told, and can still end what waits. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from apps.notifications.models import Occasion


class Lack(StrEnum):
    """What a person on a path has lost, or never had.

    ``sight``: they do not see the place, or may not sign in; they are passed over. ``word``: they are told, and may not
    approve there.
    """

    SIGHT = "sight"
    WORD = "word"


@dataclass(frozen=True)
class Standing:
    """Where one person of a path stands now: whether they see the place, and may approve actions in it."""

    sees: bool
    approves: bool

    def lack(self, occasion: Occasion) -> Lack | None:
        """What they lack for this occasion; a case needs nobody who approves."""
        if not self.sees:
            return Lack.SIGHT
        return Lack.WORD if occasion == Occasion.APPROVAL and not self.approves else None


def lack_of_path(occasion: Occasion, people: Iterable[Standing]) -> Lack | None:
    """What keeps a whole path from counting, so that a wider one is asked.

    ``sight`` where nobody on it can be told, ``word`` where somebody is told of requests and nobody may approve them;
    None as long as one person lacks nothing (apps.notifications.escalation.Escalations.at).
    """
    lacks = {one.lack(occasion) for one in people}
    if None in lacks:
        return None
    return Lack.WORD if Lack.WORD in lacks else Lack.SIGHT
