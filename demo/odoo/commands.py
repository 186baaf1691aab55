"""The commands 0 to 6 by which relations to many are written."""

from __future__ import annotations

from typing import Any

from demo.odoo.errors import FieldValueError, NoKeyError
from demo.odoo.fields import Field


def apply(record: Any, one: Field, value: Any) -> None:
    """Carry out commands on one field of one record; a plain list of ids means: exactly these."""
    work = _Many(record, one) if one.type == "many2many" else _Lines(record, one)
    if hasattr(value, "ids"):
        value = [(6, 0, list(value.ids))]
    for command in value or ():
        if isinstance(command, int):
            command = (4, command)
        code, key, values = (*command, *([0, 0][: 3 - len(command)]))
        _one(work, one, int(code), key, values)


def _one(work: Any, one: Field, code: int, key: Any, values: Any) -> None:
    if code == 0:
        work.create(dict(values or {}))
    elif code == 1:
        work.there.browse([key]).write(dict(values or {}))
    elif code == 2:
        work.drop([key])
        work.there.browse([key]).alive().unlink()
    elif code == 3:
        work.drop([key])
    elif code == 4:
        work.add([key])
    elif code == 5:
        work.drop(work.ids())
    elif code == 6:
        wanted = list(values or ())
        work.drop([other for other in work.ids() if other not in wanted])
        work.add(wanted)
    else:
        raise FieldValueError(f"Wrong value for {work.record._name}.{one.name}: {code!r}")


class _Lines:
    """A one2many: the other side holds the key."""

    def __init__(self, record: Any, one: Field) -> None:
        self.record, self.one = record, one
        self.there = record.env[one.relation]

    def ids(self) -> list[int]:
        return list(self.record.within(active_test=False)._raw(self.one, self.record.id))

    def create(self, values: dict[str, Any]) -> None:
        if self.one.relation == "mail.message" and "model" not in values:
            raise NoKeyError(str(self.record.id))
        values[self.one.inverse] = self.record.id
        self.there.create(values)

    def add(self, keys: list[int]) -> None:
        fresh = [key for key in keys if self.there._row(key).get(self.one.inverse) != self.record.id]
        self.there.browse(fresh).write({self.one.inverse: self.record.id})

    def drop(self, keys: list[int]) -> None:
        lines = self.there.browse(keys).alive()
        inverse = self.there._fields[self.one.inverse]
        if inverse.required or self.one.inverse in getattr(self.there, "_belongs_to", ()):
            lines.unlink()
        else:
            lines.write({self.one.inverse: False})


class _Many:
    """A many2many: the pairs lie on one side; the other side's ``write_date`` does not move."""

    def __init__(self, record: Any, one: Field) -> None:
        self.record, self.one = record, one
        self.there = record.env[one.relation]

    def ids(self) -> list[int]:
        return list(self.record._raw(self.one, self.record.id) or ())

    def create(self, values: dict[str, Any]) -> None:
        self.add(list(self.there.create(values).ids))

    def add(self, keys: list[int]) -> None:
        self._set([*self.ids(), *(key for key in keys if key not in self.ids())], keys)

    def drop(self, keys: list[int]) -> None:
        self._set([key for key in self.ids() if key not in keys], keys)

    def _set(self, ids: list[int], touched: list[int]) -> None:
        if not self.one.owner:
            for key in ids:
                self.record._refuse_dangling(self.one, key)
            self._place(self.record, self.one.name, tuple(ids))
            return
        for key in touched:
            owner = self.there.browse([key])
            have = owner._row(key).get(self.one.owner) or ()
            have = tuple(other for other in have if other != self.record.id)
            self._place(owner, self.one.owner, (*have, self.record.id) if key in ids else have)

    @staticmethod
    def _place(owner: Any, name: str, ids: tuple[int, ...]) -> None:
        if (owner._row(owner.id).get(name) or ()) == ids:
            return
        owner.env.work.modified(owner._name, [name], owner.ids)
        row = owner.env.transaction.edit(owner._name, owner.id)
        row[name] = ids
        owner.env.work.modified(owner._name, [name], owner.ids)
