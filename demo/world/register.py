"""What the world has made, kept in Odoo itself as external ids, so that a second run makes nothing."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from demo.world.caller import Caller

Row = dict[str, Any]
"""A record as RPC gives it; what is null there is False."""
NAMESPACE = "tower_world"
BATCH = 200


def in_batches(items: Sequence[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """The items in lists of at most `size`, in order."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


class Register:
    """A caller that remembers what it made: external ids of module `tower_world` in `ir.model.data`.

    A record somebody deleted in Odoo is forgotten when the register is read, and will be made again.
    """

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.made: Counter[str] = Counter()
        self._known: dict[str, tuple[str, int]] = {}
        self._load()

    def call(
        self,
        model: str,
        method: str,
        *args: Any,
        company: int | None = None,
        context: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call Odoo, as one company of the group where one is named."""
        within = {"allowed_company_ids": [company]} if company else {}
        return self.caller.call(model, method, *args, context={**within, **(context or {})}, **kwargs)

    def find(self, model: str, domain: list[Any], fields: list[str], **kwargs: Any) -> list[Row]:
        """Rows of a search, archived ones left out, lowest id first unless an order is given."""
        return list(self.call(model, "search_read", domain, fields=fields, **{"order": "id", **kwargs}))

    def ensure(
        self,
        model: str,
        rows: Mapping[str, Mapping[str, Any]],
        *,
        company: int | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> dict[str, int]:
        """Create the rows whose key is not yet registered; the ids of all of them by key."""
        for keys in in_batches([key for key in rows if key not in self._known]):
            new = self.call(model, "create", [dict(rows[key]) for key in keys], company=company, context=context)
            self.adopt(model, dict(zip(keys, new, strict=True)))
        return {key: self._known[key][1] for key in rows}

    def adopt(self, model: str, ids: Mapping[str, int]) -> None:
        """Register records that came into being otherwise, under keys not yet taken."""
        fresh = {key: number for key, number in ids.items() if key not in self._known}
        if not fresh:
            return
        self.call(
            "ir.model.data",
            "create",
            [
                {"module": NAMESPACE, "name": key, "model": model, "res_id": number, "noupdate": True}
                for key, number in fresh.items()
            ],
        )
        self._known.update({key: (model, number) for key, number in fresh.items()})
        self.made[model] += len(fresh)

    def has(self, key: str) -> bool:
        """Whether something is registered under the key."""
        return key in self._known

    def id_of(self, key: str) -> int:
        """The record under the key; KeyError when there is none."""
        return self._known[key][1]

    def keys(self, prefix: str) -> dict[str, int]:
        """Every registered key that begins with the prefix, with its record."""
        return {key: number for key, (_, number) in sorted(self._known.items()) if key.startswith(prefix)}

    def in_state(
        self, model: str, ids: Collection[int], states: Collection[str], company: int | None = None
    ) -> list[int]:
        """Those of the records that are in one of the states now."""
        if not ids:
            return []
        rows = self.call(model, "read", sorted(ids), ["state"], company=company)
        return [row["id"] for row in rows if row["state"] in states]

    def xml_id(self, module: str, name: str) -> int | None:
        """The record an installed module calls by this external id; null where the module is not there."""
        rows = self.find("ir.model.data", [["module", "=", module], ["name", "=", name]], ["res_id"])
        return rows[0]["res_id"] if rows else None

    def _load(self) -> None:
        rows = self.find("ir.model.data", [["module", "=", NAMESPACE]], ["name", "model", "res_id"])
        by_model: dict[str, dict[int, list[int]]] = {}
        for row in rows:
            by_model.setdefault(row["model"], {}).setdefault(row["res_id"], []).append(row["id"])
        stale: list[int] = []
        for model, ids in by_model.items():
            alive = set(self.call(model, "search", [["id", "in", sorted(ids)]], context={"active_test": False}))
            stale += [entry for number, entries in ids.items() if number not in alive for entry in entries]
        if stale:
            self.call("ir.model.data", "unlink", stale)
        gone = set(stale)
        self._known = {row["name"]: (row["model"], row["res_id"]) for row in rows if row["id"] not in gone}
