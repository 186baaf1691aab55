"""Searching and reading: the calls a mirror makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from demo.odoo import access
from demo.odoo.domain import Test, both, compile_domain, everything, lowest_id, names_field, parse
from demo.odoo.errors import FieldValueError
from demo.odoo.fields import Field
from demo.odoo.order import in_order
from demo.odoo.record import Record
from demo.odoo.registry import on_model

MANY = ("one2many", "many2many")


def wire(one: Field, raw: Any) -> Any:
    """A stored value as RPC gives it: ``False`` for null, datetimes cut to the second."""
    if one.type == "datetime":
        return raw[:19] if raw else False
    if one.type in ("float", "monetary"):
        return float(raw or 0.0)
    if one.type in ("integer", "many2one_reference"):
        return raw or 0
    if one.type == "boolean":
        return bool(raw)
    if one.type.startswith("properties"):
        return raw or []
    return list(raw or ()) if one.many else False if raw is None else raw


class Reading(Record):
    """search, read and their kin."""

    @property
    def _table(self) -> Any:
        return self.env.world.store.tables[self._name]

    def _in_order(self, ids: list[int], order: str | None) -> list[int]:
        return in_order(self, ids, order or self._order)

    def _matching(self, domain: Sequence[Any]) -> list[int]:
        """Ids that match, in no order: archived ones only on request, others' companies never."""
        test, candidates = self._compiled(domain)
        transaction = self.env.transaction
        if candidates is None:
            rows = transaction.scan(self._name)
            return (
                [row_id for row_id, row in rows if test(row_id, row)]
                if test is not everything
                else [row_id for row_id, _row in rows]
            )
        found = ((row_id, transaction.get(self._name, row_id)) for row_id in candidates)
        return [row_id for row_id, row in found if row is not None and test(row_id, row)]

    def _compiled(self, domain: Sequence[Any]) -> tuple[Test, set[int] | None]:
        """The test of the domain together with the caller's rules, everything pending computed."""
        self.env.work.flush(self.env)
        domain = list(domain or [])
        hide = "active" in self._fields and self.env.context.get("active_test", True)
        if hide and not names_field(domain, "active"):
            domain = [*(["&"] if domain else []), ("active", "=", True), *parse(domain)]
        test, candidates = compile_domain(self, domain)
        return both(test, access.rule_test(self, "read")), candidates

    def _first(self, domain: Sequence[Any], wanted: int) -> list[int]:
        """The lowest ids that match: a keyset page reads no further than it must."""
        test, candidates = self._compiled(domain)
        read, model, found = self.env.transaction.get, self._name, []
        if candidates is not None:
            ids: Iterable[int] = sorted(candidates)
        else:
            fresh = [key for key in self.env.transaction.changes.get(model, ()) if key not in self._table.rows]
            ids = [*self._table.ids_from(lowest_id(domain)), *sorted(fresh)]
        for row_id in ids:
            row = read(model, row_id)
            if row is not None and test(row_id, row):
                found.append(row_id)
                if len(found) == wanted:
                    break
        return found

    @on_model
    def search(
        self, domain: Sequence[Any] = (), offset: int = 0, limit: int | None = None, order: str | None = None
    ) -> Any:
        access.check_model(self, "read")
        if limit and (order or self._order).strip().lower() in ("id", "id asc"):
            return self.browse(self._first(domain, (offset or 0) + limit)[offset or 0 :])
        ids = self._in_order(self._matching(domain), order)
        return self.browse(ids[offset or 0 :][: limit or None])

    @on_model
    def search_count(self, domain: Sequence[Any] = (), limit: int | None = None) -> int:
        access.check_model(self, "read")
        count = len(self._matching(domain))
        return min(count, limit) if limit else count

    @on_model
    def search_fetch(
        self,
        domain: Sequence[Any],
        field_names: Sequence[str],
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
    ) -> Any:
        self._known(field_names)
        return self.search(domain, offset, limit, order)

    @on_model
    def search_read(
        self,
        domain: Sequence[Any] | None = None,
        fields: Sequence[str] | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        load: str | bool | None = "_classic_read",
    ) -> list[dict[str, Any]]:
        self._known(fields or ())
        return self.search(domain or (), offset, limit, order)._rows(fields, load)

    def read(
        self, fields: Sequence[str] | None = None, load: str | bool | None = "_classic_read"
    ) -> list[dict[str, Any]]:
        access.check_model(self, "read")
        self._known(fields or ())
        found = self.alive()
        access.check_records(found, "read")
        return found._rows(fields, load)

    def _known(self, names: Iterable[str]) -> list[Field]:
        """The fields behind these names. Raises FieldValueError or AccessError."""
        for name in names:
            if name not in self._fields:
                raise FieldValueError(f"Invalid field {name!r} on model {self._name!r}")
            access.check_field(self, self._fields[name])
        return [self._fields[name] for name in names]

    def _rows(self, names: Sequence[str] | None, load: str | bool | None) -> list[dict[str, Any]]:
        """One dict a record, built column by column."""
        self.env.work.flush(self.env)
        if not names:
            names = [name for name, one in self._fields.items() if access.may_see_field(self, one)]
        ids = list(self.ids)
        chosen = ["id", *(name for name in names if name != "id")]
        read = self.env.transaction.get
        rows = [read(self._name, row_id) or {} for row_id in ids]
        columns = [self._column(self._fields[name], ids, load, rows) for name in chosen]
        return [dict(zip(chosen, values, strict=True)) for values in zip(*columns, strict=True)]

    def _column(
        self, one: Field, ids: list[int], load: str | bool | None, rows: list[dict[str, Any]] | None = None
    ) -> list[Any]:
        raw = self._raw_column(one, ids, rows)
        if one.type == "many2one":
            return self._many2one_column(one, raw, load)
        if one.many:
            keep = self._kept(one)
            return [keep(values) for values in raw]
        if one.type == "datetime":
            return [value[:19] if value else False for value in raw]
        if one.type in ("float", "monetary"):
            return [float(value or 0.0) for value in raw]
        if one.type == "binary" and self.env.context.get("bin_size"):
            return [f"{len(value) * 3 // 4:.2f} bytes" if value else False for value in raw]
        return [wire(one, value) for value in raw]

    def _raw_column(self, one: Field, ids: list[int], rows: list[dict[str, Any]] | None = None) -> list[Any]:
        if one.name == "id":
            return ids
        if one.column and not one.company_dependent:
            if rows is None:
                read, model = self.env.transaction.get, self._name
                rows = [read(model, row_id) or {} for row_id in ids]
            name = one.name
            return [row.get(name) for row in rows]
        return [self._raw(one, row_id) for row_id in ids]

    def _many2one_column(self, one: Field, raw: list[Any], load: str | bool | None) -> list[Any]:
        if not load:
            return [value or False for value in raw]
        names = self._names_of(one.relation, {value for value in raw if value})
        return [[value, names[value]] if value else False for value in raw]

    def _names_of(self, model: str, ids: Iterable[int]) -> dict[int, str]:
        """Display names, whoever asks; a model that does not exist here names nothing."""
        if model not in self._registry:
            return {row_id: f"{model},{row_id}" for row_id in ids}
        there = self.env.sudo()[model]
        return {row_id: there.browse([row_id])._shown_name() for row_id in ids}

    def _kept(self, one: Field) -> Callable[[Any], list[int]]:
        """What the caller may see of a relation to many, in the order of the related model."""
        if one.relation not in self._registry:
            return lambda values: list(values or ())
        there = self.env[one.relation]
        rule = access.rule_test(there, "read")
        hide = "active" in there._fields and self.env.context.get("active_test", True) and one.type == "many2many"

        def keep(values: Iterable[int] | None) -> list[int]:
            ids = [key for key in values or () if rule is everything or rule(key, there._row(key))]
            if hide:
                ids = [key for key in ids if there._row(key).get("active")]
            return in_order(there, ids, there._order) if len(ids) > 1 else ids

        return keep

    def exists(self) -> Any:
        return self.alive()

    @on_model
    def name_search(
        self, name: str = "", args: Sequence[Any] | None = None, operator: str = "ilike", limit: int = 100
    ) -> list[list[Any]]:
        found = set(self._search_name(name, operator)) if name else None
        ids = [key for key in self.search(args or ()).ids if found is None or key in found]
        return [[key, self.sudo().browse([key])._shown_name()] for key in ids[:limit]]

    def name_get(self) -> list[list[Any]]:
        return [[one.id, one.sudo()._shown_name()] for one in self]

    def _search_name(self, text: Any, operator: str) -> list[int]:
        """Ids whose name (or other searchable name field) compares so with a text."""
        names = getattr(self, "_search_names", None) or [getattr(self, "_rec_name", "name")]
        names = [name for name in names if name in self._fields]
        negative = operator in ("!=", "not in", "not like", "not ilike")
        domain: list[Any] = ["&" if negative else "|"] * (len(names) - 1)
        domain += [(name, operator, text) for name in names]
        return self.within(active_test=False)._matching(domain) if names else []

    def _shown_name(self) -> str:
        name = getattr(self, "_rec_name", "name")
        value = getattr(self, name) if name in self._fields and name != "display_name" else None
        return str(value) if value else f"{self._name},{self.id}"
