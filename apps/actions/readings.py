"""Reading the facts of a step from Odoo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from apps.actions.decide import plain
from apps.actions.definition import Step, split_fact


class Reader(Protocol):
    """What reading facts needs of Odoo."""

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, company: int | None
    ) -> Mapping[int, Mapping[str, Any]]: ...

    def search(self, model: str, domain: Sequence[Any], *, company: int | None) -> list[int]: ...


def facts_now(reader: Reader, step: Step) -> dict[str, Any]:
    """Every fact of guard and expect as Odoo has it now; facts of records that are gone are missing.

    One read per model. Raises OdooError.
    """
    keys = {key: split_fact(key, step.model) for key in {*step.guard, *step.expect}}
    wanted: dict[str, dict[int, set[str]]] = {}
    for model, odoo_id, name in keys.values():
        wanted.setdefault(model, {}).setdefault(odoo_id, set()).add(name)
    rows = {model: _rows(reader, step, model, records) for model, records in sorted(wanted.items())}
    return {
        key: plain(rows[model][odoo_id][name])
        for key, (model, odoo_id, name) in sorted(keys.items())
        if odoo_id in rows[model]
    }


def _rows(reader: Reader, step: Step, model: str, records: Mapping[int, set[str]]) -> Mapping[int, Mapping[str, Any]]:
    names = sorted(set().union(*records.values()))
    return reader.read(model, sorted(records), names, company=step.company)


def mark(token: UUID) -> str:
    """The Message-Id that carries a step's token. Odoo: mail.message.message_id, indexed but not unique."""
    return f"<{token}@control-tower>"


def is_marked(reader: Reader, step: Step, token: UUID) -> bool | None:
    """Whether Odoo holds this step's marked message; None for steps that carry no mark. Raises OdooError."""
    if step.safe_again != "marker":
        return None
    return bool(reader.search("mail.message", [("message_id", "=", mark(token))], company=step.company))


def marked_args(step: Step, token: UUID) -> Mapping[str, Any]:
    """The named arguments as they are sent: the plan's own, with the token where the step carries one."""
    return {**step.args, "message_id": mark(token)} if step.safe_again == "marker" else step.args
