"""What an administrator of the group does with connections: add, change, look again, disconnect. Each is recorded."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.audit.record import record
from apps.console.errors import RefusedError
from apps.console.tasks import bury_rows, look_at_rights_of
from odoo_sync import connections, tasks
from odoo_sync.likeness import Decision
from odoo_sync.models import Connection
from odoo_sync.probe import probe

LONGEST_NAME = 128


def edition(connection: Connection) -> str:
    """What tells one state of an address and key from another, without telling the key."""
    parts = (connection.name, connection.url, connection.database, connection.login, bytes(connection.secret).hex())
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


@transaction.atomic
def add(
    *, name: str, url: str, database: str, login: str, secret: str, by: User, decision: Decision | None = None
) -> Connection:
    """Connect an Odoo, or a known one again by ``decision``, and begin its load. Raises OdooError, PermissionDenied."""
    require(by, Permission.MANAGE_SYNC, within=None)
    known = set(Connection.objects.values_list("pk", flat=True))
    connection = connections.attach(
        name=name, url=url, database=database, login=login, secret=secret, decision=decision
    )
    verb = "connection.attached_again" if connection.pk in known else "connection.attached"
    told = {"name": connection.name, "url": connection.url, "database": connection.database}
    record(by, verb, connection, **told, answer=decision.answer if decision is not None else "")
    transaction.on_commit(partial(tasks.load.delay, connection.pk), robust=True)
    transaction.on_commit(partial(look_at_rights_of.delay, connection.pk), robust=True)
    return connection


def change(
    connection: Connection,
    *,
    name: str,
    url: str,
    database: str,
    login: str,
    secret: str,
    seen: str,
    by: User,
    is_moved: bool = False,
) -> None:
    """Another name, address, login or key; an empty ``secret`` keeps the key. Tried out before it takes effect.

    A key goes only where it was given for: another address, database or login needs it typed again. Another address or
    database needs a person's word, ``is_moved``, that it is the same database and no copy. Raises OdooError,
    UndecidedError where that lacks, IdentityError where what is known contradicts it, RefusedError for a key, for a
    name that is taken or a change of somebody else meanwhile, PermissionDenied.
    """
    require(by, Permission.MANAGE_SYNC, within=connection)
    _refuse_change(connection, name, seen)
    present = connections.address_of(connection)
    address = connections.typed_address(url=url, database=database, login=login, secret=secret or present.secret)
    if not secret and address != present:
        raise RefusedError(
            _("Type the key as well: the present one is only ever sent to the address it was given for.")
        )
    note_look(address.url, by=by)
    found = probe(address)
    connections.refuse_other(connection, found.identity)
    connections.refuse_copy(connection, address, is_moved=is_moved)
    with transaction.atomic():
        held = Connection.objects.select_for_update().get(pk=connection.pk)
        _refuse_change(held, name, seen)
        before = {what: getattr(held, what) for what in ("name", "url", "database", "login")}
        connections.change(held, name=name, address=address, found=found)
        told = [f"{what}: {was} → {now}" for what, was in before.items() if (now := getattr(held, what)) != was]
        if told:
            record(by, "connection.changed", held, name=held.name, changes=told)
        if secret:
            record(by, "connection.key_replaced", held, name=held.name)


def _refuse_change(connection: Connection, name: str, seen: str) -> None:
    if connection.retired_at is not None or edition(connection) != seen:
        raise RefusedError(_("Somebody else has changed this connection meanwhile. Look at what holds now."))
    if Connection.objects.filter(name=name).exclude(pk=connection.pk).exists():
        raise RefusedError(_("Another connection has this name. Choose one that tells them apart."))


def look_again(connection: Connection, *, by: User) -> None:
    """Ask the database anew what it is, has and allows. Raises OdooError, PermissionDenied."""
    require(by, Permission.MANAGE_SYNC, within=connection)
    with transaction.atomic():
        connections.probe_again(connection)
        record(by, "connection.probed", connection, name=connection.name)


def note_look(url: str, *, by: User) -> None:
    """Record whom the tower is about to call for somebody: looking around inside leaves a trace."""
    require(by, Permission.MANAGE_SYNC, within=None)
    host, port = _called(url)
    record(by, "connection.looked_for", by, host=host, port=port)


@transaction.atomic
def disconnect(connection: Connection, *, typed: str, by: User) -> None:
    """Never read or write this Odoo again, and forget its key; its rows count as gone, its cases end.

    ``typed`` is the connection's name, typed by hand. Raises RefusedError and PermissionDenied.
    """
    require(by, Permission.MANAGE_SYNC, within=connection)
    held = Connection.objects.select_for_update().get(pk=connection.pk)
    if held.retired_at is not None:
        raise RefusedError(_("%s is disconnected already.") % held.name)
    if typed.strip() != held.name:
        raise RefusedError(_("Type the name exactly as it stands: %s.") % held.name)
    connections.part(held)
    record(by, "connection.removed", held, name=held.name, url=held.url, database=held.database)
    transaction.on_commit(partial(bury_rows.delay, held.pk), robust=True)


def _called(url: str) -> tuple[str, int | None]:
    """Host and port of what was typed, as far as it has them; what is no address is refused where it is called."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port
    except ValueError:
        return "", None
