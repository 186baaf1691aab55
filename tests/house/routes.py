"""Every address of the tower: how it is tried, and which test holds it to people's rights.

A route that is not listed here fails the tests: a new page says first how it is to be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse


class Held(StrEnum):
    """Who may open it."""

    PUBLIC = "anyone"
    OWN = "everyone signed in, for what is their own"
    CASE = "who may see the case; verbs need the right to work cases there"
    SUBJECT = "who may request actions where the record belongs"
    REQUEST = "who may see the request; verbs need more"
    LIST = "everyone signed in, narrowed to what they may see"
    AUDIT = "auditors and administrators, narrowed to their companies"
    SYNC = "who sees the mirror"
    SWITCH = "group administrators"
    MACHINES = "who may tie machines, narrowed to their plants"
    SETTINGS = "administrators of anything, and who may tie machines"
    LIMITS = "who may set limits, narrowed to the places where they may"
    PEOPLE = "administrators, narrowed to people of their companies"


@dataclass(frozen=True)
class Route:
    """How one address is tried."""

    held: Held
    methods: tuple[str, ...] = ("get",)
    values: Mapping[str, Any] = field(default_factory=dict)

    def address(self, name: str, **values: Any) -> str:
        return reverse(name, kwargs={**self.values, **values} or None)


KEY = UUID("00000000-0000-4000-8000-000000000001")
VERBS = ("acknowledge", "start", "wake", "assign", "snooze", "note", "close")
CASE = Route(Held.CASE, ("post",), {"key": 1})
REQUEST = Route(Held.REQUEST, values={"key": KEY})
DECISION = Route(Held.REQUEST, ("post",), {"key": KEY})

ROUTES: dict[str, Route] = {
    "live": Route(Held.PUBLIC),
    "ready": Route(Held.PUBLIC),
    "accounts:sign_in": Route(Held.PUBLIC, ("get", "post")),
    "accounts:sign_out": Route(Held.OWN, ("post",)),
    "accounts:preferences": Route(Held.OWN, ("get", "post")),
    "accounts:theme": Route(Held.OWN, ("post",)),
    "accounts:password": Route(Held.OWN, ("get", "post")),
    "accounts:people": Route(Held.PEOPLE),
    "accounts:new_person": Route(Held.SWITCH, ("get", "post")),
    "accounts:person": Route(Held.PEOPLE, values={"key": 1}),
    "accounts:person_details": Route(Held.SWITCH, ("post",), {"key": 1}),
    "accounts:give": Route(Held.PEOPLE, ("post",), {"key": 1}),
    "accounts:take": Route(Held.PEOPLE, ("post",), {"key": 1, "grant": 1}),
    "accounts:deactivate_person": Route(Held.SWITCH, ("post",), {"key": 1}),
    "accounts:reactivate_person": Route(Held.SWITCH, ("post",), {"key": 1}),
    "accounts:password_person": Route(Held.SWITCH, ("post",), {"key": 1}),
    "notifications:list": Route(Held.OWN),
    "notifications:read_all": Route(Held.OWN, ("post",)),
    "notifications:read": Route(Held.OWN, ("post",), {"message": 1}),
    "notifications:unread": Route(Held.OWN, ("post",), {"message": 1}),
    "notifications:preferences": Route(Held.OWN, ("get", "post")),
    "notifications:mail": Route(Held.SWITCH),
    "notifications:mail_again": Route(Held.SWITCH, ("post",), {"key": KEY}),
    "exceptions:board": Route(Held.LIST),
    "exceptions:counts": Route(Held.LIST),
    "exceptions:gaps": Route(Held.LIST),
    "exceptions:bulk": Route(Held.LIST, ("get", "post")),
    "exceptions:case": Route(Held.CASE, values={"key": 1}),
    **{f"exceptions:{verb}": CASE for verb in VERBS},
    "actions:propose": Route(Held.SUBJECT, ("get", "post"), {"key": "purchase.agree_new_date", "subject": 1}),
    "actions:inbox": Route(Held.LIST),
    "actions:request": REQUEST,
    "actions:progress": REQUEST,
    "actions:approve": DECISION,
    "actions:reject": DECISION,
    "actions:withdraw": DECISION,
    "actions:again": DECISION,
    "actions:undo": Route(Held.REQUEST, ("get", "post"), {"key": KEY}),
    "console:audit": Route(Held.AUDIT),
    "console:audit_export": Route(Held.AUDIT, values={"form": "json"}),
    "console:freshness": Route(Held.OWN),
    "console:settings": Route(Held.SETTINGS),
    "console:settings_limits": Route(Held.LIMITS),
    "console:settings_approvals": Route(Held.LIMITS),
    "console:settings_score": Route(Held.LIMITS, ("get", "post")),
    "console:settings_rule": Route(Held.LIMITS, ("get", "post"), {"key": "purchase.late_line"}),
    "console:settings_machines": Route(Held.MACHINES),
    "console:settings_machine": Route(Held.MACHINES, ("post",), {"key": 1}),
    "console:settings_escalation": Route(Held.LIMITS),
    "console:settings_new_path": Route(Held.LIMITS, ("get", "post")),
    "console:settings_path": Route(Held.LIMITS, ("get", "post"), {"key": 1}),
    "console:settings_connections": Route(Held.SWITCH),
    "console:settings_stop_writes": Route(Held.SWITCH, ("get", "post")),
    "console:settings_new_connection": Route(Held.SWITCH, ("get", "post")),
    "console:settings_connect": Route(Held.SWITCH, ("get", "post"), {"step": "address"}),
    "console:settings_connection": Route(Held.SWITCH, ("get", "post"), {"number": 1}),
    "console:settings_connection_edit": Route(Held.SWITCH, ("get", "post"), {"number": 1}),
    "console:settings_connection_remove": Route(Held.SWITCH, ("get", "post"), {"number": 1}),
    "console:sync": Route(Held.SYNC),
    "console:record": Route(Held.SWITCH, ("get", "post"), {"number": 1}),
    "console:switch": Route(Held.SWITCH, ("get", "post"), {"number": 1, "act": "pause"}),
}


def names(resolver: URLResolver | None = None, space: tuple[str, ...] = ()) -> Iterator[str]:
    """The full names in the routing table; a route without a name is given as its pattern."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*space, entry.namespace) if entry.namespace else space
            yield from names(entry, inner)
        elif isinstance(entry, URLPattern):
            yield ":".join((*space, entry.name or str(entry.pattern)))
