"""What an Odoo database is, has and allows: asked step by step, so that each failure has its own clear message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from odoo_sync.client import Client, version
from odoo_sync.errors import NotAllowedError, SchemaError, UnknownModelError
from odoo_sync.identity import Identity, read_identity
from odoo_sync.layout import content_fields, odoo_name
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.transport import Address, OdoorpcTransport

PROBE_SECONDS = 30.0
Told = Callable[[str, str], None]


@dataclass
class Capabilities:
    """What the probe found. ``missing`` lists fields of ours per mirror that this Odoo lacks, ``unavailable`` says
    why a mirror cannot be read at all, ``absent`` are those of them whose module is not installed: the others would be
    there, and are kept from the bot user. ``lost`` are companies that were followed and are not seen any more,
    ``refused`` the rights to write that guided actions need and the bot user had not when it was last asked."""

    server_version: str = ""
    uid: int = 0
    identity: Identity = field(default_factory=lambda: Identity("", {}))
    companies: dict[str, str] = field(default_factory=dict)
    time_zone: str = ""
    missing: dict[str, list[str]] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """As JSON for the connection's row."""
        return asdict(self)


def probe(address: Address, told: Told = lambda step, text: None) -> Capabilities:
    """Address, database, key, companies, models and rights, in this order. Raises the first failure."""
    transport = OdoorpcTransport(address)
    found = Capabilities()
    try:
        found.server_version = version(transport, seconds=PROBE_SECONDS)
        told("address", f"Odoo {found.server_version} answers")
        found.uid = transport.uid
        told("database and key", f"signed in to {address.database!r} as {address.login!r}, user {found.uid}")
        client = Client(transport)
        user = client.read("res.users", [found.uid], ["company_ids", "tz"])[0]
        client.companies = tuple(sorted(user["company_ids"]))
        found.time_zone = user["tz"] or ""
        rows = client.search_read("res.company", [("id", "in", list(client.companies))], ["name"])
        found.companies = {str(row["id"]): row["name"] for row in rows}
        found.identity = read_identity(client, found.uid)
        told("companies", ", ".join(found.companies.values()) or "none")
        for mirror in mirrors:
            look(client, mirror, found)
        told("rights", f"{len(mirrors) - len(found.unavailable)} of {len(mirrors)} mirrors can be read")
    finally:
        transport.close()
    return found


def look(client: Client, mirror: type[Mirror], found: Capabilities) -> None:
    """Whether one mirror can be read, and which of its fields are not there."""
    model = mirror.source.model
    try:
        known = client.fields_get(model, seconds=PROBE_SECONDS)
        client.search(model, list(mirror.source.domain), limit=1, seconds=PROBE_SECONDS)
    except UnknownModelError:
        found.unavailable[mirror.key] = f"This Odoo has no {model}: its module is not installed."
        found.absent.append(mirror.key)
        return
    except NotAllowedError as error:
        found.unavailable[mirror.key] = _refused(model, groups_of(error.detail))
        return
    except SchemaError as error:
        found.unavailable[mirror.key] = str(error)
        return
    names = {field.name: odoo_name(mirror, field) for field in content_fields(mirror)}
    names.update({extra: extra for extra in mirror.source.extra})
    missing = sorted(ours for ours, theirs in names.items() if theirs not in known)
    if "write_date" not in known:
        found.unavailable[mirror.key] = f"{model} has no write_date here, so changes cannot be followed."
    if missing:
        found.missing[mirror.key] = missing


def groups_of(detail: str) -> list[str]:
    """The groups that Odoo names in an access error (``This operation is allowed for the following groups:``)."""
    _before, _sign, listed = detail.partition("following groups:")
    listed = listed.partition("Contact your administrator")[0]
    return [one.strip() for one in f" {listed}".split(" - ") if one.strip()]


def _refused(model: str, groups: list[str]) -> str:
    named = f" Odoo gives it to: {'; '.join(groups)}." if groups else ""
    return f"The bot user may not read {model}. Give it the right in Odoo.{named}"


def lacks(found: Capabilities) -> list[str]:
    """What an administrator should know: one line for each mirror or needed field that this Odoo cannot give."""
    lines = [f"{key}: {reason}" for key, reason in sorted(found.unavailable.items())]
    for key, names in sorted(found.missing.items()):
        needed = sorted(set(names) - set(mirrors[key].source.optional))
        if needed:
            lines.append(f"{key}: no {', '.join(needed)}; left empty.")
    return lines
