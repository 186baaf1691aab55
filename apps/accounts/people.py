"""Making, ending and reviving sign-ins."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.errors import GrantRefusedError
from apps.accounts.grants import as_of_now, hold_administrators, keep_an_administrator
from apps.accounts.models import NAME_TAKEN, Grant, User
from apps.accounts.roles import Permission
from apps.audit.record import record


@transaction.atomic
def create(login: str, password: str, *, name: str = "", email: str = "", by: User | None) -> User:
    """Make a sign-in without any grant. Raises ValidationError for a taken name or a weak password."""
    _allow(by)
    first, _space, last = name.strip().partition(" ")
    user = User(username=login, first_name=first, last_name=last, email=email)
    user.set_password(password)
    user.full_clean()
    validate_password(password, user)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise ValidationError(NAME_TAKEN) from None
    record(by, "person.created", user, login=login)
    return user


@transaction.atomic
def correct(user: User, *, name: str, email: str, by: User | None) -> None:
    """Another name or e-mail address; nothing is written where neither differs."""
    _allow(by)
    before = {"name": user.get_full_name(), "email": user.email}
    first, _space, last = name.strip().partition(" ")
    user.first_name, user.last_name, user.email = first, last, User.objects.normalize_email(email)
    after = {"name": user.get_full_name(), "email": user.email}
    told = [f"{what}: {before[what] or '–'} → {after[what] or '–'}" for what in before if before[what] != after[what]]
    if told:
        user.save(update_fields=["first_name", "last_name", "email"])
        record(by, "person.corrected", user, login=user.username, changes=told)


@transaction.atomic
def deactivate(user: User, *, by: User | None) -> None:
    """End a person's sign-in; open sessions and sockets end with it, the trail keeps the name.

    Raises GrantRefusedError for oneself and for the last administrator of the group.
    """
    hold_administrators()
    _allow(by)
    if by is not None and by.pk == user.pk:
        raise GrantRefusedError(_("Nobody deactivates themselves. Ask another administrator."))
    for grant in Grant.objects.filter(user=user):
        keep_an_administrator(grant)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(by, "person.deactivated", user, login=user.username)


@transaction.atomic
def reactivate(user: User, *, by: User | None) -> None:
    """Let a deactivated person sign in again, with the grants they still hold."""
    _allow(by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(by, "person.reactivated", user, login=user.username)


@transaction.atomic
def give_new_password(user: User, password: str, *, by: User | None) -> None:
    """Replace a lost password; every open session of the person ends."""
    _allow(by)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(by, "person.password_replaced", user, login=user.username)


def _allow(by: User | None) -> None:
    if by is not None:
        require(as_of_now(by), Permission.MANAGE_PEOPLE, within=None)
