"""What beat and the worker run: one short task per connection, each guarded so that it never overlaps itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from controltower.lib.locks import session_lock
from odoo_sync import announcing, initial, reading, rechecks
from odoo_sync.absence import look_for
from odoo_sync.client import Client
from odoo_sync.connections import bury, check_identity, open_client, probe_again, readable
from odoo_sync.errors import NotAllowedError, OdooError
from odoo_sync.health import failed, may_run, recovered
from odoo_sync.mirror.base import Lane, Mirror, mirrors
from odoo_sync.models import Connection, Recheck, Run
from odoo_sync.reconcile import PATIENCE, sweep_each
from odoo_sync.sync import poll_all
from odoo_sync.under_way import load_lock, poll_lock, sweep_lock

logger = logging.getLogger(__name__)
KEEP_RUNS = timedelta(days=30)
BUSY_SECONDS = 2


@shared_task
def poll_lane(lane: str) -> None:
    """Poll one lane of every connection; each in a task of its own when there are several."""
    numbers = [connection.pk for connection in Connection.objects.order_by("id") if may_run(connection)]
    if len(numbers) == 1:
        poll_connection(numbers[0], lane)
        return
    for number in numbers:
        poll_connection.apply_async(args=[number, lane], expires=10)


@shared_task
def poll_connection(number: int, lane: str) -> None:
    """Poll one lane of one connection; start its first load where that is still to be done."""
    with session_lock(poll_lock(number, lane)) as ours:
        if ours:
            guarded(number, lambda connection, client: poll_one(connection, client, Lane(lane)))


def poll_one(connection: Connection, client: Client, lane: Lane) -> None:
    if lane != Lane.HOT or connection.problem_kind:
        _check_identity(connection, client)
    back = reading.look_anew(connection, client) if lane == Lane.WARM else []
    wanted = readable(connection)
    poll_all(connection, [mirror for mirror in wanted if mirror.source.lane == lane or mirror in back], client)
    if lane == Lane.WARM and connection.cursors.exclude(loaded_at=None).count() < len(wanted):
        load.delay(connection.pk)


@shared_task
def announce_left_behind() -> None:
    """Tell of changes whose own process died before it could, or whose listeners failed."""
    with session_lock("odoo_sync.announce_left_behind") as ours:
        if ours:
            announcing.announce_left_behind()


@shared_task
def load(number: int) -> None:
    """Load what has never been loaded, or go on with a load that was interrupted."""
    with session_lock(load_lock(number)) as ours:
        if ours:
            guarded(number, lambda connection, client: initial.load_all(connection))


@shared_task
def sweep_ids() -> None:
    """Compare the ids of every loaded mirror with Odoo's, and forget old runs."""
    for connection in Connection.objects.order_by("id"):
        with session_lock(sweep_lock(connection.pk)) as ours:
            if ours and connection.retired_at is not None:
                bury(connection)
            elif ours:
                guarded(connection.pk, sweep_one)
    Run.objects.filter(started_at__lt=timezone.now() - KEEP_RUNS).delete()
    Recheck.objects.filter(ended_at__lt=timezone.now() - KEEP_RUNS).delete()


def _check_identity(connection: Connection, client: Client) -> None:
    """Once more with the companies that are left, where Odoo refuses for one that was taken away."""
    try:
        check_identity(connection, client)
    except NotAllowedError:
        if not reading.renew_companies(connection, client):
            raise
        check_identity(connection, client)


def sweep_one(connection: Connection, client: Client) -> None:
    _check_identity(connection, client)
    reading.bury_uninstalled(connection)
    for _mirror, _result in sweep_each(connection, client):
        continue


@shared_task
def recheck(key: int) -> None:
    """Carry out one look that a person asked for; a comparison waits for one that is already running."""
    one = rechecks.taken_up(key)
    if one is None:
        return
    lock = sweep_lock(one.connection_id) if one.kind == Recheck.Kind.SWEEP else f"odoo_sync.recheck {key}"
    with session_lock(lock) as ours:
        if not ours:
            recheck.apply_async(args=[key], countdown=BUSY_SECONDS)
            return
        try:
            worked = guarded(one.connection_id, lambda connection, client: rechecks.carry_out(one, connection, client))
        except Exception:
            rechecks.fail(one, "The tower failed inside. Look into the log of the worker.")
            raise
    if not worked:
        rechecks.fail(one, Connection.objects.get(pk=one.connection_id).problem or "It was paused meanwhile.")


def look_now(connection: Connection, wanted: Mapping[type[Mirror], Iterable[int]], client: Client) -> None:
    """Look whether Odoo still has certain records; what is absent is looked for again some seconds later, and then
    counts as gone. Raises OdooError. Without a broker the next sweep is the second look."""
    if look_for(connection, wanted, client):
        numbers = {mirror.key: sorted(ids) for mirror, ids in wanted.items()}
        with suppress(OperationalError):
            look_again.apply_async(args=[connection.pk, numbers], countdown=PATIENCE.total_seconds() + 1)


@shared_task
def look_again(number: int, wanted: dict[str, list[int]]) -> None:
    """The second look; were it lost, the next sweep would be it."""
    chosen = {mirrors[key]: ids for key, ids in wanted.items() if key in mirrors}
    guarded(number, lambda connection, client: look_for(connection, chosen, client))


@shared_task
def probe() -> None:
    """Look again at what each Odoo is, has and allows."""
    for connection in Connection.objects.order_by("id"):
        guarded(connection.pk, lambda connection, client: probe_again(connection))


def guarded(number: int, work: Callable[[Connection, Client], object]) -> bool:
    """Do something with a connection; a failure is noted there in plain words, and the next success clears it."""
    connection = Connection.objects.filter(pk=number).first()
    if connection is None or not may_run(connection):
        return False
    client: Client | None = None
    try:
        client = open_client(connection)
        work(connection, client)
    except OdooError as error:
        logger.warning("Odoo %s: %s", connection.name, error)
        failed(connection, error)
        return False
    finally:
        if client is not None:
            client.close()
    recovered(connection)
    return True
