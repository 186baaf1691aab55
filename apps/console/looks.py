"""How looks that were asked for stand: under way, or what they found, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from odoo_sync.models import Connection, Recheck

SHOWN = 4
Kind, Outcome = Recheck.Kind, Recheck.Outcome


@dataclass(frozen=True)
class Shown:
    """One look as the page tells of it."""

    look: Recheck
    title: str
    state: str
    tone: str
    text: str

    @property
    def is_open(self) -> bool:
        return self.look.ended_at is None


def latest_looks(connection: Connection) -> Iterator[Shown]:
    """The last few looks, newest first."""
    for one in Recheck.objects.filter(connection=connection).order_by("-id")[:SHOWN]:
        state, tone = _state(one)
        title = _("Sweep of all ids") if one.kind == Kind.SWEEP else f"{one.mirror},{one.odoo_id}"
        yield Shown(one, title, state, tone, _text(one))


def _state(one: Recheck) -> tuple[str, str]:
    if one.ended_at is None:
        return (_("running"), "accent") if one.started_at else (_("waiting for a worker"), "")
    if one.outcome in (Outcome.FAILED, Outcome.LOST):
        return _("not done"), "critical"
    if one.outcome in (Outcome.HELD, Outcome.ABSENT) or one.details.get("frozen") or one.details.get("unread"):
        return _("look at it"), "high"
    return _("done"), "good"


def _text(one: Recheck) -> str:
    """What was found, in a sentence or two; empty while it is under way."""
    known = one.details
    match one.outcome:
        case Outcome.COMPARED:
            return " ".join(_compared(known))
        case Outcome.SAME:
            return _("The mirror was right: nothing has changed.")
        case Outcome.CHANGED:
            return _("Changed: %s. The cases that depend on it are judged again.") % ", ".join(known.get("fields", ()))
        case Outcome.NEW:
            return _("It was missing here and has been read. The cases that depend on it are judged.")
        case Outcome.ABSENT if known.get("known"):
            return _("Odoo has no such record any more, or does not show it. Two sweeps in a row mark it as gone.")
        case Outcome.ABSENT:
            return _("Neither Odoo nor the mirror has a record with this id.")
        case Outcome.HELD:
            return _("It could not be converted and is in quarantine, with its reason.")
        case Outcome.FAILED:
            return str(known.get("reason", ""))
        case Outcome.LOST:
            return _("No worker finished it within ten minutes. See that a worker is running, and ask again.")
    return ""


def _compared(known: dict[str, Any]) -> Iterator[str]:
    found, gone, suspects = (int(known.get(name, 0)) for name in ("found", "gone", "suspects"))
    if not found + gone + suspects and not known.get("frozen") and not known.get("unread"):
        yield _("The mirror has what Odoo has.")
    if found:
        yield ngettext("%d missing row has been read.", "%d missing rows have been read.", found) % found
    if gone:
        yield ngettext("%d row is marked as gone.", "%d rows are marked as gone.", gone) % gone
    if suspects:
        words = ngettext("%d row is absent for the first time", "%d rows are absent for the first time", suspects)
        yield words % suspects + _(": the next sweep decides.")
    if known.get("frozen"):
        yield _("Too much is absent at once, so nothing was marked: %s.") % ", ".join(known["frozen"])
    if known.get("unread"):
        yield _("Could not be read: %s.") % ", ".join(known["unread"])
