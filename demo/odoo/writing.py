"""Creating, changing and deleting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from demo.odoo import commands
from demo.odoo.errors import FieldValueError, MissingError, ValidationError
from demo.odoo.fields import LOG_FIELDS, Field, normalise
from demo.odoo.reading import Reading
from demo.odoo.registry import on_model

Values = dict[str, Any]
UNCHECKED = frozenset({"boolean", "integer", "float", "monetary", "selection"})
"""Types of mandatory fields that have a value of their own when none is given."""


@cache
def merged(model: type, name: str) -> dict[str, Any]:
    """A class dictionary gathered over all parts of a model, the last part winning."""
    found: dict[str, Any] = {}
    for part in reversed(model.__mro__):
        found.update(vars(part).get(name, {}))
    return found


@cache
def followed(model: Any) -> tuple[str, ...]:
    """The fields of a model that some computed field follows."""
    return tuple(name for name, one in model._fields.items() if one.triggers)


@cache
def stored_computes(model: Any) -> dict[str, tuple[str, ...]]:
    """The methods that fill stored fields of a model, with the fields they fill."""
    return {
        one.compute: model._registry.results(model._name, one.compute)
        for one in model._fields.values()
        if one.compute and one.store
    }


@cache
def mandatory(model: Any) -> tuple[Field, ...]:
    """The columns of a model that must not be empty, those that lead to a model that is not here left out."""
    columns = (one for one in model._fields.values() if one.required and one.column)
    return tuple(one for one in columns if not one.relation or one.relation in model._registry)


class Writing(Reading):
    """create, write, unlink, copy; hooks for the business areas are ``_complete``, ``_created`` and ``_check``."""

    _defaults: dict[str, Any] = {}
    _unique: dict[tuple[str, ...], str] = {}
    _title = ""

    @on_model
    def create(self, values: Values | Sequence[Values]) -> Any:
        if isinstance(values, Mapping):
            return self._create([dict(values)])
        return self._create([dict(one) for one in values])

    def _create(self, many: list[Values]) -> Any:
        made = self.browse(self._create_one(values) for values in many)
        for record, values in zip(made, many, strict=True):
            record._created(values)
            record._check(set(record._fields))
        made._require()
        return made

    def _create_one(self, values: Values) -> int:
        self._refuse_unknown(values)
        for name, value in self._default_values(values).items():
            values[name] = value
        values.update(self._complete(dict(values)))
        for parent, link in getattr(self, "_inherits", {}).items():
            if not values.get(link):
                values[link] = self._create_parent(parent, values)
        stamp, uid = self.env.transaction.stamp, self.env.uid
        row: Values = {"create_date": stamp, "create_uid": uid, "write_date": stamp, "write_uid": uid}
        if "active" in self._fields and self._fields["active"].column:
            values.setdefault("active", True)
        for name, value in values.items():
            one = self._fields[name]
            if one.column and not one.many and name not in LOG_FIELDS:
                self._place(row, one, value)
        row_id: int = self.env.world.store.next_id(self._name)
        record = self.browse([row_id])
        self.env.transaction.add(self._name, row_id, row)
        self._compute_fresh(row_id, values)
        self.env.work.modified(self._name, followed(type(self)), [row_id])
        record._write_rest(values, fresh=True)
        return row_id

    def _place(self, row: Values, one: Field, value: Any) -> None:
        raw = normalise(self._name, one, value)
        if raw is None:
            return
        if one.type == "many2one":
            self._refuse_dangling(one, raw)
        row[one.name] = {str(self.env.company_ids[0]): raw} if one.company_dependent else raw

    def _refuse_unknown(self, values: Iterable[str]) -> None:
        for name in values:
            if name not in self._fields:
                raise FieldValueError(f"Invalid field {name!r} on model {self._name!r}")

    def _refuse_dangling(self, one: Field, key: int) -> None:
        if one.relation in self._registry and self.env.transaction.get(one.relation, key) is None:
            raise ValidationError(
                "The operation cannot be completed: another model requires the record being deleted. If possible, "
                f"archive it instead.\n\nModel: {self._title or self._name} ({self._name})\n"
                f"Constraint: {self._name.replace('.', '_')}_{one.name}_fkey\n"
            )

    def _default_values(self, given: Values) -> Values:
        found = {}
        for name, value in {**merged(type(self), "_defaults"), **self._context_defaults()}.items():
            if name not in given and name in self._fields:
                found[name] = value(self) if callable(value) else value
        return found

    def _context_defaults(self) -> Values:
        context = self.env.context
        return {key[8:]: value for key, value in context.items() if key.startswith("default_")}

    def _create_parent(self, parent: str, values: Values) -> int:
        mine = {name: value for name, value in values.items() if self._fields[name].inherited}
        link = self._inherits[parent]  # type: ignore[attr-defined]
        there = self.env[parent].within(**{f"creating_{self._name}": True})
        mine = {name: value for name, value in mine.items() if self._fields[name].inherited == link}
        for name in mine:
            del values[name]
        key: int = there.create(mine).id
        return key

    def _compute_fresh(self, row_id: int, values: Values) -> None:
        """Everything stored and computed that was not given has to be computed once."""
        for compute, names in stored_computes(type(self)).items():
            if not any(values.get(name) is not None for name in names):
                self.env.work.mark(self._name, compute, [row_id])

    def _write_rest(self, values: Values, *, fresh: bool = False) -> None:
        """What does not lie in the row: relations to many, inherited fields, fields with a setter."""
        parents: dict[str, Values] = {}
        for name, value in values.items():
            one = self._fields[name]
            if one.inherited:
                parents.setdefault(one.inherited, {})[name] = value
            elif one.many and (one.relation in self._registry):
                for record in self:
                    commands.apply(record, one, value)
            elif one.setter and not (fresh and one.column):
                for record in self:
                    getattr(record, one.setter)(record._python(one, normalise(self._name, one, value)))
            elif one.related and not one.store and not one.readonly:
                getattr(self, one.related[0]).write({one.related[-1]: value})
        for link, theirs in parents.items():
            getattr(self, link).write(theirs)

    def write(self, values: Values) -> bool:
        self._refuse_unknown(values)
        self._refuse_missing()
        for record in self:
            record._write_one({key: value for key, value in values.items() if key not in LOG_FIELDS})
        for record in self:
            record._check(set(values))
        self._require(set(values))
        return True

    def _write_one(self, values: Values) -> None:
        raw: Values = {}
        for name, value in values.items():
            one = self._fields[name]
            if one.column and not one.many:
                raw[name] = normalise(self._name, one, value)
                if one.type == "many2one" and raw[name] is not None:
                    self._refuse_dangling(one, raw[name])
                if one.company_dependent:
                    company = str(self.env.company_ids[0])
                    raw[name] = {**(self._row(self.id).get(name) or {}), company: raw[name]}
        self._put(raw, always=True)
        for name in raw:
            if self._fields[name].compute:
                self.env.work.forget(self._name, self.ids, self._fields[name].compute)
        self._write_rest(values)

    def _refuse_missing(self) -> None:
        gone = set(self.ids) - set(self.alive().ids)
        if gone:
            raise MissingError(
                f"Record does not exist or has been deleted.\n(Record: {self.browse(sorted(gone))!r}, "
                f"User: {self.env.uid})"
            )

    def _require(self, names: set[str] | None = None) -> None:
        """Refuse records whose mandatory columns are empty. Raises ValidationError."""
        for one in mandatory(type(self)):
            if names is not None and one.name not in names:
                continue
            for row_id in self.ids:
                if self._raw(one, row_id) is None and one.type not in UNCHECKED:
                    raise ValidationError(
                        "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
                        "- Delete: another model requires the record being deleted. If possible, archive it "
                        f"instead.\n\nModel: {self._title or self._name} ({self._name})\n"
                        f"Field: {one.string} ({one.name})\n"
                    )

    def _complete(self, values: Values) -> Values:
        """Values to add to a new record, given those it has. For the business areas."""
        return {}

    def _created(self, values: Values) -> None:
        """Something to do once a record is there. For the business areas."""

    def _check(self, names: set[str]) -> None:
        """Refuse a record that breaks a rule; ``names`` are the fields that were written."""
        for columns, message in merged(type(self), "_unique").items():
            if names & set(columns):
                domain = [(name, "=", self._raw(self._fields[name], self.id) or False) for name in columns]
                if all(term[2] for term in domain) and len(self.sudo().within(active_test=False)._matching(domain)) > 1:
                    raise ValidationError(f"The operation cannot be completed: {message}")
        parent = getattr(self, "_parent_name", "parent_id")
        if parent in names and parent in self._fields and self._is_own_ancestor(parent):
            raise ValidationError(f"You cannot create recursive {self._title or self._name} hierarchies.")

    def _is_own_ancestor(self, parent: str) -> bool:
        seen, key = set(), self._row(self.id).get(parent)
        while key and key not in seen:
            if key == self.id:
                return True
            seen.add(key)
            key = self._row(key).get(parent)
        return False

    def unlink(self) -> bool:
        self._refuse_missing()
        self._before_unlink()
        for record in self:
            record._release()
            work = self.env.work
            work.modified(self._name, followed(type(self)), record.ids)
            work.forget(self._name, record.ids)
            self.env.transaction.delete(self._name, record.id)
        self.env.world.forget_external(self._name, self.ids, self.env)
        return True

    def _before_unlink(self) -> None:
        """Refuse deletion where the business area does. Raises UserError."""

    def _release(self) -> None:
        """Cascade to what belongs to this record, clear or refuse other references to it."""
        if "message_ids" in self._fields and self._name != "mail.message":
            self.within(active_test=False).message_ids.unlink()
        for model, one in self._registry.references(self._name):
            if one.many:
                self._drop_from(model, one)
                continue
            holders = self.env.sudo()[model].browse(self.env.transaction.find(model, one.name, self.id))
            if not holders:
                continue
            if one.name in getattr(holders, "_belongs_to", ()):
                holders.unlink()
            elif one.required or one.name in getattr(holders, "_restricts", ()):
                raise ValidationError(
                    "The operation cannot be completed: another model requires the record being deleted. If "
                    f"possible, archive it instead.\n\nModel: {holders._title or model} ({model})\n"
                    f"Constraint: {model.replace('.', '_')}_{one.name}_fkey\n"
                )
            else:
                holders._put({one.name: None})

    def _drop_from(self, model: str, one: Field) -> None:
        for key in self.env.transaction.find(model, one.name, self.id):
            row = self.env.transaction.edit(model, key)
            row[one.name] = tuple(other for other in row[one.name] if other != self.id)

    def copy(self, default: Values | None = None) -> Any:
        """Duplicate each record without what is never copied."""
        made = []
        for record in self:
            values = {}
            for name, one in self._fields.items():
                skip = name in LOG_FIELDS or one.compute or one.inherited or name in getattr(self, "_not_copied", ())
                if one.column and not skip and not one.related and name in self._row(record.id):
                    value = self._raw(one, record.id)
                    values[name] = [(6, 0, list(value))] if one.many else value
            values.update(record._copy_values(values))
            values.update(default or {})
            made.append(self.create(values).id)
        return self.browse(made)

    def _copy_values(self, values: Values) -> Values:
        """What a duplicate has differently: new names, copied lines. For the business areas."""
        return {}

    def action_archive(self) -> None:
        self.write({"active": False})

    def action_unarchive(self) -> None:
        self.write({"active": True})

    def toggle_active(self) -> None:
        for record in self:
            record.write({"active": not record.active})
