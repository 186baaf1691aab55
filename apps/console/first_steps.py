"""What an administrator who sees no cases does first, in a tower that is new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.models import Grant, User
from apps.accounts.roles import Permission, Role, roles_with
from apps.accounts.scope import scope_of
from odoo_sync.models import Connection


class Step(NamedTuple):
    """One thing to do, where, and whether it is done."""

    label: Any
    url: str
    is_done: bool


CONNECT = gettext_lazy("Connect an Odoo: its address and the API key of a bot user")
PEOPLE = gettext_lazy("Make a sign-in for everybody who works on cases, and give each of them roles in their places")
SECOND = gettext_lazy("Make a second administrator, who can give you a role that shows cases")


def first_steps(user: User) -> Sequence[Step]:
    """In their order; none for whoever does not administer the whole group."""
    if not (scope_of(user, Permission.MANAGE_PEOPLE).is_group and scope_of(user, Permission.MANAGE_SYNC).is_group):
        return ()
    lasting = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    others = Grant.objects.exclude(user=user).filter(lasting, user__is_active=True)
    return (
        Step(
            CONNECT,
            reverse("console:settings_new_connection"),
            Connection.objects.filter(retired_at=None).exists(),
        ),
        Step(
            PEOPLE,
            reverse("accounts:new_person"),
            others.filter(role__in=roles_with(Permission.WORK_CASES)).exists(),
        ),
        Step(SECOND, reverse("accounts:people"), others.filter(role=Role.ADMINISTRATOR).exists()),
    )
