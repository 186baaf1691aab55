"""What the bot user may not do in Odoo, told by the guided actions that would fail for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import actions
from odoo_sync.write_checks import Refusal, check_writes


@dataclass(frozen=True)
class Barred:
    """One guided action that would be refused, with each right that it lacks in words."""

    title: str
    reasons: Sequence[str]


def barred_actions(address: Any) -> list[Barred]:
    """Ask Odoo, at an address as ``typed_address`` makes it, for every right that a registered action needs.

    Raises OdooError.
    """
    wanted = {(model, right) for one in actions for model, rights in one.writes.items() for right in rights}
    return barred_by(check_writes(address, wanted))


def barred_by(refusals: Sequence[Refusal]) -> list[Barred]:
    """The actions that these refusals bar; one that is about a model, or writes to one, which is not installed here
    never comes up, and is left out. Another that is only read may be missing: the action meets nothing of it.
    """
    refused = {(one.model, one.right): one for one in refusals}
    absent = {one.model for one in refusals if one.is_absent}
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


def _reason(refusal: Refusal) -> str:
    words = {
        "read": _("The bot user may not read %s."),
        "write": _("The bot user may not change %s."),
        "create": _("The bot user may not create %s."),
    }
    told = words[refusal.right] % refusal.model
    given = _(" Odoo gives it to: %s.") % "; ".join(refusal.groups) if refusal.groups else ""
    return told + given
