"""Equipment as the page of machines shows it: what is said of it, what could be said, what has gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from apps.exceptions.machine_guess import SURE, Guess, Sure, Thing, guess
from apps.exceptions.machine_ties import UNSAID, seen
from apps.exceptions.models import EquipmentLink
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope
from odoo_sync.mirror.maintenance import Equipment
from odoo_sync.mirror.production import WorkCentre
from odoo_sync.retired import of_a_retired_odoo

STATES: Mapping[str, Any] = {
    "": _("All"),
    "open": _("To decide"),
    "tied": _("Tied"),
    "none": _("No work centre"),
    "gone": _("Out of service"),
}
IN_SERVICE = Q(gone_at=None) & (Q(active=None) | Q(active=True))
SAID = EquipmentLink.objects.filter(equipment=OuterRef("pk"))


@dataclass(frozen=True)
class Row:
    """One piece of equipment. ``link`` is what a person has said, ``by_odoo`` what Odoo says itself; ``guess`` is
    proposed where neither has spoken."""

    equipment: Equipment
    link: EquipmentLink | None
    by_odoo: WorkCentre | None
    guess: Guess | None
    guessed: WorkCentre | None
    choices: tuple[WorkCentre, ...]

    @property
    def seen(self) -> str:
        return seen(self.link)

    @property
    def centre(self) -> WorkCentre | None:
        """Where it stands, as far as anybody has said."""
        return self.by_odoo or (self.link.work_centre if self.link else None)

    @property
    def is_lost(self) -> bool:
        """Whether the work centre that somebody named has gone from Odoo since."""
        return self.link is not None and self.link.work_centre_id is not None and not self._is_there

    @property
    def _is_there(self) -> bool:
        centre = self.link.work_centre if self.link else None
        return centre is not None and centre.gone_at is None

    @property
    def is_gone(self) -> bool:
        return self.equipment.gone_at is not None or self.equipment.active is False

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody's word."""
        return self.by_odoo is None and self.link is None and not self.is_gone

    @property
    def sure(self) -> Any:
        return SURE[self.guess.sure] if self.guess else ""

    @property
    def tone(self) -> str:
        """A proposal that is no more than possible is not pressed on anybody."""
        return "accent" if self.guess and self.guess.sure != Sure.POSSIBLE else ""

    @property
    def unsaid(self) -> str:
        return UNSAID


@dataclass(frozen=True)
class Floor:
    """The work centres that the person may name, and what has been said of some equipment: as many queries for all."""

    centres: tuple[WorkCentre, ...]
    links: Mapping[int, EquipmentLink]

    @staticmethod
    def listed(scope: Scope, text: str, state: str) -> QuerySet[Equipment]:
        """Equipment of these plants by name, what waits for a word first."""
        rows = Equipment.everything.within(scope).annotate(
            said=Subquery(SAID.values("pk")[:1]),
            said_centre=Subquery(SAID.values("work_centre")[:1]),
            is_cut_off=of_a_retired_odoo("pk"),
        )
        wanted = {
            "": IN_SERVICE,
            "open": IN_SERVICE & Q(work_centre=None, said=None),
            "tied": IN_SERVICE & (Q(work_centre__isnull=False) | Q(said_centre__isnull=False)),
            "none": IN_SERVICE & Q(work_centre=None, said__isnull=False, said_centre=None),
            "gone": ~IN_SERVICE & Q(said__isnull=False),
        }[state]
        for word in text.split():
            fields = ("name", "serial_number", "model", "location")
            alike = Q()
            for field in fields:
                alike |= Q(**{f"{field}__icontains": word})
            wanted &= alike
        ordered = rows.filter(wanted).select_related("company", "category", "work_centre")
        return ordered.order_by(F("said").asc(nulls_first=True), "name", "pk")

    @classmethod
    def of(cls, equipment: Iterable[Equipment], scope: Scope) -> Floor:
        rows = list(equipment)
        links = EquipmentLink.objects.filter(equipment__in=[one.pk for one in rows])
        centres = WorkCentre.objects.within(scope).exclude(active=False).select_related("company")
        return cls(
            tuple(centres.order_by("name", "pk")),
            {one.equipment_id: one for one in links.select_related("work_centre", "set_by")},
        )

    def row(self, equipment: Equipment) -> Row:
        link = self.links.get(equipment.pk)
        choices = self._choices(equipment)
        unsaid = link is None and equipment.work_centre_id is None
        proposed = guess(_machine(equipment), [self._things[one.pk] for one in choices]) if unsaid else None
        known = {one.pk: one for one in choices}
        return Row(
            equipment,
            link,
            equipment.work_centre,
            proposed,
            known[proposed.centre] if proposed else None,
            choices,
        )

    @cached_property
    def _things(self) -> dict[int, Thing]:
        return {one.pk: Thing(one.pk, one.name, one.code or "", one.company_id) for one in self.centres}

    def _choices(self, equipment: Equipment) -> tuple[WorkCentre, ...]:
        """The work centres of its company, in its Odoo."""
        connection, own = equipment.connection_id, equipment.company_id
        return tuple(
            one
            for one in self.centres
            if split_key(one.pk)[0] == connection and (own is None or one.company_id in (None, own))
        )


def _machine(one: Equipment) -> Thing:
    more = tuple(text for text in (one.model, one.location) if text)
    return Thing(one.pk, one.name, one.serial_number or "", one.company_id, more)
