"""The requests that wait for a person, and those the person has made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.functional import cached_property

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.actions.about import About, about
from apps.actions.authority import may_decide
from apps.actions.changes import Change, Clash, changes
from apps.actions.definition import Plan
from apps.actions.models import Request, RequestState
from apps.actions.since import moved_since
from apps.actions.standstill import standstills

MOST = 100
OWN = 20
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Card:
    """One request as a card of the inbox: what it does, what it helps, for whom.

    While it waits, ``standstill`` says why nothing would be sent, and ``moved`` what Odoo holds otherwise since.
    """

    item: Request
    reader: User
    standstill: str = ""
    moved: Sequence[Clash] = ()

    @cached_property
    def plan(self) -> Plan:
        return Plan.load(self.item.plan)

    @cached_property
    def changes(self) -> list[Change]:
        return changes(self.plan, self.item.action)

    @cached_property
    def about(self) -> About | None:
        return about(self.item.about_type, self.item.about_key, reader=self.reader)


def waiting_for(person: User) -> list[Card]:
    """What this person may decide on now, the nearest deadline first."""
    scope = scope_of(person, Permission.APPROVE_ACTIONS)
    waiting = Request.objects.within(scope).filter(state=RequestState.WAITING, decide_by__gt=timezone.now())
    related = waiting.exclude(requested_by=person).select_related("requested_by", "company", "plant")
    return cards(
        (one for one in related.order_by("decide_by", "requested_at")[:MOST] if may_decide(person, one)), person
    )


def own_of(person: User) -> list[Card]:
    """What this person has asked for lately, where it may still be seen, the newest first."""
    scope = scope_of(person, Permission.SEE_CASES)
    since = timezone.now() - RECENT
    own = Request.objects.within(scope).filter(requested_by=person, requested_at__gt=since)
    return cards(own.select_related("requested_by", "company", "plant").order_by("-requested_at")[:OWN], person)


def cards(items: Iterable[Request], reader: User) -> list[Card]:
    """Cards that also say where nothing is sent now, and what has changed in Odoo since a request was made."""
    rows = list(items)
    waiting = [one for one in rows if one.state == RequestState.WAITING]
    still = standstills(one.connection_id for one in waiting)
    moved = moved_since([(one, Plan.load(one.plan)) for one in waiting])
    return [
        Card(one, reader, still.get(one.connection_id, "") if one.pk in moved else "", moved.get(one.pk, []))
        for one in rows
    ]
