"""What the bot user may not do in Odoo, told by the guided actions that would fail for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.actions.definition import Plan, actions
from odoo_sync.connections import address_of
from odoo_sync.models import Connection
from odoo_sync.write_checks import Refusal, check_writes


@dataclass(frozen=True)
class Barred:
    """One guided action that would be refused, with each right that it lacks in words."""

    title: str
    reasons: Sequence[str]


def wanted_rights() -> set[tuple[str, str]]:
    """Every (model, right) that a registered action needs."""
    return {(model, right) for one in actions for model, rights in one.writes.items() for right in rights}


def barred_actions(address: Any) -> list[Barred]:
    """Ask Odoo, at an address as ``typed_address`` makes it, which guided actions it would refuse. Raises OdooError."""
    return barred_by(check_writes(address, wanted_rights()))


def look_at_rights(connection: Connection) -> None:
    """Ask what Odoo would refuse now, and keep it for the pages and previews that tell of it. Raises OdooError."""
    keep_refusals(connection, check_writes(address_of(connection), wanted_rights()))


def barred_by(refusals: Iterable[Refusal]) -> list[Barred]:
    """The actions that these refusals bar; one that is about a model, or writes to one, which is not installed here
    never comes up, and is left out. Another that is only read may be missing: the action meets nothing of it.
    """
    told = list(refusals)
    refused = {(one.model, one.right): one for one in told}
    absent = {one.model for one in told if one.is_absent}
    reasons: dict[str, dict[str, None]] = defaultdict(dict)
    for action in actions:
        writes = (model for model, rights in action.writes.items() if set(rights) - {"read"})
        if absent.intersection([action.subject.source.model, *writes]):
            continue
        for model, rights in action.writes.items():
            for right in rights:
                if (model, right) in refused and model not in absent:
                    reasons[str(action.title)][_reason(refused[model, right])] = None
    return [Barred(title, list(told)) for title, told in sorted(reasons.items())]


def kept_refusals(connection: Connection) -> list[Refusal]:
    """What Odoo would have refused when it was last asked; nothing where it never was."""
    return [
        Refusal(one["model"], one["right"], tuple(one["groups"]), one["is_absent"])
        for one in connection.capabilities.get("refused") or ()
    ]


def keep_refusals(connection: Connection, refusals: Iterable[Refusal]) -> None:
    """Remember at the connection what Odoo would refuse."""
    with transaction.atomic():
        held = Connection.objects.select_for_update().get(pk=connection.pk)
        held.capabilities = {**held.capabilities, "refused": [asdict(one) for one in refusals]}
        held.save(update_fields=["capabilities"])
    connection.capabilities = held.capabilities


def lacking(plan: Plan, connection: Connection, writes: Iterable[str]) -> list[str]:
    """Which rights the bot user lacked, when last asked, on models that the steps of a plan touch; in words.

    ``writes`` are the models that the action names.
    """
    touched = {step.model for step in plan.steps}.intersection(writes)
    told = (_reason(one) for one in kept_refusals(connection) if one.model in touched and not one.is_absent)
    return list(dict.fromkeys(told))


def _reason(refusal: Refusal) -> str:
    words = {
        "read": _("The bot user may not read %s."),
        "write": _("The bot user may not change %s."),
        "create": _("The bot user may not create %s."),
    }
    told = words[refusal.right] % refusal.model
    given = _(" Odoo gives it to: %s.") % "; ".join(refusal.groups) if refusal.groups else ""
    return told + given
