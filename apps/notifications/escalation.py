"""Who is told next when nobody acts: by occasion, domain and place, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch

from apps.accounts.models import User
from apps.accounts.scope import scope_of
from apps.notifications.models import EscalationContact, EscalationPath, Occasion
from controltower.lib.scope import Scope


@dataclass(frozen=True)
class Contact:
    """One person to be told once something has waited for ``after``; what waited already, from ``named_at`` on."""

    user: User
    after: timedelta
    named_at: datetime | None = field(default=None, compare=False)

    def turn(self, since: datetime) -> datetime:
        """When it is their turn for what has waited since a moment."""
        return max(since, self.named_at or since) + self.after


@dataclass(frozen=True)
class Escalations:
    """Every path of one occasion, read once: three queries, however many places are asked for."""

    paths: tuple[EscalationPath, ...]

    @cached_property
    def _scopes(self) -> Mapping[int, Scope]:
        """What each contact may see at this moment; nothing for people who may no longer sign in."""
        people = {one.user_id: one.user for path in self.paths for one in path.contacts.all()}
        return {key: scope_of(user) for key, user in people.items()}

    def at(
        self, domain: str, company: int | None, plant: int | None, helps: Callable[[User], bool] = lambda user: True
    ) -> list[Contact]:
        """The contacts of a place, the soonest first.

        The most specific path counts, and it alone: a plant's before a company's before the group's, and in one place
        the domain's own before that of every domain. A person who no longer sees the place is passed over; a path of
        which nobody is left, or nobody who ``helps``, counts as none while a wider one has somebody. Empty where no
        path says anything.
        """
        found = [one for one in self._seeing(domain, company, plant) if one]
        return next((one for one in found if any(helps(contact.user) for contact in one)), found[0] if found else [])

    def _seeing(self, domain: str, company: int | None, plant: int | None) -> Iterator[list[Contact]]:
        """The contacts of each path of a place who see it, the most specific path first."""
        fitting = [path for path in self.paths if _covers(path, domain, company, plant)]
        for path in sorted(fitting, key=lambda one: one.rank, reverse=True):
            found = [one for one in path.contacts.all() if self._scopes[one.user_id].covers(company, plant)]
            yield [Contact(one.user, one.after, one.named_at) for one in found]


def read_escalations(occasion: Occasion = Occasion.CASE) -> Escalations:
    """All paths of one occasion."""
    contacts = EscalationContact.objects.select_related("user").order_by("after", "pk")
    shown = contacts.prefetch_related("user__grants")
    return Escalations(
        tuple(EscalationPath.objects.filter(occasion=occasion).prefetch_related(Prefetch("contacts", shown)))
    )


def contacts_for(
    domain: str, company: int | None, plant: int | None, occasion: Occasion = Occasion.CASE
) -> list[Contact]:
    """Who is told about something of this domain and place, the soonest first. For many places read them once."""
    return read_escalations(occasion).at(domain, company, plant)


def _covers(path: EscalationPath, domain: str, company: int | None, plant: int | None) -> bool:
    pairs = ((path.domain or None, domain), (path.company_id, company), (path.plant_id, plant))
    return all(own in (None, asked) for own, asked in pairs)
