"""Attaching Odoo databases to the tower, and reaching them."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from controltower.lib.keys import split_key
from controltower.lib.locks import lock_in_transaction
from controltower.lib.scope import Scope
from odoo_sync.client import Client
from odoo_sync.errors import IdentityError, UndecidedError
from odoo_sync.identity import Identity, read_identity, stored_identity
from odoo_sync.layout import Layout, layout_of
from odoo_sync.likeness import Answer, Decision, alike, compare
from odoo_sync.mirror.base import Many2one, Mirror, mirrors
from odoo_sync.models import Connection, Cursor
from odoo_sync.probe import Capabilities, Told, probe
from odoo_sync.secrets import decrypt, encrypt
from odoo_sync.signals import reading_changed
from odoo_sync.transport import Address, OdoorpcTransport

TYPED = ["url", "database", "login", "secret"]
NOTED = [
    "capabilities", "server_version", "identity", "problem", "problem_kind", "problem_since", "retry_at", "failures",
]  # fmt: skip
POINTED = ["generation", "history_since", "retired_at", "writes_enabled"]
WROTE = "wrote_until_disconnected"
UNDECIDED = (
    "This database looks like one that is known: {names}. Say whether it is that one, moved or connected again, or "
    "another one, such as a copy."
)
CONTRADICTED = "This cannot be {name} in its present state. {why}"
OTHER_DATABASE = (
    "Another database answers under the address of {name}. Nothing is read until a person decides whether it replaces "
    "the former one or is the same data restored."
)


def attach(
    *,
    name: str,
    url: str,
    database: str,
    login: str,
    secret: str,
    decision: Decision | None = None,
    told: Told = lambda step, text: None,
) -> Connection:
    """Attach an Odoo database, or the same one again under its number and rows.

    Under its known address a database may come back with another login or key. Anywhere else one that looks like a
    known one, connected or not any more, takes its place only by ``decision``: a copy looks the same. Raises the
    OdooError of the first step that fails, UndecidedError where a decision is needed, and IdentityError where a
    different database stands under a known address or what is known contradicts the decision.
    """
    address = Address(url.strip().rstrip("/"), database.strip(), login.strip(), secret)
    found = probe(address, told)
    with transaction.atomic():
        lock_in_transaction("odoo_sync.attach")
        connection = same_database(address, found.identity)
        if connection is None:
            connection = _decided(address, found.identity, decision) or Connection(name=free_name(name))
        other = under(address).exclude(pk=connection.pk).first()
        if other is not None:
            raise IdentityError(OTHER_DATABASE.format(name=other.name))
        if connection.pk:
            point_at(connection, address, restored=decision is not None and decision.answer is Answer.RESTORED)
        connection.url, connection.database, connection.login = address.url, address.database, address.login
        connection.secret = encrypt(address.secret)
        note(connection, found)
        connection.save(update_fields=[*TYPED, *NOTED, *POINTED] if connection.pk else None)
    return connection


def under(address: Address) -> QuerySet[Connection]:
    """The connection that has an address and database already."""
    return Connection.objects.filter(url=address.url, database=address.database, retired_at=None)


def same_database(address: Address, identity: Identity) -> Connection | None:
    """The connection whose rows came from this database at this very address, if there is one."""
    for connection in under(address).select_for_update():
        known = stored_identity(connection.capabilities)
        if known is not None and known.is_same(identity):
            return connection
    return None


def _decided(address: Address, identity: Identity, decision: Decision | None) -> Connection | None:
    """The connection that a person says this database is; none where nothing looks like it, or it is another one."""
    resembling = {one.pk: one for one in alike(identity)}
    if not resembling or (decision is not None and decision.answer is Answer.APART):
        return None
    if decision is None:
        names = ", ".join(f"{one.name} ({one.pk})" for one in resembling.values())
        raise UndecidedError(UNDECIDED.format(names=names))
    if decision.connection not in resembling:
        raise IdentityError("This database does not look like that one at all. Connect it as another one.")
    likeness = compare(resembling[decision.connection], address)
    if decision.answer is Answer.MOVED and likeness.contradicting:
        raise IdentityError(CONTRADICTED.format(name=likeness.connection.name, why=" ".join(likeness.contradicting)))
    return Connection.objects.select_for_update().get(pk=decision.connection)


def point_at(connection: Connection, address: Address, *, restored: bool = False) -> None:
    """Count a change of what a connection points at, without saving: what was planned before is then not sent.

    One that was disconnected lives again with its number, and with it roles, limits and paths that name its companies.
    """
    moved = (connection.url, connection.database) != (address.url, address.database)
    revived = connection.retired_at is not None
    if not (moved or revived or restored):
        return
    connection.generation += 1
    if restored:
        connection.history_since, connection.identity = connection.generation, ""
    if revived:
        connection.retired_at = None
        connection.writes_enabled = bool(connection.capabilities.get(WROTE, connection.writes_enabled))
    if revived or restored:
        read_all_again(connection)


def read_all_again(connection: Connection) -> None:
    """Let the next load begin from the first record; the rows that are here stay until then."""
    connection.cursors.update(loaded_id=0, loaded_at=None, load_started_at=None, load_total=None, watermark=None)


def note(connection: Connection, found: Capabilities) -> None:
    """Take over what a probe found, without saving. Creation times only accumulate."""
    known = stored_identity(connection.capabilities)
    if known is not None:
        created = {**known.created, **found.identity.created}
        found.identity = Identity(found.identity.uuid or known.uuid, created)
    before = connection.capabilities
    followed = {**before.get("lost", {}), **before.get("companies", {})}
    found.lost = {key: name for key, name in followed.items() if key not in found.companies}
    found.refused = list(before.get("refused") or ())
    connection.capabilities = found.stored()
    connection.server_version = found.server_version
    connection.identity = connection.identity or found.identity.label
    connection.problem = connection.problem_kind = ""
    connection.problem_since = connection.retry_at = None
    connection.failures = 0


def change(held: Connection, *, name: str, address: Address, found: Capabilities) -> None:
    """Give a connection, whose row is held, a name, address, login and key that a probe has tried out.

    Raises IdentityError for another database, or one that another connection has.
    """
    lock_in_transaction("odoo_sync.attach")
    refuse_other(held, found.identity)
    other = under(address).exclude(pk=held.pk).first()
    if other is not None:
        raise IdentityError(f"{other.name} has this address and database already.")
    point_at(held, address)
    held.name, held.url = name, address.url
    held.database, held.login = address.database, address.login
    held.secret = encrypt(address.secret)
    note(held, found)
    held.save(update_fields=["name", *TYPED, *NOTED, *POINTED])


def typed_address(*, url: str, database: str, login: str, secret: str) -> Address:
    """An address as people type it."""
    return Address(url.strip().rstrip("/"), database.strip(), login.strip(), secret.strip())


def free_name(name: str) -> str:
    """The name, with a number behind it when another connection has it."""
    taken = set(Connection.objects.values_list("name", flat=True))
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name} ({number})", number + 1
    return wanted


def probe_again(connection: Connection, told: Told = lambda step, text: None) -> Capabilities:
    """Refresh what is known of a database. Raises IdentityError when it is another one now."""
    found = probe(address_of(connection), told)
    refuse_other(connection, found.identity)
    before = _kept_from_us(connection)
    note(connection, found)
    connection.save(update_fields=NOTED)
    if before != _kept_from_us(connection):
        tell_of_reading(connection)
    return found


def _kept_from_us(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
    """The models that the bot user cannot read, and the companies that it saw once."""
    known = connection.capabilities
    return dict(known.get("unavailable", {})), dict(known.get("lost", {}))


def tell_of_reading(connection: Connection) -> None:
    """Tell, once it is committed, that what can be read of a database has changed."""
    transaction.on_commit(lambda: reading_changed.send_robust(sender=Connection, connection=connection), robust=True)


def refuse_other(connection: Connection, identity: Identity) -> None:
    """Raise IdentityError unless this is the database whose rows the connection holds."""
    known = stored_identity(connection.capabilities)
    if known is not None and not known.is_same(identity):
        raise IdentityError(OTHER_DATABASE.format(name=connection.name))


def refuse_copy(connection: Connection, address: Address, *, is_moved: bool) -> None:
    """Raise unless it is the known address, or what answers elsewhere may be the same and a person says that it is.

    IdentityError where something contradicts it, UndecidedError where nobody has said it.
    """
    if (connection.url, connection.database) == (address.url, address.database):
        return
    likeness = compare(connection, address)
    if likeness.contradicting:
        raise IdentityError(CONTRADICTED.format(name=connection.name, why=likeness.told))
    if not is_moved:
        raise UndecidedError(f"A copy looks the same as its original. {likeness.told} Say below which it is.")


def check_identity(connection: Connection, client: Client) -> None:
    """One or two small calls; a minute's lane makes them, since a key of one database does not open another."""
    refuse_other(connection, read_identity(client, connection.capabilities.get("uid") or 0))


def accept_new_identity(connection: Connection, *, same_data: bool) -> Connection:
    """A person has decided about another database under a known address.

    ``same_data``: it is the former one, moved or restored; its rows stay and everything is read again. Otherwise the
    former connection is retired with its rows marked gone, and the new database gets a number of its own.
    """
    found = probe(address_of(connection))
    with transaction.atomic():
        if same_data:
            connection.capabilities = {}
            connection.identity = ""
            note(connection, found)
            connection.generation += 1
            connection.history_since = connection.generation
            connection.save()
            read_all_again(connection)
            return connection
        retire(connection)
        successor = Connection(name=free_name(connection.name), url=connection.url, database=connection.database)
        successor.login, successor.secret = connection.login, connection.secret
        note(successor, found)
        successor.save()
    return successor


def retire(connection: Connection) -> None:
    """Stop reading a database for good; what it held counts as gone."""
    connection.retired_at = timezone.now()
    connection.save(update_fields=["retired_at"])
    bury(connection)


def part(connection: Connection) -> None:
    """Stop reading and writing a database for good, and forget the key. Its rows are buried by ``bury``, later."""
    connection.capabilities = {**connection.capabilities, WROTE: connection.writes_enabled}
    connection.retired_at, connection.writes_enabled, connection.secret = timezone.now(), False, b""
    connection.save(update_fields=["retired_at", "writes_enabled", "secret", "capabilities"])


def bury(connection: Connection) -> int:
    """Let every row of a retired connection count as gone; returns how many did not yet."""
    with transaction.atomic():
        held = Connection.objects.select_for_update().filter(pk=connection.pk).exclude(retired_at=None).first()
        now = held.retired_at if held is not None else None
        return sum(mirror.objects.of(connection.pk).update(gone_at=now) for mirror in mirrors) if now else 0


def address_of(connection: Connection) -> Address:
    """Raises SecretError when FIELD_KEY is not the one the secret was stored with."""
    return Address(connection.url, connection.database, connection.login, decrypt(connection.secret))


def open_client(connection: Connection) -> Client:
    """A reading client for one thread: all companies of the bot user, archived records too."""
    known = connection.capabilities
    transport = OdoorpcTransport(address_of(connection), uid=known.get("uid") or None)
    return Client(transport, tuple(sorted(int(company) for company in known.get("companies", {}))))


def connections_within(scope: Scope) -> QuerySet[Connection]:
    """Connections that hold a company of the scope, by number; all of them for the whole group."""
    connections = Connection.objects.filter(retired_at=None).order_by("id")
    if scope.is_group:
        return connections
    return connections.filter(pk__in={split_key(one.company)[0] for one in scope.slices if one.company is not None})


def layout_for(connection: Connection, mirror: type[Mirror]) -> Layout:
    """The layout of a mirror as this database can fill it."""
    return layout_of(mirror, frozenset(connection.capabilities.get("missing", {}).get(mirror.key, ())))


def readable(connection: Connection) -> list[type[Mirror]]:
    """The mirrors that this database can fill, parents before children."""
    unavailable = connection.capabilities.get("unavailable", {})
    return [mirror for mirror in parents_first() if mirror.key not in unavailable]


def parents_first() -> list[type[Mirror]]:
    """All mirrors so that, cycles aside, what a row links to is read before the row."""
    order: list[type[Mirror]] = []
    seen: set[type[Mirror]] = set()

    def visit(mirror: type[Mirror]) -> None:
        if mirror in seen:
            return
        seen.add(mirror)
        for field in mirror._meta.concrete_fields:
            if isinstance(field, Many2one):
                visit(cast("type[Mirror]", field.related_model))
        order.append(mirror)

    for mirror in mirrors:
        visit(mirror)
    return order


def cursor_of(connection: Connection, mirror: type[Mirror]) -> Cursor:
    return Cursor.objects.get_or_create(connection=connection, mirror=mirror.key)[0]
