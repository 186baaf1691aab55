"""``load``: rows of text with external ids, created once and updated ever after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demo.odoo.errors import StandInError
from demo.odoo.fields import Field
from demo.odoo.registry import on_model
from demo.odoo.writing import Writing


class Loading(Writing):
    """Import of flat rows. Errors come back as messages and nothing is stored; it never raises."""

    @on_model
    def load(self, fields: Sequence[str], data: Sequence[Sequence[Any]]) -> dict[str, Any]:
        savepoint = self.env.transaction.savepoint()
        ids, messages = [], []
        for number, rows in self._records(fields, data):
            try:
                ids.append(self._load_rows(rows))
            except (StandInError, ValueError) as error:
                messages.append(
                    {
                        "type": "error",
                        "message": str(error),
                        "record": number,
                        "rows": {"from": number, "to": number},
                        "field": "",
                    }
                )
        if messages:
            self.env.transaction.rollback_to(savepoint)
            self.env.work.pending.clear()
            return {"ids": False, "messages": messages, "nextrow": 0}
        return {"ids": ids, "messages": [], "nextrow": 0}

    def _records(self, fields: Sequence[str], data: Sequence[Sequence[Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
        """The rows of each record: one in which only lines are filled goes on with the record above it."""
        found: list[tuple[int, list[dict[str, Any]]]] = []
        for number, line in enumerate(data):
            row = dict(zip(fields, line, strict=True))
            own = any(row[path] not in ("", None, False) for path in fields if not self._is_line(path))
            if own or not found:
                found.append((number, []))
            found[-1][1].append(row)
        return found

    def _is_line(self, path: str) -> bool:
        name, _, inside = path.partition("/")
        one = self._fields.get(name)
        return bool(inside) and one is not None and one.type == "one2many"

    def _load_rows(self, rows: list[dict[str, Any]]) -> int:
        """One record with its lines; a line that has an external id is made once as well."""
        record = self.browse(
            [self._load_line({path: text for path, text in rows[0].items() if not self._is_line(path)})]
        )
        names = dict.fromkeys(path.partition("/")[0] for path in rows[0] if self._is_line(path))
        for name in names:
            one, fresh = self._fields[name], []
            for row in rows:
                inside = {path[len(name) + 1 :]: text for path, text in row.items() if path.startswith(f"{name}/")}
                if any(text not in ("", None, False) for text in inside.values()):
                    fresh.append(inside)
            there = self.env[one.relation].within(**{f"default_{one.inverse}": record.id})
            for inside in fresh:
                there._load_line(inside)
        return record.id

    def _load_line(self, line: dict[str, Any]) -> int:
        external = str(line.pop("id", "") or "")
        record = self.browse([int(line.pop(".id"))]) if line.get(".id") else self._known_as(external)
        line.pop(".id", None)
        values = {}
        for path, text in line.items():
            name, _, how = path.partition("/")
            self._refuse_unknown([name])
            values[name] = self._from_text(self._fields[name], how, text)
        if record:
            record.write(values)
            return record.id
        record = self.create(values)
        if external:
            self._register(external, record.id)
        return record.id

    def _known_as(self, external: str) -> Any:
        if not external:
            return self.browse([])
        module, _, name = external.rpartition(".")
        found = (
            self.env["ir.model.data"]
            .sudo()
            .search([("module", "=", module or "__import__"), ("name", "=", name)], limit=1)
        )
        return self.browse([found.res_id]).alive() if found else self.browse([])

    def _register(self, external: str, row_id: int) -> None:
        module, _, name = external.rpartition(".")
        values = {"module": module or "__import__", "name": name, "model": self._name, "res_id": row_id}
        self.env["ir.model.data"].sudo().create(values)

    def _from_text(self, one: Field, how: str, text: Any) -> Any:
        if text in ("", None, False):
            return False
        if one.type == "many2one":
            return self._target(one, how, text)
        if one.many:
            return [(6, 0, [self._target(one, how, part.strip()) for part in str(text).split(",")])]
        if one.type in ("integer", "many2one_reference"):
            return int(text)
        if one.type == "boolean":
            return str(text).lower() in ("1", "true", "yes")
        return text

    def _target(self, one: Field, how: str, text: Any) -> int:
        there = self.env[one.relation]
        if how == ".id":
            return int(text)
        found = there._known_as(str(text)) if how == "id" else there.browse(there._search_name(text, "="))[:1]
        if not found:
            raise ValueError(f"No matching record found for {how or 'name'} '{text}' in field '{one.string}'")
        key: int = found.id
        return key
