"""Is it the same database, moved, or a copy of it? What speaks for and against; a person answers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from odoo_sync.client import Client
from odoo_sync.errors import NotAllowedError, OdooError, SchemaError
from odoo_sync.identity import Identity, read_identity, stored_identity
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.models import Connection
from odoo_sync.secrets import decrypt
from odoo_sync.transport import Address, OdoorpcTransport
from odoo_sync.values import read_moment

LOOKED_AT = (
    "purchase.order", "sale.order", "mrp.production", "stock.picking", "account.move", "res.partner",
)  # fmt: skip
"""Models whose latest records tell two states of one database apart: worked with every day, and seldom deleted."""
SAMPLE = 5
MOST = 5
"""How many that look alike are compared: the latest."""
SECONDS = 15.0
FORMER_SECONDS = 5.0
SLACK = timedelta(seconds=1)
"""Odoo writes microseconds and tells whole seconds."""


class Answer(StrEnum):
    """What a person says of a database that looks like a known one."""

    APART = "apart"
    MOVED = "moved"
    RESTORED = "restored"


@dataclass(frozen=True)
class Decision:
    """``connection`` is the known one that is meant; none where it is another database, or a copy."""

    answer: Answer
    connection: int | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """``apart``, ``moved:3`` or ``restored:3``. Raises ValueError for anything else."""
        answer, _sign, number = text.partition(":")
        found = cls(Answer(answer), int(number) if number else None)
        if (found.connection is None) is not (found.answer is Answer.APART):
            raise ValueError(text)
        return found


@dataclass(frozen=True)
class Likeness:
    """How a database compares with what a connection knows. ``contradicting`` is what cannot be where it is the same
    database in its present state; ``against`` is what speaks for a copy and proves nothing."""

    connection: Connection
    favouring: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    contradicting: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """All of it in a few sentences, the gravest first."""
        return " ".join([*self.contradicting, *self.against, *self.favouring])


def alike(identity: Identity) -> list[Connection]:
    """Connections, disconnected ones too, whose rows may have come from this database: the latest first."""
    found = []
    for one in Connection.objects.order_by("retired_at", "-id"):
        known = stored_identity(one.capabilities)
        if known is not None and known.resembles(identity):
            found.append(one)
    return sorted(found, key=lambda one: (one.retired_at is not None, -one.pk))


def likenesses_of(address: Address) -> list[Likeness]:
    """How it compares with the connections it may be, but for one that has this address already. Raises OdooError."""
    with closing(OdoorpcTransport(address)) as transport:
        identity = read_identity(_in_all_companies(transport), transport.uid)
    here = (address.url, address.database)
    found = [one for one in alike(identity) if one.retired_at is not None or (one.url, one.database) != here]
    return [compare(one, address) for one in found[:MOST]]


def compare(connection: Connection, address: Address) -> Likeness:
    """Hold what answers at an address against what the connection knows. Raises OdooError."""
    found = Likeness(connection)
    with closing(OdoorpcTransport(address)) as transport:
        client = _in_all_companies(transport)
        identity = read_identity(client, transport.uid)
        _compare_uuid(found, identity)
        _compare_rows(found, client)
        if (connection.url, connection.database) != (address.url, address.database):
            _compare_former(found, client, identity)
    return found


def _in_all_companies(transport: OdoorpcTransport, seconds: float = SECONDS) -> Client:
    user = Client(transport).read("res.users", [transport.uid], ["company_ids"], seconds=seconds)[0]
    return Client(transport, tuple(sorted(user["company_ids"])))


def _compare_uuid(found: Likeness, identity: Identity) -> None:
    known = stored_identity(found.connection.capabilities)
    if known is None or not known.uuid or not identity.uuid:
        found.against.append(_("Its own number (database.uuid) cannot be compared."))
    elif known.uuid == identity.uuid:
        found.favouring.append(_("It has the same database.uuid; copies that Odoo did not make itself have it too."))
    else:
        found.contradicting.append(_("Its database.uuid is another one: Odoo gives a new one to every copy it makes."))


def _compare_rows(found: Likeness, client: Client) -> None:
    """What was read last, and what Odoo has under the same ids."""
    same = newer = 0
    for mirror in _looked_at(found.connection):
        try:
            alike_here, newer_here = _compare_mirror(found, mirror, client)
        except (NotAllowedError, SchemaError):
            continue
        same, newer = same + alike_here, newer + newer_here
    if same:
        told = _("%d of the records that were read last are there exactly as they were read.")
        found.favouring.append(told % same)
    if newer:
        found.against.append(_("%d of the records that were read last have been changed there since.") % newer)
    if not same and not newer and not found.contradicting:
        found.against.append(_("Nothing could be compared: nothing of it has been read yet."))


def _compare_mirror(found: Likeness, mirror: type[Mirror], client: Client) -> tuple[int, int]:
    known = _known(found.connection, mirror)
    model, sample = mirror.source.model, list(known.order_by("-written_at", "-id")[:SAMPLE])
    top = known.aggregate(top=Max("id"))["top"]
    if not sample or top is None:
        return 0, 0
    ids = sorted({one.odoo_id for one in sample})
    rows = client.search_read(model, [("id", "in", ids)], ["write_date"], seconds=SECONDS)
    there: dict[int, datetime] = {row["id"]: read_moment(row["write_date"]) for row in rows if row["write_date"]}
    newest = client.search_read(model, [], ["write_date"], order="id desc", limit=1, seconds=SECONDS)
    highest, known_top = newest[0]["id"] if newest else 0, mirror(id=top).odoo_id
    if highest < known_top and _sees_all(found.connection, client):
        told = _("%(model)s ends at id %(there)d there; here it is known up to %(known)d.")
        found.contradicting.append(told % {"model": model, "there": highest, "known": known_top})
    older = [one for one in sample if (at := there.get(one.odoo_id)) and at + SLACK < one.written_at]
    if older:
        told = _("%(model)s %(id)d was changed at %(known)s as known here, and not since %(there)s there.")
        first = older[0]
        values = {"id": first.odoo_id, "known": f"{first.written_at:%Y-%m-%d %H:%M:%S}"}
        values["there"] = f"{there[first.odoo_id]:%Y-%m-%d %H:%M:%S}"
        found.contradicting.append(told % {"model": model, **values})
    lacking = [one for one in sample if one.odoo_id not in there]
    if lacking:
        told = _("%(model)s: %(count)d of the %(of)d records that were read last are not there.")
        found.against.append(told % {"model": model, "count": len(lacking), "of": len(sample)})
    later = sum(1 for one in sample if (at := there.get(one.odoo_id)) and at > one.written_at + SLACK)
    return len(sample) - len(older) - len(lacking) - later, later


def _sees_all(connection: Connection, client: Client) -> bool:
    """Whether the key sees every company that was followed: else less is there for it than there is."""
    return {int(one) for one in connection.capabilities.get("companies", {})} <= set(client.companies)


def _compare_former(found: Likeness, client: Client, identity: Identity) -> None:
    """Does the former address still answer, and if so as the same database? Two that answer differently are two."""
    former = found.connection
    if former.retired_at is not None or not former.secret:
        return
    values = {"url": former.url, "database": former.database}
    try:
        address = Address(former.url, former.database, former.login, decrypt(former.secret))
        with closing(OdoorpcTransport(address)) as transport:
            other = _in_all_companies(transport, FORMER_SECONDS)
            told = read_identity(other, transport.uid)
            differing = _differing(client, other) if other.companies == client.companies else []
    except OdooError:
        found.favouring.append(_("The former address, %s, does not answer any more.") % former.url)
        return
    if not told.resembles(identity):
        found.favouring.append(_("At the former address, %(url)s, another database answers now.") % values)
    elif differing:
        words = _(
            "%(database)s at the former address, %(url)s, still answers, and has other latest records (%(models)s): "
            "there are two databases, and one is a copy."
        )
        found.contradicting.append(words % {**values, "models": ", ".join(differing)})
    else:
        words = _(
            "%(database)s at the former address, %(url)s, still answers too, with the same latest records: two names "
            "of one server, or a copy that was made just now."
        )
        found.against.append(words % values)


def _differing(client: Client, other: Client) -> list[str]:
    """Models whose latest record is not the same in both; what is written meanwhile is no difference."""
    before, between, after = _latest(client), _latest(other), _latest(client)
    return [
        one
        for one in LOOKED_AT
        if one in before and one in between and one in after and not before[one] <= between[one] <= after[one]
    ]


def _latest(client: Client) -> dict[str, tuple[str, int]]:
    """When each model was last written, in Odoo's text, and the highest id."""
    found = {}
    for model in LOOKED_AT:
        try:
            last = client.search_read(
                model, [], ["write_date"], order="write_date desc, id desc", limit=1, seconds=FORMER_SECONDS
            )
        except (NotAllowedError, SchemaError):
            continue
        found[model] = (str(last[0]["write_date"]), last[0]["id"]) if last else ("", 0)
    return found


def _looked_at(connection: Connection) -> Sequence[type[Mirror]]:
    unavailable = connection.capabilities.get("unavailable", {})
    return [mirrors[key] for key in LOOKED_AT if key in mirrors and key not in unavailable]


def _known(connection: Connection, mirror: type[Mirror]) -> Any:
    """What counted as there, for a disconnected Odoo until its end."""
    rows = mirror.everything.of(connection.pk).exclude(written_at=None)
    present = Q(gone_at=None)
    return rows.filter(present | Q(gone_at=connection.retired_at) if connection.retired_at else present)
