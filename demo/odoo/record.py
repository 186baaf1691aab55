"""Sets of records of one model, as business code sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Self

from demo.odoo.env import Env
from demo.odoo.fields import Field, normalise

MEANT: dict[str, Callable[[Any], Any]] = {
    "datetime": lambda raw: datetime.fromisoformat(raw[:19]) if raw else None,
    "date": lambda raw: date.fromisoformat(raw) if raw else None,
    "boolean": bool,
    **dict.fromkeys(("integer", "float", "monetary", "many2one_reference"), lambda raw: raw or 0),
}
"""What a stored value means to business code, by type; of the other types it is as it is stored."""


class Record:
    """An ordered set of ids of one model, bound to an environment. Fields are read as attributes."""

    _name = ""
    _fields: dict[str, Field] = {}
    _order = "id"
    _registry: Any = None

    def __init__(self, env: Env, ids: Iterable[int] = ()) -> None:
        self.env = env
        self.ids = tuple(ids)

    def __repr__(self) -> str:
        return f"{self._name}({', '.join(map(str, self.ids))}{',' if len(self.ids) == 1 else ''})"

    def __len__(self) -> int:
        return len(self.ids)

    def __bool__(self) -> bool:
        return bool(self.ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._name == other._name and set(self.ids) == set(other.ids)

    def __hash__(self) -> int:
        return hash((self._name, frozenset(self.ids)))

    def __iter__(self) -> Iterator[Self]:
        return (self.browse([one]) for one in self.ids)

    def __contains__(self, other: Record) -> bool:
        return other.id in self.ids

    def __getitem__(self, part: slice | int) -> Self:
        return self.browse(self.ids[part] if isinstance(part, slice) else [self.ids[part]])

    def __or__(self, other: Record) -> Self:
        return self.browse(dict.fromkeys((*self.ids, *other.ids)))

    __add__ = __or__

    def __sub__(self, other: Record) -> Self:
        return self.browse(one for one in self.ids if one not in other.ids)

    def __and__(self, other: Record) -> Self:
        return self.browse(one for one in self.ids if one in other.ids)

    def __getattr__(self, name: str) -> Any:
        one = type(self)._fields.get(name)
        if one is None:
            raise AttributeError(f"{self._name} has no field {name}")
        if len(self.ids) == 1:
            if one.plain:
                row = self.env.work.transaction.get(self._name, self.ids[0])
                return self._python(one, row.get(name) if row else None)
            return self._python(one, self._raw(one, self.ids[0]))
        if one.relation and one.type != "reference":
            return self.mapped(name)
        if not self.ids:
            return self._python(one, None)
        raise LookupError(f"{name} of several {self._name} at once")

    @property
    def id(self) -> int:
        return self.ids[0] if self.ids else 0

    def browse(self, ids: Iterable[int] = ()) -> Self:
        return type(self)(self.env, ids)

    def sudo(self) -> Self:
        return type(self)(self.env.sudo(), self.ids)

    def within(self, **context: Any) -> Self:
        return type(self)(self.env.within(**context), self.ids)

    def for_company(self, company_id: int) -> Self:
        return type(self)(self.env.for_company(company_id), self.ids)

    def alive(self) -> Self:
        """Those of the records that exist."""
        read = self.env.transaction.get
        return self.browse(one for one in self.ids if read(self._name, one) is not None)

    def filtered(self, test: Callable[[Any], Any]) -> Self:
        return self.browse(one.id for one in self if test(one))

    def sorted_by(self, key: Callable[[Any], Any], *, reverse: bool = False) -> Self:
        return self.browse(one.id for one in sorted(self, key=key, reverse=reverse))

    def mapped(self, path: str) -> Any:
        """Values along a dotted path: a record set without doubles, or a list."""
        name, _, rest = path.partition(".")
        one = self._fields[name]
        if one.relation and one.type != "reference":
            found: dict[int, None] = {}
            for row_id in self.ids:
                raw = self._raw(one, row_id)
                found.update(dict.fromkeys((raw or ()) if one.many else ([raw] if raw else ())))
            there = self.env[one.relation].browse(found)
            return there.mapped(rest) if rest else there
        return [self._python(one, self._raw(one, row_id)) for row_id in self.ids]

    def _row(self, row_id: int) -> dict[str, Any]:
        return self.env.work.transaction.get(self._name, row_id) or {}

    def _raw(self, one: Field, row_id: int) -> Any:
        """The value as it is stored: text for dates, an id for a many2one, a tuple of ids for many."""
        if one.plain:
            return self._row(row_id).get(one.name)
        if one.inherited:
            parent = self._row(row_id).get(one.inherited)
            there = self.env[self._fields[one.inherited].relation]
            return there._raw(there._fields[one.name], parent) if parent else None
        if one.stored_compute:
            work = self.env.work
            if work.is_pending(self._name, one.compute, row_id):
                work.settle(self.env, self._name, one.compute, row_id)
        elif one.compute or one.related:
            return self._on_the_fly(one, row_id)
        if one.type == "one2many":
            return self._lines(one, row_id)
        if one.owner:
            return tuple(self.env.transaction.find(one.relation, one.owner, row_id))
        if one.name == "id":
            return row_id
        value = self._row(row_id).get(one.name)
        if one.company_dependent:
            own = (value or {}).get(str(self.env.company_ids[0]))
            return self._fallback(one) if own is None else own
        return value

    def _fallback(self, one: Field) -> Any:
        """What a company dependent field holds as long as nobody has said otherwise."""
        value = getattr(self, "_fallbacks", {}).get(one.name)
        if value is None or one.type != "many2one":
            return value
        there = self.env.ref(value)
        return there.id if there else None

    def _on_the_fly(self, one: Field, row_id: int) -> Any:
        record = self.sudo().browse([row_id])
        value = record.follow(one.related) if one.related else record._computed(one.compute)[one.name]
        if one.many:
            return tuple(value.ids if isinstance(value, Record) else value or ())
        return normalise(self._name, one, value)

    def follow(self, path: Iterable[str]) -> Any:
        value: Any = self
        for step in path:
            value = getattr(value[:1], step)
        return value

    def _lines(self, one: Field, row_id: int) -> tuple[int, ...]:
        there = self.env[one.relation] if one.relation in self._registry else None
        if there is None or one.inverse not in there._fields:
            return ()
        ids: Iterable[int] = there._holders(one.inverse, self._name, row_id)
        needed = getattr(self, "_lines_with", {}).get(one.name)
        if isinstance(needed, tuple):
            name, kinds = needed
            ids = [line for line in ids if there._row(line).get(name) in kinds]
        elif needed:
            ids = [line for line in ids if there._row(line).get(needed)]
        if "active" in there._fields and self.env.context.get("active_test", True):
            ids = [line for line in ids if there._row(line).get("active")]
        ids = list(ids)
        return tuple(there._in_order(ids, there._order) if len(ids) > 1 else ids)

    def _holders(self, inverse: str, model: str, row_id: int) -> list[int]:
        """Records whose many2one leads to a row of ``model``."""
        one, transaction = self._fields[inverse], self.env.transaction
        if one.company_dependent:
            return [key for key, _ in transaction.scan(self._name) if self._raw(one, key) == row_id]
        holders = list(transaction.find(self._name, inverse, row_id))
        if one.type == "many2one":
            return holders
        return [key for key in holders if model in (self._row(key).get("model"), self._row(key).get("res_model"))]

    def _python(self, one: Field, raw: Any) -> Any:
        """The stored value as business code wants it: datetimes, records, 0 and None."""
        if one.leads:
            ids = (raw or ()) if one.many else ((raw,) if raw else ())
            there = self._registry.models.get(one.relation)
            return tuple(ids) if there is None else there(self.env, ids)
        meant = MEANT.get(one.type)
        return raw if meant is None else meant(raw)

    def _computed(self, compute: str) -> dict[str, Any]:
        """What a compute method gives for this one record, by field name."""
        if compute.startswith("related:"):
            name = compute.removeprefix("related:")
            return {name: self.follow(self._fields[name].related)}
        values = getattr(self, compute)()
        if isinstance(values, dict):
            return values
        (name,) = self._registry.results(self._name, compute)
        return {name: values}

    def _assign(self, values: dict[str, Any]) -> None:
        """Store values where they differ; ``write_date`` moves only then. No hooks, no rights, no commands."""
        raw = {}
        for name, value in values.items():
            one = self._fields[name]
            if one.store:
                raw[name] = tuple(value.ids) if one.many else normalise(self._name, one, value)
        self._put(raw)

    def _put(self, raw: dict[str, Any], *, always: bool = False) -> None:
        """Store raw values on each record and mark what follows from them."""
        work = self.env.work
        for row_id in self.ids:
            row = self._row(row_id)
            changes = {
                name: value
                for name, value in raw.items()
                if (row.get(name) or None) != (value or None) or (value is not None and name not in row)
            }
            if not changes and not always:
                continue
            work.modified(self._name, [one for one in changes if self._fields[one].relation], [row_id])
            row = self.env.transaction.edit(self._name, row_id)
            for name, value in changes.items():
                if value is None or value == ():
                    row.pop(name, None)
                else:
                    row[name] = value
            row["write_date"], row["write_uid"] = self.env.transaction.stamp, self.env.uid
            work.modified(self._name, changes, [row_id])
            if changes:
                work.names.clear()
