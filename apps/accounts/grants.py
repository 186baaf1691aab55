"""Giving and taking roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.duties import conflicts
from apps.accounts.errors import GrantRefusedError
from apps.accounts.models import Grant, User
from apps.accounts.remembered import forget
from apps.accounts.roles import Permission, Role
from apps.audit.record import record
from controltower.lib.locks import lock_in_transaction
from controltower.lib.scope import Slice
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse


@transaction.atomic
def give(
    user: User,
    role: str,
    *,
    company: Company | None = None,
    plant: Warehouse | None = None,
    ends_at: datetime | None = None,
    by: User | None,
) -> Grant:
    """Give a person a role in one place; giving it again moves its end.

    Without a company the whole group, without a plant all of the company. ``by`` is null on the command line. Raises
    GrantRefusedError for an unknown role, a plant of another company, an end in the past, oneself, or an end that
    leaves the group without an administrator, PermissionDenied.
    """
    if role not in Role.values:
        raise GrantRefusedError(_("There is no role “%s”.") % role)
    if plant is not None and (company is None or plant.company_id != company.pk):
        raise GrantRefusedError(_("The plant does not belong to this company."))
    if ends_at is not None and ends_at <= timezone.now():
        raise GrantRefusedError(_("The end lies in the past. Take the role away instead."))
    if role == Role.ADMINISTRATOR and company is None:
        hold_administrators()
    _allow(by, company, plant)
    if by is not None and by.pk == user.pk:
        raise GrantRefusedError(_("Nobody gives roles to themselves. Ask another administrator."))
    held = Grant.objects.filter(user=user, role=role, company=company, plant=plant).first()
    if held is not None and _ends_sooner(held, ends_at):
        keep_an_administrator(held)
    grant, _created = Grant.objects.update_or_create(
        user=user, role=role, company=company, plant=plant, defaults={"ends_at": ends_at, "granted_by": by}
    )
    told = {"role": role, "login": user.username, "where": where(grant), "ends_at": ends_at}
    conflicting = [str(one) for one in conflicts(user.grants.all()) if role in (one.first, one.second)]
    record(by, "grant.given", grant, **told, **({"conflicts": conflicting} if conflicting else {}))
    return grant


@transaction.atomic
def take(grant: Grant, *, by: User | None) -> None:
    """Take a role away, at once: open pages of that person stop showing what it covered.

    Raises GrantRefusedError for the last administrator of the group and for a role that is gone already,
    PermissionDenied.
    """
    if _administers_group(grant):
        hold_administrators()
    _allow(by, grant.company, grant.plant)
    held = Grant.objects.select_for_update().filter(pk=grant.pk).first()
    if held is None:
        raise GrantRefusedError(_("Somebody else has taken this role away already."))
    keep_an_administrator(held)
    record(by, "grant.taken", held, role=held.role, login=held.user.username, where=where(held))
    held.delete()


def hold_administrators() -> None:
    """Until this transaction ends nobody else changes who administers the group, so that two who end each other's
    role at once do not leave it without anybody."""
    lock_in_transaction("administrators of the group")


def keep_an_administrator(grant: Grant) -> None:
    """Raises GrantRefusedError where nobody else could give roles in the whole group for as long as by this grant.

    A role that ends sooner does not count: once it has ended nobody would be left. What has ended, or belongs to
    somebody who may not sign in, keeps nobody.
    """
    now = timezone.now()
    if not _administers_group(grant) or not grant.user.is_active or (grant.ends_at and grant.ends_at <= now):
        return
    as_long = Q(ends_at=None) | Q(ends_at__gte=grant.ends_at) if grant.ends_at else Q(ends_at=None)
    others = Grant.objects.filter(as_long, role=Role.ADMINISTRATOR, company=None, user__is_active=True)
    if not others.exclude(user=grant.user_id).exists():
        raise GrantRefusedError(
            _(
                "This is the last administrator of the group: nobody else holds the role for as long. Make another one "
                "without an end first."
            )
        )


def where(grant: Grant) -> str:
    """The place of a grant in words."""
    if grant.company_id is None:
        return _("the whole group")
    company = str(grant.company) if grant.company else f"#{grant.company_id}"
    if grant.plant_id is None:
        return company
    return f"{company}, {grant.plant or f'#{grant.plant_id}'}"


def shown(grant: Grant) -> dict[str, Any]:
    """A grant as people read it."""
    return {"role": Role(grant.role).label, "where": where(grant), "ends_at": grant.ends_at}


def _administers_group(grant: Grant) -> bool:
    return grant.role == Role.ADMINISTRATOR and grant.company_id is None


def _ends_sooner(grant: Grant, ends_at: datetime | None) -> bool:
    """Whether this would be an earlier end than the one it has."""
    return ends_at is not None and (grant.ends_at is None or ends_at < grant.ends_at)


def _allow(by: User | None, company: Company | None, plant: Warehouse | None) -> None:
    if by is not None:
        place = Slice(company.pk if company else None, plant.pk if plant else None)
        require(as_of_now(by), Permission.MANAGE_PEOPLE, within=place)


def as_of_now(by: User) -> User:
    """Who acts, read anew: somebody else may have ended their role or sign-in since the request began."""
    forget(by.pk)
    return User.objects.get(pk=by.pk)
