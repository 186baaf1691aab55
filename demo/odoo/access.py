"""Who may do what: model rights by group, company rules by model, fields kept to groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.odoo.domain import compile_domain, everything
from demo.odoo.errors import AccessError, MissingError
from demo.odoo.fields import Field
from demo.odoo.rights import GROUP_NAMES, IMPLIED, RIGHTS, RULES
from demo.odoo.store import Row

VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}
LETTERS = {"read": "r", "write": "w", "create": "c", "unlink": "d"}
ADMINISTRATOR = "base.group_system"


def implied(names: set[str]) -> set[str]:
    """The groups and all they imply."""
    found, edge = set(names), set(names)
    while edge:
        edge = {other for name in edge for other in IMPLIED.get(name, ())} - found
        found |= edge
    return found


def groups_of(env: Any) -> set[str]:
    """External ids of the caller's groups."""
    row = env.transaction.get("res.users", env.uid) or {}
    known = env.world.group_names
    return {known[key] for key in row.get("groups_id") or () if key in known}


def may(records: Any, mode: str) -> bool:
    if records.env.su:
        return True
    groups = groups_of(records.env)
    if ADMINISTRATOR in groups:
        return True
    rights = RIGHTS.get(records._name, {"base.group_user": "r"})
    return any(LETTERS[mode] in letters for group, letters in rights.items() if group in groups)


def check_model(records: Any, mode: str) -> None:
    """Raises AccessError, worded as Odoo words it, where no group of the caller has the right."""
    if records.env.su:
        return
    _companies = records.env.company_ids
    if may(records, mode):
        return
    rights = RIGHTS.get(records._name, {})
    allowed = sorted(GROUP_NAMES.get(group, group) for group, letters in rights.items() if LETTERS[mode] in letters)
    listed = "".join(f"\n\t- {name}" for name in allowed)
    resolution = (
        f"This operation is allowed for the following groups:{listed}"
        if allowed
        else "No group currently allows this operation."
    )
    raise AccessError(
        f"You are not allowed to {VERBS[mode]} '{records._title or records._name}' ({records._name}) records.\n\n"
        f"{resolution}\n\nContact your administrator to request access if necessary."
    )


def rule_domain(records: Any) -> list[Any]:
    """The company rule of a model as a domain for the caller's allowed companies."""
    kind = RULES.get(records._name)
    if kind is None:
        return []
    companies = list(records.env.company_ids)
    if callable(kind):
        found: list[Any] = kind(records, companies)
        return found
    field, shared, _ = kind.partition("?")
    return [(field, "in", [*companies, False] if shared else companies)]


def rule_test(records: Any, _mode: str) -> Callable[[int, Row], bool]:
    """A test of rows for the caller; ``everything`` where no rule applies."""
    if records.env.su:
        return everything
    domain = rule_domain(records)
    return compile_domain(records.sudo(), domain)[0] if domain else everything


def check_records(records: Any, mode: str) -> None:
    """Raises MissingError for what is gone (unless reading) and AccessError for what a rule hides."""
    if records.env.su:
        return
    read, model = records.env.transaction.get, records._name
    if mode != "read":
        gone = [key for key in records.ids if read(model, key) is None]
        if gone:
            shown = records.browse(gone)
            raise MissingError(
                f"Record does not exist or has been deleted.\n(Record: {shown!r}, User: {records.env.uid})"
            )
    test = rule_test(records, mode)
    if all(test(key, read(model, key) or {}) for key in records.ids):
        return
    user = records.env.user
    raise AccessError(
        f"The record rules of your companies keep these records from you.\n\n{user._shown_name()} (id={user.id}) "
        f"doesn't have '{mode}' access to:\n- {records._title or model} ({model})\n\n"
        "This seems to be a multi-company issue, you might be able to access the record by switching company."
    )


def may_see_field(records: Any, one: Field) -> bool:
    if not one.groups or records.env.su:
        return True
    mine = groups_of(records.env)
    wanted = [name.strip() for name in one.groups.split(",")]
    return any((name[1:] not in mine) if name.startswith("!") else (name in mine) for name in wanted)


def check_field(records: Any, one: Field) -> None:
    if not may_see_field(records, one):
        raise AccessError(
            f'You do not have enough rights to access the field "{one.name}" on {records._title or records._name} '
            f"({records._name}). Please contact your system administrator.\n\nOperation: read\n"
            f"User: {records.env.uid}\nGroups: {one.groups}"
        )
