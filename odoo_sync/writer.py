"""The one door out: calls that may change Odoo. For the outbox only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo_sync.connections import address_of
from odoo_sync.errors import SchemaError, WritesStoppedError
from odoo_sync.models import Connection
from odoo_sync.transport import OdoorpcTransport

ACTION_SECONDS = 300.0
NO_EXTERNAL_ID = "External ID not found"
POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "create": ("vals_list",),
    "write": ("vals",),
    "load": ("fields", "data"),
    "read": ("fields",),
    "search": ("domain",),
    "search_read": ("domain",),
    "search_count": ("domain",),
    "copy": ("default",),
}
WITHOUT_IDS = {"create", "load", "search", "search_read", "search_count", "fields_get", "name_search", "default_get"}


class Writer:
    """Calls one Odoo database on behalf of the outbox, each call in its company, none of them ever repeated.

    Every request gets a connection of its own, so that NotSentError truly means that nothing was sent; anything that
    fails later is UnknownOutcomeError and must be settled by reading. Not thread safe. Use as a context manager.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._transport = OdoorpcTransport(address_of(connection), uid=connection.capabilities.get("uid"), reuse=False)
        self._fields: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        args: Mapping[str, Any],
        *,
        company: int | None,
        context: Mapping[str, Any] | None = None,
        deadline: float = ACTION_SECONDS,
    ) -> Any:
        """Call a method with named arguments and return Odoo's raw answer.

        ``company`` is Odoo's id of the company in which the call is made, ``deadline`` the seconds the whole call may
        take. Raises WritesStoppedError, before anything is sent, while the connection's kill switch is on.
        """
        self._refuse_when_stopped()
        positional, named = arranged(method, ids, args)
        named["context"] = {**self._context(company), **(context or {})}
        return self._transport.call(model, method, positional, named, seconds=deadline)

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, company: int | None, deadline: float = 60.0
    ) -> dict[int, dict[str, Any]]:
        """Rows by id, as JSON values: null for Odoo's false, links as ids, x2many as sorted ids, moments as UTC text.

        A record that is gone is not among them.
        """
        named = {"fields": list(fields), "load": False, "context": self._context(company)}
        rows = self._transport.call(model, "read", [list(ids)], named, seconds=deadline)
        kinds = self._kinds(model)
        return {row["id"]: {name: json_value(kinds.get(name, ""), row[name]) for name in fields} for row in rows}

    def search(
        self,
        model: str,
        domain: Sequence[Any],
        *,
        company: int | None,
        order: str = "id",
        limit: int | None = None,
        deadline: float = 60.0,
    ) -> list[int]:
        """Ids of the records that match, archived ones included."""
        named = {"order": order, "limit": limit, "context": self._context(company)}
        return list(self._transport.call(model, "search", [list(domain)], named, seconds=deadline))

    def known_as(self, external_id: str, *, company: int | None, deadline: float = 60.0) -> int | None:
        """The id of the record under an external id; None where there is none, or none that the bot may see.

        Odoo: ir.model.data.check_object_reference, which asks for no right on external ids, and answers an unknown
        one with a ValueError.
        """
        module, _, name = external_id.partition(".")
        named = {"context": self._context(company)}
        try:
            found = self._transport.call(
                "ir.model.data", "check_object_reference", [module, name], named, seconds=deadline
            )
        except SchemaError as error:
            if NO_EXTERNAL_ID in error.detail:
                return None
            raise
        return found[1] or None if found else None

    def _refuse_when_stopped(self) -> None:
        """The switch is read from the database each time: it must work at once, in every process."""
        if not Connection.objects.filter(pk=self.connection.pk, writes_enabled=True, retired_at=None).exists():
            raise WritesStoppedError(
                f"Writing to {self.connection.name} is switched off. Nothing was sent. Switch it on in the settings."
            )

    def _context(self, company: int | None) -> dict[str, Any]:
        companies = [company] if company else sorted(map(int, self.connection.capabilities.get("companies", {})))
        context: dict[str, Any] = {"lang": "en_US", "tz": "UTC", "active_test": False}
        return {**context, "allowed_company_ids": companies} if companies else context

    def _kinds(self, model: str) -> dict[str, str]:
        if model not in self._fields:
            told = self._transport.call(model, "fields_get", [], {"attributes": ["type"]}, seconds=60.0)
            self._fields[model] = {name: about["type"] for name, about in told.items()}
        return self._fields[model]


def arranged(method: str, ids: Sequence[int] | None, args: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Named arguments as the old RPC wants them: some ORM methods know them by position only."""
    named = dict(args)
    positional: list[Any] = [] if method in WITHOUT_IDS else [list(ids or ())]
    for name in POSITIONAL.get(method, ()):
        if name not in named:
            break
        positional.append(named.pop(name))
    return positional, named


def json_value(kind: str, value: Any) -> Any:
    """One value of Odoo as JSON that says null where Odoo says false."""
    if kind == "boolean":
        return bool(value)
    if value is False:
        return None
    if kind in {"one2many", "many2many"}:
        return sorted(value)
    if kind in {"many2one", "many2one_reference"} and isinstance(value, list):
        return value[0]
    return value
