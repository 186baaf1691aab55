"""Which of the rights that guided actions need the bot user has: asked of Odoo without doing anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from odoo_sync.checks import MOST_ANSWERED, SECONDS
from odoo_sync.client import Client
from odoo_sync.errors import NotAllowedError, SchemaError
from odoo_sync.probe import groups_of
from odoo_sync.transport import Address, OdoorpcTransport


@dataclass(frozen=True)
class Refusal:
    """One right on one model that the bot user lacks, and the groups that Odoo says have it.

    ``is_absent`` says that the model is not there: nothing can be given, and nothing is acted on.
    """

    model: str
    right: str
    groups: tuple[str, ...] = ()
    is_absent: bool = False


def check_writes(address: Address, wanted: Iterable[tuple[str, str]]) -> list[Refusal]:
    """What of these (model, right) the bot user lacks, by model. Raises OdooError.

    Rules that keep single records from it, such as those of companies, are not looked at.
    """
    transport = OdoorpcTransport(address, most_bytes=MOST_ANSWERED)
    try:
        user = Client(transport).read("res.users", [transport.uid], ["company_ids"], seconds=SECONDS)[0]
        client = Client(transport, tuple(sorted(user["company_ids"])))
        found = (_refusal(client, model, right) for model, right in sorted(set(wanted)))
        return [one for one in found if one is not None]
    finally:
        transport.close()


def _refusal(client: Client, model: str, right: str) -> Refusal | None:
    try:
        client.check_access(model, right, seconds=SECONDS)
    except NotAllowedError as error:
        return Refusal(model, right, tuple(groups_of(error.detail)))
    except SchemaError:
        return Refusal(model, right, is_absent=True)
    return None
