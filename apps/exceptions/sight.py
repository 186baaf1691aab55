"""What the person behind a request may see, read once per request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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
from odoo_sync.retired import retired_among


class Reach(StrEnum):
    """How much."""

    NONE = ""
    SOME = "some"
    ALL = "all"


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

    @cached_property
    def cut_off(self) -> Reach:
        """How much of what the person may see is of an Odoo that is no longer connected, where nothing is found."""
        places = frozenset(one.company for one in self.scope.slices if one.company is not None)
        if self.scope.is_group or not places:
            return Reach.NONE
        gone = retired_among(places)
        return Reach.ALL if gone == places else Reach.SOME if gone else Reach.NONE

    def filters(self, text: str) -> Filters:
        """What a text asks for, in the names that this person may use."""
        return parse(text, Vocabulary(self.places, self.user.pk, person_called))


def person_called(name: str) -> int | None:
    """The key of who signs in under a name, in any case of letters."""
    return User.objects.filter(is_active=True, username__iexact=name).values_list("pk", flat=True).first()
