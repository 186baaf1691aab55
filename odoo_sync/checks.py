"""What is looked at before an Odoo is connected, one step at a time, each with an answer of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from odoo_sync.client import Client, version
from odoo_sync.errors import OdooError
from odoo_sync.identity import read_uuid
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.probe import Capabilities, look
from odoo_sync.transport import Address, OdoorpcTransport, split_address

SECONDS = 20.0
MOST_ANSWERED = 8 * 1024 * 1024
OLDEST, TRIED = 17, frozenset({18})
_VERSION = re.compile(r"(\d+)\.\d+")
_API_KEY = re.compile(r"^[0-9a-f]{40}$")


class Support(StrEnum):
    """What the tower makes of a version of Odoo."""

    TRIED = "tried"
    UNTRIED = "untried"
    TOO_OLD = "too_old"


@dataclass(frozen=True)
class Reached:
    """An Odoo answers. ``databases`` lists what it admits to having; null where it keeps that to itself."""

    version: str
    secure: bool
    databases: list[str] | None

    @property
    def support(self) -> Support:
        return support_of(self.version)


@dataclass(frozen=True)
class SignedIn:
    """The user behind the key. ``administers`` says that it may read what only administrators of Odoo may;
    ``others`` are companies that it sees in Odoo and was not given."""

    uid: int
    name: str
    companies: dict[str, str]
    administers: bool
    others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Right:
    """One mirrored model: whether it can be read, and if not why. ``lacking`` are needed fields that this Odoo has
    not, or hides from the user. ``is_missing_module`` says that nobody could read it here: then nothing can be given.
    """

    model: str
    problem: str = ""
    lacking: list[str] = field(default_factory=list)
    is_missing_module: bool = False


def check_address(url: str) -> Reached:
    """Whether an Odoo answers there, over TLS or not, and which. Raises OdooError."""
    transport = OdoorpcTransport(Address(url, "", "", ""), most_bytes=MOST_ANSWERED)
    try:
        found = version(transport, seconds=SECONDS)
        return Reached(found, split_address(url)[2], _databases(transport))
    finally:
        transport.close()


def check_database(url: str, database: str) -> bool | None:
    """Whether there is such a database; null where the server does not say. Raises OdooError."""
    transport = OdoorpcTransport(Address(url, database, "", ""), most_bytes=MOST_ANSWERED)
    try:
        answer = transport.database("db_exist", database, seconds=SECONDS)
    except OdooError as error:
        if error.letter in "AB":
            raise
        return None
    finally:
        transport.close()
    return answer if isinstance(answer, bool) else None


def check_sign_in(address: Address) -> SignedIn:
    """Who signs in with this login and key. Raises OdooError."""
    transport = OdoorpcTransport(address, most_bytes=MOST_ANSWERED)
    try:
        client = Client(transport)
        user = client.read("res.users", [transport.uid], ["name", "company_ids"], seconds=SECONDS)[0]
        client.companies = tuple(sorted(user["company_ids"]))
        seen = {row["id"]: row["name"] for row in client.search_read("res.company", [], ["name"], seconds=SECONDS)}
        given = {str(key): name for key, name in seen.items() if key in client.companies}
        others = {str(key): name for key, name in seen.items() if key not in client.companies}
        return SignedIn(transport.uid, user["name"], given, bool(read_uuid(client)), others)
    finally:
        transport.close()


def check_rights(address: Address) -> list[Right]:
    """What can be read of every mirrored model. Raises OdooError."""
    transport = OdoorpcTransport(address, most_bytes=MOST_ANSWERED)
    try:
        user = Client(transport).read("res.users", [transport.uid], ["company_ids"], seconds=SECONDS)[0]
        client = Client(transport, tuple(sorted(user["company_ids"])))
        return [_right(client, mirror) for mirror in mirrors]
    finally:
        transport.close()


def _right(client: Client, mirror: type[Mirror]) -> Right:
    found = Capabilities()
    look(client, mirror, found)
    lacking = sorted(set(found.missing.get(mirror.key, ())) - set(mirror.source.optional))
    return Right(mirror.key, found.unavailable.get(mirror.key, ""), lacking, mirror.key in found.absent)


def _databases(transport: OdoorpcTransport) -> list[str] | None:
    try:
        answer: Any = transport.database("list", seconds=SECONDS)
    except OdooError:
        return None
    return sorted(map(str, answer)) if isinstance(answer, list) else None


def support_of(told: str) -> Support:
    """Tried, not tried, or too old, by the series that a version names (``18.0-20250421``, ``saas~18.2``)."""
    match = _VERSION.search(told)
    series = int(match[1]) if match else 0
    if series in TRIED:
        return Support.TRIED
    return Support.TOO_OLD if match and series < OLDEST else Support.UNTRIED


def is_like_key(secret: str) -> bool:
    """Whether a secret has the form of an API key of Odoo; else it is a password, which cannot be withdrawn alone."""
    return bool(_API_KEY.match(secret))
