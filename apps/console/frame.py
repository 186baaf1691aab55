"""What every page shows around its content: navigation, scope, freshness, the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import live_grants, scope_of
from apps.actions.authority import deciding_roles
from apps.actions.models import Request, RequestState
from apps.console.first_steps import Step, first_steps
from apps.console.freshness import Freshness, freshness
from apps.console.settings.sections import ANY, section_of, sections_of
from apps.exceptions.places import Directory
from apps.notifications import inbox
from controltower.lib.scope import Scope

MOST_COUNTED = 99


class Place(NamedTuple):
    """One entry of the scope chooser."""

    name: str
    url: str
    plants: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Item:
    """One way out of the frame; ``count`` is what waits there for this person."""

    label: Any
    icon: str
    url: str
    current: bool = False
    count: int = 0
    key: str = ""


class Way(NamedTuple):
    """A page of the rail, and the permission without which it is not offered; of several, any one will do."""

    label: Any
    icon: str
    name: str
    needs: Permission | tuple[Permission, ...]


WAYS = (
    Way(gettext_lazy("Board"), "board", "exceptions:board", Permission.SEE_CASES),
    Way(gettext_lazy("Approvals"), "approvals", "actions:inbox", Permission.SEE_CASES),
    Way(gettext_lazy("Intercompany"), "intercompany", "intercompany:matrix", Permission.SEE_CASES),
    Way(gettext_lazy("KPIs"), "kpis", "kpis:scorecard", Permission.SEE_CASES),
    Way(gettext_lazy("Audit"), "audit", "console:audit", Permission.SEE_AUDIT),
    Way(gettext_lazy("Sync"), "sync", "console:sync", Permission.SEE_SYNC),
    Way(gettext_lazy("Settings"), "settings", "console:settings", ANY),
)


class Frame:
    """The frame of one page for one person; each part is read when the template asks for it."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user

    board = property(lambda self: address("exceptions:board"))
    sync = property(lambda self: address("console:sync") if self._holds(Permission.SEE_SYNC) else "")
    preferences = property(lambda self: address("accounts:preferences"))
    theme = property(lambda self: address("accounts:theme") or self.preferences)
    sign_in = property(lambda self: address("accounts:sign_in"))
    sign_out = property(lambda self: address("accounts:sign_out"))
    notifications = property(lambda self: address("notifications:list"))
    told = property(lambda self: address("notifications:preferences"))
    freshness_url = property(lambda self: address("console:freshness"))
    group = property(lambda self: settings.GROUP_NAME)

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.user, Permission.SEE_CASES)

    @property
    def sees_cases(self) -> bool:
        """Whether searching for cases makes sense."""
        return not self.scope.is_empty

    @cached_property
    def items(self) -> Sequence[Item]:
        """The rail: only what exists and what the person may open."""
        current = self._page
        offered = ((way, address(way.name)) for way in WAYS if self._holds(way.needs))
        return [
            Item(way.label, way.icon, url, is_within(current, way.name), self._waiting(way.name))
            for way, url in offered
            if url
        ]

    @cached_property
    def freshness(self) -> Freshness:
        seen = scope_of(self.user, Permission.SEE_SYNC)
        return freshness(Scope(self.scope.slices | seen.slices))

    @cached_property
    def first_steps(self) -> Sequence[Step]:
        """What to do first, for an administrator who sees no cases."""
        return () if self.sees_cases else first_steps(self.user)

    most_unread = inbox.MOST_COUNTED

    @cached_property
    def unread(self) -> int:
        """Unread messages, counted up to a bound."""
        return inbox.unread(self.user)

    @property
    def unread_shown(self) -> str:
        return str(self.unread) if self.unread <= self.most_unread else f"{self.most_unread}+"

    @cached_property
    def companies(self) -> Sequence[Place]:
        """The companies and plants the person may see, as ways to the board narrowed to them."""
        places = getattr(self.request, "places", None) or Directory.of(self.scope)
        return [
            Place(
                name,
                self._narrowed("company", name),
                tuple(Place(one.name, self._narrowed("plant", one.name)) for one in places.within(key)),
            )
            for key, name in places.companies.items()
        ]

    @cached_property
    def scope_label(self) -> str:
        if len(self.companies) == 1:
            return self.companies[0].name
        counted = ngettext("%d company", "%d companies", len(self.companies)) % len(self.companies)
        return f"{settings.GROUP_NAME} · {counted}"

    @cached_property
    def initials(self) -> str:
        words = self.user.shown_name.replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"

    @cached_property
    def roles(self) -> str:
        """The person's roles in words, each once."""
        return ", ".join(sorted({str(Role(grant.role).label) for grant in live_grants(self.user)})) or _("no role yet")

    @cached_property
    def settings(self) -> Sequence[Item]:
        """The parts of the settings that the person may open."""
        here = section_of(self._page)
        return [
            Item(one.title, one.icon, address(one.name), one.key == here, key=one.key) for one in sections_of(self.user)
        ]

    @property
    def is_settings_home(self) -> bool:
        return self._page == "console:settings"

    @property
    def _page(self) -> str:
        match = self.request.resolver_match
        return match.view_name if match else ""

    def _holds(self, permission: Permission | tuple[Permission, ...]) -> bool:
        wanted = permission if isinstance(permission, tuple) else (permission,)
        return any(not scope_of(self.user, one).is_empty for one in wanted)

    def _waiting(self, name: str) -> int:
        if name != "actions:inbox":
            return 0
        scope = scope_of(self.user, Permission.APPROVE_ACTIONS)
        if scope.is_empty:
            return 0
        own = {grant.role for grant in live_grants(self.user)}
        roles = {role for role in Role.values if own & deciding_roles(role)}
        waiting = Request.objects.filter(scope.condition("company_id", "plant_id"), state=RequestState.WAITING)
        return waiting.filter(approver_role__in=roles).exclude(requested_by=self.user)[: MOST_COUNTED + 1].count()

    def _narrowed(self, key: str, name: str) -> str:
        return f"{self.board}?q={quote(f'{key}:{quoted(name)}')}"


def quoted(name: str) -> str:
    """A name as the filter language writes it: in quotation marks where it has a space or a comma."""
    return f'"{name}"' if set(name) & set(" ,:") else name


def address(name: str) -> str:
    """The address of a page; empty where this tower has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def is_within(current: str, name: str) -> bool:
    """Whether the page shown belongs to this way: same application, and in the console the same page."""
    if name == "console:settings":
        return current.startswith(name) or bool(section_of(current))
    application = name.partition(":")[0]
    return current == name or (application != "console" and current.partition(":")[0] == application)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, freshness and counts of the page frame; nothing for strangers."""
    user = getattr(request, "user", None)
    return {"frame": Frame(request, cast(User, user))} if getattr(user, "pk", None) else {}
