"""The calls of the web client that other clients use too: web_read, web_search_read, web_save, onchange."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demo.odoo import access
from demo.odoo.registry import on_model
from demo.odoo.writing import Writing

Specification = dict[str, dict[str, Any]]


class WebCalls(Writing):
    """Reading by specification: relations are opened as far as it says."""

    def web_read(self, specification: Specification) -> list[dict[str, Any]]:
        self._known(specification)
        rows = self.read(list(specification) or ["id"], load=False)
        for name, inner in specification.items():
            one = self._fields[name]
            if "fields" in inner and one.relation in self._registry:
                self._open(rows, name, inner["fields"])
        return rows

    def _open(self, rows: list[dict[str, Any]], name: str, inner: Specification) -> None:
        one = self._fields[name]
        there = self.env[one.relation]
        wanted = {key for row in rows for key in (row[name] if one.many else [row[name]]) if key}
        opened = {row["id"]: row for row in there.browse(sorted(wanted)).sudo().web_read(inner)}
        for row in rows:
            if one.many:
                row[name] = [opened[key] for key in row[name] if key in opened]
            else:
                row[name] = opened.get(row[name], False)

    @on_model
    def web_search_read(
        self,
        domain: Sequence[Any],
        specification: Specification,
        offset: int = 0,
        limit: int | None = None,
        order: str | None = None,
        count_limit: int | None = None,
    ) -> dict[str, Any]:
        found = self.search(domain, offset, limit, order)
        return {"length": self.search_count(domain, count_limit), "records": found.web_read(specification)}

    def web_save(self, vals: dict[str, Any], specification: Specification) -> list[dict[str, Any]]:
        saved = self
        if self.ids:
            access.check_model(self, "write")
            access.check_records(self, "write")
            self.sudo().write(vals)
        else:
            access.check_model(self, "create")
            saved = self.browse(self.sudo().create(vals).ids)
        return saved.web_read(specification)

    def onchange(self, values: dict[str, Any], names: Sequence[str], spec: Specification) -> dict[str, Any]:
        """No business area computes form changes here; what a client sends is what it keeps."""
        self._known(spec)
        return {"value": {}}
