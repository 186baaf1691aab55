"""The numbered stream of changes: whoever commits a change publishes it, once, to those who may see it.

An event row is written in the transaction of the change. After the commit its writer takes one lock, gives
every committed event the next number of its channel, commits that, sends, and marks it sent. Whoever finds the lock
taken leaves its row to the holder, who looks again after letting go. A process that dies in between leaves rows
that the next publisher or a sweep finishes: the worker's, and that of every server process with an open socket. Numbers
are therefore dense, in publishing order, and never handed to a change that is not committed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.exceptions import card
from apps.exceptions.models import Case, Channel, Event
from controltower.lib.locks import session_lock
from controltower.lib.scope import Scope

GROUP = "tower.live"
LOCK = "stream.publish"
SEND_SECONDS = 10.0
BATCH = 200
CARDS_PER_MESSAGE = 20
MOST_MISSED = 200
KEPT = timedelta(days=2)
NOWHERE: card.Facets = {
    "company": None,
    "plant": None,
    "domain": "",
    "severity": "",
    "state": "",
    "owner": None,
    "score": "0",
    "money": "0",
}
"""What is said of a case that leaves a channel: where it is now may be no business of those who stay."""


class Card(TypedDict):
    """One change as it travels: where it belongs, its number there, and the card in every language."""

    channel: str
    company: int | None
    plant: int | None
    number: int
    case: int
    version: int
    facets: card.Facets
    html: dict[str, str]


def channel_key(connection_id: int, company: int | None, plant: int | None, domain: str) -> str:
    """The text form of a visibility channel, ``-`` for null."""
    return f"{connection_id}.{company or '-'}.{plant or '-'}.{domain}"


def announce(case: Case) -> None:
    """Let everyone who may see this case see how it is now, once the surrounding transaction has committed."""
    announce_all([case])


def announce_all(cases: Iterable[Case]) -> None:
    """The same for many cases of one transaction, in a constant number of queries."""
    places = [(case, channel_key(case.connection_id, case.company_id, case.plant_id, case.domain)) for case in cases]
    channels = _channels({key: case for case, key in places})
    Event.objects.bulk_create([Event(channel_id=channels[key], case=case) for case, key in places])
    _publish_after_commit()


def announce_departure(case: Case, *, company: int | None, plant: int | None) -> None:
    """Tell the channel of the place where a case used to be that it is no longer there."""
    key = channel_key(case.connection_id, company, plant, case.domain)
    known = Channel.objects.filter(key=key).first()
    if known is not None:
        Event.objects.create(channel=known, case=case, leaves=True)
        _publish_after_commit()


def _channels(wanted: dict[str, Case]) -> dict[str, int]:
    known = dict(Channel.objects.filter(key__in=wanted).values_list("key", "id"))
    missing = sorted(set(wanted) - set(known))
    if missing:
        Channel.objects.bulk_create(
            [
                Channel(
                    key=key,
                    connection_id=wanted[key].connection_id,
                    company=wanted[key].company_id,
                    plant=wanted[key].plant_id,
                    domain=wanted[key].domain,
                )
                for key in missing
            ],
            ignore_conflicts=True,
        )
        known = dict(Channel.objects.filter(key__in=wanted).values_list("key", "id"))
    return known


def _publish_after_commit() -> None:
    if not any(entry[1] is publish_pending for entry in connection.run_on_commit):
        transaction.on_commit(publish_pending, robust=True)


def publish_pending() -> int:
    """Send everything committed and not yet sent; returns how many cards this call sent.

    Nobody waits for a turn, and yet no row is left over. A row is committed before its writer tries the lock. If the
    try fails, somebody holds the lock at that moment, so their letting go comes after the commit, and their look after
    letting go sees the row (read committed: each statement sees what is committed when it begins). That look
    takes the lock again, or fails because of a later holder, of whom the same is true; the chain ends only with a
    look that finds nothing. It is broken by a holder that dies or fails, and mended by the next publisher or sweep.
    """
    sent = 0
    while Event.objects.filter(published_at=None).exists():
        with session_lock(LOCK) as taken:
            if not taken:
                return sent
            sent += _publish_all()
    return sent


def _publish_all() -> int:
    """Batch by batch, while holding the lock, until a look finds nothing."""
    sent = 0
    while True:
        cards, events = _number()
        if not events:
            return sent
        _send(cards)
        Event.objects.filter(id__in=events).update(published_at=timezone.now())
        sent += len(cards)


@transaction.atomic
def _number() -> tuple[list[Card], list[int]]:
    """Number committed events and render them; of those without a number only the newest of a case and channel stays.

    One that has a number but is not marked as sent may have been heard, so it stands in for none that came without.
    """
    waiting = list(Event.objects.filter(published_at=None).order_by("id")[:BATCH])
    unnumbered = [event for event in waiting if event.number is None]
    newest = {_place(event): event for event in unnumbered}
    fresh = list(newest.values())
    Event.objects.filter(id__in={event.id for event in unnumbered} - {event.id for event in fresh}).delete()
    channels = {one.id: one for one in Channel.objects.filter(id__in={event.channel_id for event in waiting})}
    following = {one.id: one.last_number for one in channels.values()}
    for event in fresh:
        following[event.channel_id] += 1
        event.number = following[event.channel_id]
    Event.objects.bulk_update(fresh, ["number"])
    for one, count in Counter(event.channel_id for event in fresh).items():
        Channel.objects.filter(id=one).update(last_number=F("last_number") + count)
    numbered = sorted((event for event in waiting if event.number is not None), key=lambda event: event.number or 0)
    return _cards(numbered, channels), [event.id for event in numbered]


def _place(event: Event) -> tuple[int, int]:
    return event.channel_id, event.case_id


def _cards(events: list[Event], channels: dict[int, Channel]) -> list[Card]:
    cases = Case.objects.select_related(*card.RELATED).in_bulk({event.case_id for event in events})
    rendered: dict[int, dict[str, str]] = {}
    cards: list[Card] = []
    for event in events:
        case, channel = cases.get(event.case_id), channels[event.channel_id]
        if case is None or event.number is None:
            continue
        if case.id not in rendered:
            rendered[case.id] = card.html(case)
        gone = event.leaves or channel.key != channel_key(
            case.connection_id, case.company_id, case.plant_id, case.domain
        )
        cards.append(
            {
                "channel": channel.key,
                "company": channel.company,
                "plant": channel.plant,
                "number": event.number,
                "case": case.id,
                "version": case.version,
                "facets": NOWHERE if gone else card.facets(case),
                "html": dict.fromkeys(rendered[case.id], "") if gone else rendered[case.id],
            }
        )
    return cards


def _send(cards: list[Card]) -> None:
    """Hand the cards to the channel layer in their order. Raises TimeoutError rather than keep the lock from others."""
    messages = [
        {"type": "live.cards", "cards": cards[start : start + CARDS_PER_MESSAGE]}
        for start in range(0, len(cards), CARDS_PER_MESSAGE)
    ]
    async_to_sync(_send_to_the_end)(messages)


async def _send_to_the_end(messages: list[dict[str, Any]]) -> None:
    """A request whose reader hangs up is cancelled; the cards it is sending are those of other people too."""
    sending = asyncio.ensure_future(asyncio.wait_for(_send_all(messages), SEND_SECONDS))
    try:
        await asyncio.shield(sending)
    except asyncio.CancelledError:
        await sending


async def _send_all(messages: list[dict[str, Any]]) -> None:
    layer = get_channel_layer()
    for message in messages:
        await layer.group_send(GROUP, message)


def numbers(scope: Scope) -> dict[str, int]:
    """The last number of every channel in this scope. Read it before the page's own rows: nothing can fall between."""
    if scope.is_empty:
        return {}
    return dict(Channel.objects.filter(scope.condition("company", "plant")).values_list("key", "last_number"))


def all_numbers() -> dict[str, int]:
    """The last number of every channel, for a server process that checks what it has heard."""
    return dict(Channel.objects.values_list("key", "last_number"))


def missed(scope: Scope, seen: dict[str, int]) -> tuple[list[Card] | None, dict[str, int]]:
    """Current cards of everything after the numbers seen, and the numbers they lead to.

    A channel not named counts as unseen. None in place of the cards says that too much was missed, or that it is no
    longer kept: load the page again.
    """
    now = numbers(scope)
    behind = {key: seen.get(key, 0) for key, last in now.items() if last > seen.get(key, 0)}
    if not behind:
        return [], now
    if sum(now[key] - last for key, last in behind.items()) > MOST_MISSED:
        return None, now
    channels = {one.id: one for one in Channel.objects.filter(key__in=behind)}
    events: dict[tuple[int, int], Event] = {}
    kept = 0
    for event in Event.objects.filter(channel__in=channels, number__isnull=False).order_by("number"):
        if event.number is not None and event.number > behind[channels[event.channel_id].key]:
            events[_place(event)] = event
            kept += 1
    if kept < sum(now[key] - last for key, last in behind.items()):
        return None, now
    return _cards(sorted(events.values(), key=lambda one: one.number or 0), channels), now


def prune() -> int:
    """Forget events that nobody will ask for any more."""
    return Event.objects.filter(published_at__lt=timezone.now() - KEPT).delete()[0]
