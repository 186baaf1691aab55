"""Which database is this? A connection's rows belong to one Odoo database, whatever answers under its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

from odoo_sync.client import Client
from odoo_sync.errors import NotAllowedError, SchemaError

NOWHERE = "/nowhere"


@dataclass(frozen=True)
class Identity:
    """``uuid`` is Odoo's database.uuid, empty where the bot may not read it; ``created`` maps ``company 3`` and
    ``user 8`` (the bot) to the times (Odoo's text) at which those records were created."""

    uuid: str
    created: Mapping[str, str]

    @property
    def label(self) -> str:
        """One text to store: the uuid, else a fingerprint of what was created when."""
        if self.uuid:
            return f"uuid:{self.uuid}"
        told = ",".join(f"{record}={self.created[record]}" for record in sorted(self.created))
        return f"created:{blake2b(told.encode(), digest_size=12).hexdigest()}"

    def is_same(self, other: Identity) -> bool:
        """Two looks at one database, as far as can be told. Companies may be added or hidden between them.

        Odoo gives no id twice, so one contradicting creation time proves another database.
        """
        if self.uuid and other.uuid:
            return self.uuid == other.uuid
        both = self.created.keys() & other.created.keys()
        return bool(both) and all(self.created[record] == other.created[record] for record in both)

    def resembles(self, other: Identity) -> bool:
        """Perhaps the same, perhaps a copy: one uuid, or the same bot user beside the same companies.

        A copy has all that its original has, the uuid included where it was not made by Odoo itself, so this is never
        more than a question to a person. Companies alone say nothing: databases of one template share the first.
        """
        if self.uuid and self.uuid == other.uuid:
            return True
        both = self.created.keys() & other.created.keys()
        users = any(record.startswith("user ") for record in both)
        return users and all(self.created[record] == other.created[record] for record in both)


def read_identity(client: Client, uid: int) -> Identity:
    """Ask the database who it is."""
    companies = client.search_read("res.company", [], ["create_date"])
    users = client.read("res.users", [uid], ["create_date"])
    created = {f"company {row['id']}": str(row["create_date"]) for row in companies}
    created.update({f"user {row['id']}": str(row["create_date"]) for row in users})
    return Identity(read_uuid(client) or told_uuid(client), created)


def read_uuid(client: Client) -> str:
    """Odoo's database.uuid; empty where the bot is no administrator, which is how it should be."""
    try:
        rows = client.search_read("ir.config_parameter", [("key", "=", "database.uuid")], ["value"], limit=1)
    except (NotAllowedError, SchemaError):
        return ""
    return str(rows[0]["value"] or "") if rows else ""


def told_uuid(client: Client) -> str:
    """The same, as Odoo tells everybody who works in it; empty where the module is not installed.

    Odoo 16 to 19, iap.account: get_credits_url puts database.uuid into the address at which credits are bought. With
    an address and an account given it looks nothing up and makes no account.
    """
    try:
        told = client.credits_url(NOWHERE, account="none")
    except (NotAllowedError, SchemaError):
        return ""
    try:
        return parse_qs(urlsplit(told).query).get("dbuuid", [""])[0]
    except ValueError:
        return ""


def stored_identity(capabilities: Mapping[str, object]) -> Identity | None:
    """The identity that was noted when the database was attached."""
    noted = capabilities.get("identity")
    if not isinstance(noted, Mapping):
        return None
    return Identity(str(noted.get("uuid") or ""), dict(noted.get("created") or {}))
