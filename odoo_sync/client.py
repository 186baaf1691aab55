"""Odoo, for reading only: what the rest of the program may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any

from odoo_sync.errors import AddressError, ResultError, SchemaError, UnknownModelError
from odoo_sync.transport import READ_SECONDS, OdoorpcTransport, Transport

Domain = Sequence[Any]
Row = dict[str, Any]
_VERSION = re.compile(r"\d+\.\d+")
LONGEST_VERSION = 64


@dataclass
class Client:
    """Reads one Odoo database as the bot user sees it: all its companies, archived records too, in English."""

    transport: Transport
    companies: tuple[int, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)

    def _context(self) -> dict[str, Any]:
        context: dict[str, Any] = {"lang": "en_US", "tz": "UTC", "active_test": False, **self.context}
        if self.companies:
            context["allowed_company_ids"] = list(self.companies)
        return context

    def _call(self, model: str, method: str, args: Sequence[Any], seconds: float, **named: Any) -> Any:
        return self.transport.call(model, method, args, {**named, "context": self._context()}, seconds=seconds)

    def search(
        self,
        model: str,
        domain: Domain,
        *,
        order: str = "id",
        limit: int | None = None,
        seconds: float = READ_SECONDS,
    ) -> list[int]:
        """Ids of the records that match, by default in ascending order."""
        return as_list(self._call(model, "search", [list(domain)], seconds, order=order, limit=limit))

    def search_count(self, model: str, domain: Domain, *, seconds: float = READ_SECONDS) -> int:
        return int(self._call(model, "search_count", [list(domain)], seconds))

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        order: str = "id",
        limit: int | None = None,
        seconds: float = READ_SECONDS,
    ) -> list[Row]:
        """Rows with links as bare ids: asking for their names doubles Odoo's work."""
        named = {"fields": list(fields), "order": order, "limit": limit, "load": False}
        return as_list(self._call(model, "search_read", [list(domain)], seconds, **named))

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, seconds: float = READ_SECONDS
    ) -> list[Row]:
        """Rows by id; a record that is gone is simply not among them."""
        return as_list(self._call(model, "read", [list(ids)], seconds, fields=list(fields), load=False))

    def fields_get(self, model: str, *, seconds: float = READ_SECONDS) -> dict[str, Row]:
        """Name -> type, relation and store of every field the bot user may see."""
        return dict(self._call(model, "fields_get", [], seconds, attributes=["type", "relation", "store", "selection"]))

    def check_access(self, model: str, right: str, *, seconds: float = READ_SECONDS) -> None:
        """Whether the bot user has a right (read, write, create, unlink) on a model at all; nothing is done.

        Raises NotAllowedError, whose detail names the groups that have it. Odoo has ``check_access`` from 18 on, and
        ``check_access_rights`` before.
        """
        try:
            self._call(model, "check_access", [[], right], seconds)
        except UnknownModelError:
            raise
        except SchemaError:
            self._call(model, "check_access_rights", [right], seconds)

    def credits_url(self, address: str, *, account: str, seconds: float = READ_SECONDS) -> str:
        """Where this database would buy credits; with an address and an account given, nothing is looked up or made."""
        answer = self._call("iap.account", "get_credits_url", ["none", address, 0, False, account], seconds)
        return answer if isinstance(answer, str) else ""

    def server_time(self) -> float:
        """Odoo's clock in seconds since the epoch, floored, as of the last answer. Ours where it tells none."""
        return self.transport.date if self.transport.date is not None else time()

    def close(self) -> None:
        self.transport.close()


def version(transport: OdoorpcTransport, *, seconds: float = READ_SECONDS) -> str:
    """The version Odoo names, such as ``18.0-20250421``, ``saas~18.2+e``. Odoo 18: common.version, exp_version.

    Raises AddressError where what answers does not name one as Odoo does: then it is something else.
    """
    told = transport.common("version", seconds=seconds)
    text, info = (told.get("server_version"), told.get("server_version_info")) if isinstance(told, Mapping) else (0, 0)
    if not isinstance(text, str) or len(text) > LONGEST_VERSION or not _VERSION.search(text) or not _is_info(info):
        raise AddressError("Something answers at this address, but not as Odoo does. Check the address.")
    return text


def _is_info(info: Any) -> bool:
    """Whether it begins as ``[18, 0, …]`` or ``["saas~18", 2, …]``."""
    return isinstance(info, list) and len(info) > 1 and type(info[0]) in (int, str) and type(info[1]) is int


def as_list(answer: Any) -> list[Any]:
    if not isinstance(answer, list):
        raise ResultError("Odoo answered with something else than a list. Check the address and the version.")
    return answer
