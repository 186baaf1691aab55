"""Everything that happened to a case, in one stream: detector, people, notes, requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import actions
from apps.actions.models import Request
from apps.exceptions.models import Case, CaseEvent
from apps.exceptions.words import SEVERITIES
from controltower.templatetags.ui import money

MOST = 200
ABOUT = "case"


@dataclass(frozen=True)
class Happening:
    """One line: who, what, and a text or a moment that belongs to it."""

    at: datetime
    who: str
    what: str
    kind: str = ""
    quote: str = ""
    until: str = ""
    url: str = ""


def timeline(case: Case) -> list[Happening]:
    """The newest things first. Two queries."""
    events = case.events.select_related("by").order_by("-id")[:MOST]
    requests = Request.objects.filter(about_type=ABOUT, about_key=str(case.pk)).select_related("requested_by")
    found = [*map(_of_event, events), *map(_of_request, requests)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _of_event(event: CaseEvent) -> Happening:
    verb, details = event.verb.removeprefix("case."), event.details
    return Happening(
        at=event.at,
        who=event.by.shown_name if event.by else "",
        what=_PHRASES.get(verb, lambda _details: verb.replace("_", " "))(details),
        kind="note" if verb == "noted" else "person" if event.by else "",
        quote=str(details.get("text") or details.get("reason") or ""),
        until=str(details.get("until") or ""),
    )


def _of_request(request: Request) -> Happening:
    title = actions[request.action].title if request.action in actions else request.action
    return Happening(
        at=request.state_at,
        who=request.requested_by.shown_name,
        what=_("asked for “%(title)s”: %(state)s") % {"title": title, "state": request.get_state_display()},
        kind="request",
        quote=request.effect,
        url=request.get_absolute_url(),
    )


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


def _fixed(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _details: _(text)


_PHRASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "opened": _opened,
    "changed": _changed,
    "regressed": _fixed("The condition has come back; the case is open again"),
    "worsened": _fixed("It is worse than when it was closed; the case is open again"),
    "woken": _woken,
    "resolved": _fixed("Resolved: the data in Odoo has changed"),
    "moot": _fixed("Resolved: there is nothing left to judge"),
    "cannot_judge": _fixed("It cannot be judged at the moment"),
    "acknowledged": _fixed("acknowledged it"),
    "assigned": _assigned,
    "unassigned": _fixed("gave it back"),
    "started": _fixed("started to work on it"),
    "snoozed": _fixed("snoozed it until"),
    "noted": _fixed("wrote"),
    "closed": _fixed("closed it"),
}
