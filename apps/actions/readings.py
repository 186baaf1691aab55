"""Reading the facts of a step from Odoo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from apps.actions.decide import plain
from apps.actions.definition import NEW, Step, new, split_fact

TOKEN = "{token}"  # noqa: S105 no secret: a place in a text
"""Stands in a plan for the token of the step that sends it."""


class Reader(Protocol):
    """What reading facts needs of Odoo."""

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, company: int | None
    ) -> Mapping[int, Mapping[str, Any]]: ...

    def search(self, model: str, domain: Sequence[Any], *, company: int | None) -> list[int]: ...

    def known_as(self, external_id: str, *, company: int | None) -> int | None: ...


def facts_now(reader: Reader, step: Step, made: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Every fact of guard, expect and watch as Odoo has it now; facts of records that are gone are missing.

    ``made`` are the records that the step has made, by model; before it has, their facts are missing too. One read per
    model. Raises OdooError.
    """
    known = made or {}
    named = {key: split_fact(key, step.model) for key in {*step.guard, *step.expect, *step.watch}}
    keys = {
        key: (model, known.get(model) if number == NEW else number, name)
        for key, (model, number, name) in named.items()
    }
    wanted: dict[str, dict[int, set[str]]] = {}
    for model, odoo_id, name in keys.values():
        if odoo_id is not None:
            wanted.setdefault(model, {}).setdefault(odoo_id, set()).add(name)
    rows = {model: _rows(reader, step, model, records) for model, records in sorted(wanted.items())}
    return {
        key: plain(rows[model][odoo_id][name])
        for key, (model, odoo_id, name) in sorted(keys.items())
        if odoo_id is not None and odoo_id in rows[model]
    }


def _rows(reader: Reader, step: Step, model: str, records: Mapping[int, set[str]]) -> Mapping[int, Mapping[str, Any]]:
    names = sorted(set().union(*records.values()))
    return reader.read(model, sorted(records), names, company=step.company)


def mark(token: UUID) -> str:
    """The Message-Id that carries a step's token. Odoo: mail.message.message_id, indexed but not unique."""
    return f"<{token}@control-tower>"


def external_id(token: UUID) -> str:
    """The external id under which Odoo keeps the record that a step makes. Odoo: ir.model.data, unique."""
    return external_id_of(token.hex)


def external_id_of(name: str) -> str:
    return f"control_tower.{name}"


def made_by(reader: Reader, step: Step, token: UUID) -> int | None:
    """The record that a step has made; None where it has not, or makes none. Raises OdooError."""
    return reader.known_as(external_id(token), company=step.company) if step.safe_again == "external_id" else None


def lines_of(reader: Reader, step: Step, token: UUID) -> dict[str, int]:
    """The first line of the record that a step has made, by its model, where facts of it are read. Raises OdooError."""
    facts = (split_fact(key, step.model) for key in (*step.guard, *step.expect, *step.watch))
    models = {model for model, number, _name in facts if number == NEW and model != step.model}
    found = reader.known_as(f"{external_id(token)}_1", company=step.company) if models else None
    return dict.fromkeys(models, found) if found is not None else {}


def unproved(reader: Reader, step: Step, made: Mapping[str, int]) -> str:
    """What the searches that have to prove a step say against it; empty where they say nothing. Raises OdooError."""
    cells = {new(model): number for model, number in made.items()}
    for one in step.proofs:
        domain = [
            [cells.get(part, part) if isinstance(part, str) else part for part in leaf] if is_leaf(leaf) else leaf
            for leaf in one.domain
        ]
        if bool(reader.search(one.model, domain, company=one.company)) is not one.there:
            return one.otherwise
    return ""


def is_leaf(part: Any) -> bool:
    """Whether a part of a domain compares a field, rather than joining those that do."""
    return not isinstance(part, str)


def is_marked(reader: Reader, step: Step, token: UUID, made: int | None = None) -> bool | None:
    """Whether Odoo holds what this step leaves there; None for steps that carry no mark. Raises OdooError."""
    if step.safe_again == "external_id":
        return made is not None
    if step.safe_again != "marker":
        return None
    return bool(reader.search("mail.message", [("message_id", "=", mark(token))], company=step.company))


def refused(answer: Any) -> str:
    """What Odoo says where ``load`` has taken nothing, in its own words; empty for any other answer."""
    told = answer.get("messages") if isinstance(answer, dict) and answer.get("ids") is False else None
    return " ".join(str(one.get("message", "")) for one in told or [] if isinstance(one, Mapping))


RACE_WORDS = (
    "could not serialize access",
    "deadlock",
    "lock timeout",
    "statement timeout",
    "could not obtain lock",
    "current transaction is aborted",
)
"""How PostgreSQL speaks of what passes by itself (SQLSTATE 40001, 40P01, 55P03, 57014, and 25P02 after any of them)."""


def lost_a_race(refusal: str) -> bool:
    """Whether ``load`` was refused by the database and not by a rule, so that the same rows may do a moment later.

    Odoo 18 puts such an error among its messages as it would a wrong value, without its SQLSTATE, and rolls the rows
    back (odoo/models.py, BaseModel.load); a PostgreSQL that speaks another language than English is not understood,
    but for a deadlock.
    """
    said = refusal.casefold()
    return any(words in said for words in RACE_WORDS)


def line_id(number: int) -> str:
    """The external id of a line of the record that a step makes, as a plan writes it: its token is known later."""
    return f"{external_id_of(TOKEN)}_{number}"


def _named(row: Sequence[Any], token: UUID) -> list[Any]:
    """A row of a plan with the step's token where the plan has left room for it."""
    return [cell.replace(TOKEN, token.hex) if isinstance(cell, str) else cell for cell in row]


def marked_args(step: Step, token: UUID) -> Mapping[str, Any]:
    """The named arguments as they are sent: the plan's own, with the token where the step carries one."""
    if step.safe_again == "external_id":
        first, *others = (_named(row, token) for row in step.args["data"])
        rows = [[external_id(token), *first], *(["", *row] for row in others)]
        return {"fields": ["id", *step.args["fields"]], "data": rows}
    return {**step.args, "message_id": mark(token)} if step.safe_again == "marker" else step.args
