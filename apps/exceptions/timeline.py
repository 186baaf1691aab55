"""Everything that happened to a case, in one stream: detector, people, notes, requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.actions.definition import actions
from apps.exceptions.models import Case, CaseEvent
from apps.exceptions.words import SEVERITIES
from controltower.templatetags.ui import money

MOST = 200


@dataclass(frozen=True)
class Happening:
    """One line: who, what, and a text or a moment that belongs to it. ``why`` is the reason that was given."""

    at: datetime
    who: str
    what: str
    kind: str = ""
    quote: str = ""
    why: str = ""
    until: str = ""
    url: str = ""


def timeline(case: Case) -> list[Happening]:
    """The newest things first, each as it was when it happened. One query."""
    return [_of_event(event) for event in case.events.select_related("by").order_by("-id")[:MOST]]


def _of_event(event: CaseEvent) -> Happening:
    area, _dot, verb = event.verb.partition(".")
    return _of_request(event, verb) if area == "request" else _of_case(event, verb)


def _of_case(event: CaseEvent, verb: str) -> Happening:
    details = event.details
    return Happening(
        at=event.at,
        who=event.by.shown_name if event.by else "",
        what=phrase(event.verb, details),
        kind="note" if verb == "noted" else "person" if event.by else "",
        quote=str(details.get("text") or ""),
        why=str(details.get("reason") or ""),
        until=str(details.get("until") or ""),
    )


def _of_request(event: CaseEvent, verb: str) -> Happening:
    """A move of a request: what it is about is said where it begins, why it went so wherever somebody gave a reason."""
    details = event.details
    return Happening(
        at=event.at,
        who=event.by.shown_name if event.by else _("Somebody") if verb in _BY_PEOPLE else "",
        what=phrase(event.verb, details),
        kind="request",
        quote=str(details.get("effect") or "") if verb in {"waiting", "sent"} else "",
        why=str(details.get("reason") or ""),
        url=reverse("actions:request", args=[details["request"]]),
    )


def phrase(verb: str, details: Mapping[str, Any]) -> str:
    """What an entry says after the name of who did it; the bare verb where nobody has worded it."""
    area, _dot, name = verb.partition(".")
    words = (_REQUESTS if area == "request" else _PHRASES).get(name)
    return words(details) if words else name.replace("_", " ")


def is_worded(verb: str) -> bool:
    """Whether a timeline can say this."""
    area, _dot, name = verb.partition(".")
    return name in (_REQUESTS if area == "request" else _PHRASES)


def _opened(details: Mapping[str, Any]) -> str:
    amount = money(_decimal(details.get("money")), str(details.get("currency", "")))
    return _("The case opened: %(severity)s, %(money)s at risk") % {
        "severity": SEVERITIES.get(str(details.get("severity")), details.get("severity", "–")),
        "money": amount,
    }


def _changed(details: Mapping[str, Any]) -> str:
    """What is different, old and new; amounts are in group currency."""
    labels = {
        "severity": _("severity"),
        "money": _("money at risk"),
        "customers": _("customers"),
        "delay_days": _("days late"),
    }
    parts = [
        f"{labels[name]} {_shown(name, pair[0])} → {_shown(name, pair[1])}"
        for name, pair in details.items()
        if name in labels and isinstance(pair, list) and len(pair) == 2
    ]
    return _("The facts changed: %s") % ", ".join(parts) if parts else _("The facts changed")


def _shown(name: str, value: Any) -> str:
    if name == "severity":
        return str(SEVERITIES.get(value, value)).lower()
    amount = _decimal(value) if name == "money" else None
    return f"{amount:,.0f}" if amount is not None else str(value)


def _decimal(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _woken(details: Mapping[str, Any]) -> str:
    reasons = {"worse": _("It got worse and woke up"), "due": _("Its snooze has ended")}
    return reasons.get(str(details.get("why")), _("woke it up"))


def _assigned(details: Mapping[str, Any]) -> str:
    name = details.get("to_name")
    return _("assigned it to %s") % name if name else _("assigned it")


def _escalated(details: Mapping[str, Any]) -> str:
    words = _("Nobody had acknowledged it for %(waited)s: %(to_name)s was told")
    return words % {name: details.get(name, "–") for name in ("waited", "to_name")}


def _undecided(details: Mapping[str, Any]) -> str:
    words = _("Nobody had decided for %(waited)s: %(to_name)s was told")
    return words % {name: details.get(name, "–") for name in ("waited", "to_name")}


def _fixed(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _details: _(text)


_PHRASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "opened": _opened,
    "changed": _changed,
    "regressed": _fixed(gettext_noop("The condition has come back; the case is open again")),
    "worsened": _fixed(gettext_noop("It is worse than when it was closed; the case is open again")),
    "woken": _woken,
    "resolved": _fixed(gettext_noop("Resolved: the condition no longer holds")),
    "moot": _fixed(gettext_noop("Resolved: there is nothing left to judge")),
    "handed_over": _fixed(gettext_noop("Ended here: another company must act now")),
    "cannot_judge": _fixed(gettext_noop("It cannot be judged at the moment")),
    "acknowledged": _fixed(gettext_noop("acknowledged it")),
    "assigned": _assigned,
    "unassigned": _fixed(gettext_noop("gave it back")),
    "started": _fixed(gettext_noop("started to work on it")),
    "snoozed": _fixed(gettext_noop("snoozed it until")),
    "noted": _fixed(gettext_noop("wrote")),
    "escalated": _escalated,
    "closed": _fixed(gettext_noop("closed it")),
}

_BY_PEOPLE = {"waiting", "sent", "approved", "rejected", "withdrawn", "sent_again"}


def _titled(text: str) -> Callable[[Mapping[str, Any]], str]:
    """A phrase about a request, with the title of its action; taking one back is called so."""

    def worded(details: Mapping[str, Any]) -> str:
        key = str(details.get("action", ""))
        title = str(actions[key].title) if key in actions else key
        return _(text) % {"title": _("Undo: %s") % title if details.get("undoes") else title}

    return worded


_REQUESTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "waiting": _titled(gettext_noop("asked for approval of “%(title)s”")),
    "sent": _titled(gettext_noop("sent “%(title)s” to Odoo; no approval was needed")),
    "approved": _titled(gettext_noop("approved “%(title)s”")),
    "rejected": _titled(gettext_noop("rejected “%(title)s”")),
    "withdrawn": _titled(gettext_noop("withdrew “%(title)s”")),
    "sent_again": _titled(gettext_noop("had “%(title)s” tried again")),
    "escalated": _undecided,
    "expired": _titled(gettext_noop("Nobody decided on “%(title)s” in time; nothing was sent")),
    "verified": _titled(gettext_noop("Odoo was read back: “%(title)s” stands there exactly as planned")),
    "partial": _titled(gettext_noop("“%(title)s” stands in Odoo only in part, or not as it was planned")),
    "conflict": _titled(gettext_noop("“%(title)s” was stopped: somebody had changed the record in Odoo")),
    "refused": _titled(gettext_noop("Odoo refused “%(title)s”")),
    "unknown": _titled(gettext_noop("What became of “%(title)s” is not known; somebody has to look into Odoo")),
    "disconnected": _titled(gettext_noop("“%(title)s” was not sent: its Odoo was disconnected")),
    "outdated": _titled(gettext_noop("“%(title)s” was not sent: it was planned on another database")),
    "undone": _titled(gettext_noop("took “%(title)s” back: the old values stand in Odoo again")),
}
