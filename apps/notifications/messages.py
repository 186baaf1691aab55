"""Telling people: one verb, whatever way it reaches them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Model

from apps.accounts.access import people_with
from apps.accounts.models import User
from apps.notifications.channels import deliver
from apps.notifications.models import Notification
from controltower.lib.places import place_of

LONGEST = 512


def tell(user: User, kind: str, *, about: Model, text: str, url: str = "") -> Notification:
    """Tell one person something about one thing, in the transaction that gives the reason."""
    return _tell([user], kind, about=about, text=text, url=url)[0]


def tell_role(
    role: str, kind: str, *, about: Model, text: str, url: str = "", besides: Iterable[User] = ()
) -> list[Notification]:
    """Tell everyone who holds a role where the thing belongs, except the people named in ``besides``."""
    left_out = {person.pk for person in besides}
    people = [person for person in people_with(role, *place_of(about)) if person.pk not in left_out]
    return _tell(people, kind, about=about, text=text, url=url)


def _tell(people: list[User], kind: str, *, about: Model, text: str, url: str) -> list[Notification]:
    told = Notification.objects.bulk_create(
        Notification(
            user=person,
            kind=kind,
            about_type=about._meta.label_lower,
            about_key=str(about.pk),
            text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
            url=url,
        )
        for person in people
    )
    for one in told:
        transaction.on_commit(partial(deliver, one), robust=True)
    return told
