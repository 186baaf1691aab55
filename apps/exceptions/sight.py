"""What the person behind a request may see, read once per request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.exceptions.filters import Filters, Vocabulary, parse
from apps.exceptions.places import Directory
from controltower.lib.scope import Scope


@dataclass
class Sight:
    """A person, what they may see, and the names they may use."""

    user: User

    @classmethod
    def of(cls, request: HttpRequest) -> Sight:
        """Of the person signed in; the frame of the page finds the same places on the request."""
        user = cast(User, request.user)
        prefetch_related_objects([user], "grants")
        sight = cls(user)
        request.places = sight.places  # type: ignore[attr-defined]
        return sight

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.user, Permission.SEE_CASES)

    @cached_property
    def places(self) -> Directory:
        return Directory.of(self.scope)

    def filters(self, text: str) -> Filters:
        """What a text asks for, in the names that this person may use."""
        return parse(text, Vocabulary(self.places, self.user.pk, person_called))


def person_called(name: str) -> int | None:
    """The key of who signs in under a name, in any case of letters."""
    return User.objects.filter(is_active=True, username__iexact=name).values_list("pk", flat=True).first()
