"""The one way into the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model

from apps.audit.details import clean, plain
from apps.audit.group import current_group
from apps.audit.hint import hint_on_commit
from apps.audit.models import Entry
from controltower.lib.places import place_of

TOWER = "Control tower"
BATCH = 1000


class Note(NamedTuple):
    """What is to be recorded of one thing."""

    verb: str
    thing: Model
    details: Mapping[str, Any]


def record(by: AbstractBaseUser | None, verb: str, thing: Model, **details: Any) -> Entry:
    """Write down that somebody did something, in the transaction of the change itself.

    A plain insert; the sealer chains it after the commit. ``by`` is null when the tower acts alone. The place is the
    thing's own company and plant. Raises SecretRefusedError and UnstorableDetailError.
    """
    entry = _entry(by, verb, thing, details)
    entry.save(force_insert=True)
    hint_on_commit()
    return entry


def record_all(by: AbstractBaseUser | None, notes: Iterable[Note]) -> int:
    """The same for many things at once, in their order and in one statement; gives back how many."""
    entries = Entry.objects.bulk_create([_entry(by, *note) for note in notes], batch_size=BATCH)
    if entries:
        hint_on_commit()
    return len(entries)


def _entry(by: AbstractBaseUser | None, verb: str, thing: Model, details: Mapping[str, Any]) -> Entry:
    place = place_of(thing)
    return Entry(
        actor=by.pk if by else None,
        actor_name=clean(_name_of(by))[:256],
        verb=verb,
        object_type=thing._meta.label_lower,
        object_key=str(thing.pk),
        company=place.company,
        plant=place.plant,
        group=current_group(),
        details=plain(details),
    )


def _name_of(by: AbstractBaseUser | None) -> str:
    if by is None:
        return TOWER
    return str(getattr(by, "shown_name", "") or by.get_username())
