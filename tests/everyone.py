"""Everyone who could be in a group of two companies: each role in each kind of place, and things in each place.

What they may do is worked out here a second time, from places and a table of roles, apart from the product's own code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import PERMISSIONS, Permission, Role
from apps.actions import requests
from apps.actions.models import Request
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.models import Case
from odoo_sync.mirror.purchase import PurchaseOrder
from odoo_sync.mirror.stock import Warehouse
from tests import people
from tests.mirrored import Group

Place = tuple[int | None, int | None]


@dataclass(frozen=True)
class Person:
    """Somebody with at most one role in one place, signed in."""

    label: str
    user: User
    client: Client
    role: str | None
    place: Place

    def may(self, permission: Permission, thing: Place) -> bool:
        return self.role is not None and permission in PERMISSIONS[self.role] and covers(self.place, thing)


def covers(grant: Place, thing: Place) -> bool:
    """Group over everything, company over its own and its plants, plant over itself."""
    if grant == (None, None):
        return True
    if thing[0] is None or grant[0] != thing[0]:
        return False
    return grant[1] is None or grant[1] == thing[1]


class World:
    """A company with two plants and a sister company; a case and a request in each kind of place; everyone in each."""

    group_of: type[Group] = Group

    def __init__(self) -> None:
        self.group = self.group_of()
        here, sister = self.group.plant.pk, self.group.sister.pk
        self.second = self.group.add(Warehouse, name="Second plant", company=self.group.plant, active=True)
        self.places: dict[str, Place] = {
            "group": (None, None),
            "company": (here, None),
            "plant": (here, self.group.warehouse.pk),
            "other plant": (here, self.second.pk),
            "sister": (sister, None),
        }
        self.things = {**self.places, "sister": (sister, self.group.depot.pk)}
        self.people = list(self._people())
        self.asker = people.buyer()
        self.cases = {label: self._case(label, place) for label, place in self.things.items()}
        self.order = self._order()
        asked = ("plant", "company", "sister")
        self.requests = {label: self._request(label, place) for label, place in self.things.items() if label in asked}

    def _people(self) -> Iterator[Person]:
        for role in Role.values:
            for label, place in self.places.items():
                yield self._person(
                    f"{role} of {label}", people.person(role, company=place[0], plant=place[1]), role, place
                )
        root = User.objects.create(username="root", is_superuser=True, is_staff=True)
        yield self._person("superuser without a grant", root, None, (None, None))
        ended = people.person(Role.CONTROLLER, ends_at=timezone.now() - timedelta(seconds=1))
        yield self._person("controller whose grant has ended", ended, None, (None, None))

    def _person(self, label: str, user: User, role: str | None, place: Place) -> Person:
        client = Client(raise_request_exception=True)
        client.force_login(user)
        return Person(label, user, client, role, place)

    def _case(self, label: str, place: Place) -> Case:
        return Case.objects.create(
            detector="purchase.late_line",
            subject_type="purchase.order.line",
            subject_key=label,
            connection=self.group.connection,
            company_id=place[0],
            plant_id=place[1],
            domain="procure",
            severity="high",
            score=70,
            summary=f"Case of the {label}",
            currency="EUR",
        )

    def _order(self) -> PurchaseOrder:
        line = self.group.purchase(timezone.now() + timedelta(days=5))
        self.group.receipt(line)
        PurchaseOrder.objects.filter(pk=line.order_id).update(amount_untaxed=500, currency=self.group.euro)
        return PurchaseOrder.objects.get(pk=line.order_id)

    def _request(self, label: str, place: Place) -> Request:
        """One that waits for a plant manager; copies of a real one, moved to the place."""
        first = Request.objects.first()
        if first is None:
            answer = {"new_date": (timezone.now() + timedelta(days=25)).date(), "reason": "Furnace down"}
            first = requests.propose(AgreeNewDate(), self.order, answer, by=self.asker)
            assert first.approver_role == Role.PLANT_MANAGER
            Request.objects.filter(pk=first.pk).update(subject_id=0)
        values = {one.attname: getattr(first, one.attname) for one in Request._meta.concrete_fields if one.name != "id"}
        subject = 1 + list(self.things).index(label)
        values |= {"company_id": place[0], "plant_id": place[1], "subject_id": subject, "effect": f"Effect of {label}"}
        return Request.objects.create(**values)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
