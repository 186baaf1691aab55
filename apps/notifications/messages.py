"""Telling people: one verb, whatever way it reaches them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from apps.accounts.access import people_with
from apps.accounts.models import User
from apps.notifications.channels import deliver, prepare
from apps.notifications.kinds import kind_of
from apps.notifications.models import Notification, Way
from apps.notifications.wishes import wishes_of
from controltower.lib.places import place_of

LONGEST = 512


def tell(user: User, kind: str, *, about: Model, text: str, url: str = "") -> Notification:
    """Tell one person something about one thing, in the transaction that gives the reason."""
    return tell_all([user], kind, about=about, text=text, url=url)[0]


def tell_role(
    role: str, kind: str, *, about: Model, text: str, url: str = "", besides: Iterable[User] = ()
) -> list[Notification]:
    """Tell everyone who holds a role where the thing belongs, except the people named in ``besides``."""
    left_out = {person.pk for person in besides}
    people = [person for person in people_with(role, *place_of(about)) if person.pk not in left_out]
    return tell_all(people, kind, about=about, text=text, url=url)


@transaction.atomic
def tell_all(people: Iterable[User], kind: str, *, about: Model, text: str, url: str = "") -> list[Notification]:
    """Tell several people the same, each by the ways that they wish.

    Who does not want the topic on the page finds it on the list all the same, read: it only does not ring.
    """
    readers = list(people)
    wishes, topic = wishes_of(readers), kind_of(kind).topic
    place, now = place_of(about), timezone.now()
    told = Notification.objects.bulk_create(
        Notification(
            user=person,
            kind=kind,
            about_type=about._meta.label_lower,
            about_key=str(about.pk),
            company_id=place.company,
            plant_id=place.plant,
            placed=has_place(about),
            text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
            url=url,
            read_at=None if wishes[person.pk].wants(topic, Way.PAGE) else now,
        )
        for person in readers
    )
    prepare(told, wishes)
    transaction.on_commit(partial(deliver, told), robust=True)
    return told


def has_place(about: Model) -> bool:
    """Whether a thing belongs somewhere: only then do grants decide who may read of it."""
    return hasattr(about, "company_path") or hasattr(about, "company_id")
