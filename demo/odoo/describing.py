"""fields_get, default_get and the questions about rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demo.odoo import access
from demo.odoo.errors import AccessError
from demo.odoo.fields import Field
from demo.odoo.reading import wire
from demo.odoo.registry import on_model
from demo.odoo.writing import Writing


def description(model: str, one: Field) -> dict[str, Any]:
    """What ``fields_get`` says of a field."""
    facts: dict[str, Any] = {
        "name": one.name,
        "type": one.type,
        "string": one.string,
        "required": one.required,
        "readonly": one.readonly,
        "store": one.store,
        "searchable": one.searchable,
        "sortable": one.sortable and one.store,
        "company_dependent": one.company_dependent,
        "depends": [],
        "groupable": one.store and one.type not in ("binary", "one2many"),
        "exportable": True,
    }
    if one.groups:
        facts["groups"] = one.groups
    if one.relation:
        facts["relation"] = one.relation
        facts["domain"], facts["context"] = [], {}
    if one.type == "one2many" and one.inverse:
        facts["relation_field"] = one.inverse
    if one.type == "selection":
        facts["selection"] = [[key, key.replace("_", " ").capitalize()] for key in one.selection]
    if one.type == "monetary":
        facts["currency_field"] = "currency_id"
    return facts


class Describing(Writing):
    """What a client asks before it asks for data."""

    @on_model
    def fields_get(
        self, allfields: Sequence[str] | None = None, attributes: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        if not (access.may(self, "read") or access.may(self, "write")):
            access.check_model(self, "read")
        found = {}
        for name, one in sorted(self._fields.items()):
            if (allfields and name not in allfields) or not access.may_see_field(self, one):
                continue
            facts = description(self._name, one)
            found[name] = {key: value for key, value in facts.items() if not attributes or key in attributes}
        return found

    @on_model
    def default_get(self, fields: Sequence[str]) -> dict[str, Any]:
        access.check_model(self, "create")
        there = self.sudo()
        values = there._default_values({})
        values.update(there._complete(dict(values)))
        found = {}
        for name in fields:
            one = self._fields.get(name)
            if one is not None and values.get(name) is not None:
                value = values[name]
                found[name] = value if one.many else wire(one, self._stored_form(one, value))
        return found

    def _stored_form(self, one: Field, value: Any) -> Any:
        from demo.odoo.fields import normalise

        return normalise(self._name, one, value)

    @on_model
    def check_access_rights(self, operation: str, raise_exception: bool = True) -> bool:
        if raise_exception:
            access.check_model(self, operation)
        return access.may(self, operation)

    def has_access(self, operation: str) -> bool:
        try:
            self.check_access(operation)
        except AccessError:
            return False
        return True

    def check_access(self, operation: str) -> None:
        access.check_model(self, operation)
        access.check_records(self, operation)
