"""The parts of the settings, and who may open which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from controltower.lib.scope import Scope


@dataclass(frozen=True)
class Section:
    """One part of the settings. ``pages`` are the names of its other pages; ``text`` says what it decides."""

    key: str
    title: Any
    text: Any
    icon: str
    name: str
    needs: Permission
    pages: tuple[str, ...] = ()

    def holds(self, page: str) -> bool:
        """Whether a page belongs to this part."""
        return page == self.name or page in self.pages


SECTIONS = (
    Section(
        "people",
        gettext_lazy("People"),
        gettext_lazy("Who signs in, and what each person sees and does: a role in a plant, a company or the group."),
        "people",
        "accounts:people",
        Permission.MANAGE_PEOPLE,
        ("accounts:person", "accounts:new_person", "accounts:give", "accounts:take", "accounts:person_details",
         "accounts:deactivate_person", "accounts:reactivate_person", "accounts:password_person"),
    ),
    Section(
        "limits",
        gettext_lazy("Thresholds"),
        gettext_lazy("From when on something is a case, for the group, a company, a plant or a product."),
        "filter",
        "console:settings_limits",
        Permission.SET_LIMITS,
    ),
    Section(
        "score",
        gettext_lazy("Score"),
        gettext_lazy("How much money, delay, customers and control weigh when cases are put in order."),
        "critical",
        "console:settings_score",
        Permission.SET_LIMITS,
    ),
    Section(
        "approvals",
        gettext_lazy("Approval limits"),
        gettext_lazy("How far a person may go alone before a change in Odoo needs a second one."),
        "approvals",
        "console:settings_approvals",
        Permission.SET_LIMITS,
    ),
    Section(
        "escalation",
        gettext_lazy("Escalation"),
        gettext_lazy("Who is told, and after how long, when nobody acknowledges a case or decides a request."),
        "bell",
        "console:settings_escalation",
        Permission.SET_LIMITS,
        ("console:settings_path", "console:settings_new_path"),
    ),
    Section(
        "machines",
        gettext_lazy("Machines"),
        gettext_lazy("Which equipment stands at which work centre, so that a repair is asked for the right machine."),
        "kpis",
        "console:settings_machines",
        Permission.TIE_MACHINES,
        ("console:settings_machine",),
    ),
    Section(
        "connections",
        gettext_lazy("Connections"),
        gettext_lazy("Which Odoo databases are read, with whose key, and whether anything may be written to them."),
        "sync",
        "console:settings_connections",
        Permission.MANAGE_SYNC,
        ("console:settings_connect", "console:settings_new_connection", "console:settings_connection",
         "console:settings_connection_edit", "console:settings_connection_remove", "console:settings_stop_writes"),
    ),
)  # fmt: skip
ANY = tuple(dict.fromkeys(one.needs for one in SECTIONS))


def sections_of(user: User | AnonymousUser) -> list[Section]:
    """The parts that a person has to do with. A connection belongs to the whole group, and so does its part."""
    return [one for one in SECTIONS if _reaches(scope_of(user, one.needs), one)]


def _reaches(scope: Scope, section: Section) -> bool:
    return scope.is_group if section.needs == Permission.MANAGE_SYNC else not scope.is_empty


def section_of(page: str) -> str:
    """The key of the part that a page belongs to; empty for none. A rule's page tells its own."""
    return next((one.key for one in SECTIONS if one.holds(page)), "")


def settable(user: User) -> Scope:
    """Where a person sets limits and escalation. Raises PermissionDenied when that is nowhere."""
    scope = scope_of(user, Permission.SET_LIMITS)
    if scope.is_empty:
        raise PermissionDenied(_("Limits and escalation are set by administrators."))
    return scope
