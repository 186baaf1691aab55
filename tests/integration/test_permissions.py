"""Routes × roles × companies × plants: nobody sees or does more than their grants say, and nobody less.

What is allowed is worked out here a second time, from places and a table of roles, apart from the product's own code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import PERMISSIONS, Permission, Role
from apps.accounts.scope import scope_of
from apps.actions import requests
from apps.actions.models import Request, RequestState
from apps.exceptions import stream
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.models import Case
from controltower.hub import Frame, Outlet
from controltower.lib.scope import Scope
from odoo_sync.mirror.purchase import PurchaseOrder
from odoo_sync.mirror.stock import Warehouse
from tests import people
from tests.house.routes import ROUTES, Held
from tests.mirrored import Group

pytestmark = pytest.mark.django_db
Place = tuple[int | None, int | None]
SEE = Permission.SEE_CASES


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

    def __init__(self) -> None:
        self.group = Group()
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


@pytest.fixture
def world() -> World:
    return World()


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


VERBS = sorted(name for name, route in ROUTES.items() if route.held is Held.CASE and "post" in route.methods)


def test_a_case_exists_for_those_alone_who_may_see_it(world: World) -> None:
    wrong = []
    for person in world.people:
        for label, case in world.cases.items():
            status = person.client.get(f"/cases/{case.pk}/").status_code
            expected = 200 if person.may(Permission.SEE_CASES, world.things[label]) else 404
            wrong += [f"{person.label}: case of {label} gives {status}"] if status != expected else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", VERBS)
def test_a_case_is_worked_by_those_alone_who_may(world: World, name: str) -> None:
    """All verbs have one way in: the whole walk for one of them, and for the others the kinds of places that differ."""
    whole, wrong = name == "exceptions:acknowledge", []
    cases = {label: case for label, case in world.cases.items() if whole or label in ("plant", "sister")}
    for person in world.people:
        for label, case in cases.items():
            address = ROUTES[name].address(name, key=case.pk)
            with undone():
                status = person.client.post(address).status_code
            place = world.things[label]
            if person.may(Permission.WORK_CASES, place):
                right = status not in (403, 404)
            else:
                right = status == (403 if person.may(Permission.SEE_CASES, place) else 404)
            wrong += [] if right else [f"{person.label}: {name} on {label} gives {status}"]
    assert not wrong, "\n".join(wrong)


def test_the_board_shows_what_a_person_may_see_and_nothing_else(world: World) -> None:
    wrong = []
    for person in world.people:
        page = person.client.get("/").content.decode()
        shown = {label for label in world.cases if f"Case of the {label}<" in page}
        expected = {label for label, place in world.things.items() if person.may(Permission.SEE_CASES, place)}
        wrong += [f"{person.label} sees {sorted(shown ^ expected)}"] if shown != expected else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("query", ["", "?q=is:all", "?q=company:Sister", "?q=Case", "?q=plant:%22Second+plant%22"])
def test_no_filter_of_the_board_shows_more(world: World, query: str) -> None:
    for person in world.people:
        for address in (f"/{query}", f"/counts/{query}"):
            page = person.client.get(address).content.decode()
            for label, place in world.things.items():
                if not person.may(Permission.SEE_CASES, place):
                    assert f"Case of the {label}<" not in page, person.label
            typed = "Sister" in query or any(person.may(one, world.things["sister"]) for one in Permission)
            assert typed or "Sister" not in page, f"{person.label} reads the name of a foreign company on {address}"


def test_a_bulk_verb_touches_only_what_its_person_may_work(world: World) -> None:
    data = {"verb": "acknowledge", "case": [f"{case.pk}:{case.version}" for case in world.cases.values()]}
    wrong = []
    for person in world.people:
        with undone():
            person.client.post("/cases/bulk/", data)
            touched = set(Case.objects.filter(state="acknowledged").values_list("subject_key", flat=True))
        expected = {label for label, place in world.things.items() if person.may(Permission.WORK_CASES, place)}
        wrong += [f"{person.label} touched {sorted(touched ^ expected)}"] if touched != expected else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_action_is_proposed_by_those_alone_who_may(world: World, method: str) -> None:
    place, address = world.places["plant"], f"/actions/purchase.agree_new_date/{world.order.pk}/"
    wrong = []
    for person in world.people:
        with undone():
            status = getattr(person.client, method)(address).status_code
        if person.may(Permission.REQUEST_PURCHASE_ACTIONS, place):
            right = status in (200, 422)
        else:
            right = status == (403 if person.may(Permission.SEE_CASES, place) else 404)
        wrong += [] if right else [f"{person.label}: {status}"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["actions:request", "actions:progress"])
def test_a_request_exists_for_those_alone_who_may_see_it(world: World, name: str) -> None:
    wrong = []
    for person in world.people:
        for label, item in world.requests.items():
            status = person.client.get(ROUTES[name].address(name, key=item.pk)).status_code
            expected = 200 if person.may(Permission.SEE_CASES, world.things[label]) else 404
            wrong += [f"{person.label}: request of {label} gives {status}"] if status != expected else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("name", "state"), [("approve", RequestState.APPROVED), ("reject", RequestState.REJECTED)])
def test_a_request_is_decided_by_plant_managers_of_its_place_alone(world: World, name: str, state: str) -> None:
    wrong = []
    for person in world.people:
        for label, item in world.requests.items():
            data = {"plan_hash": item.plan_hash, "version": item.version, "reason": "because"}
            address = ROUTES[f"actions:{name}"].address(f"actions:{name}", key=item.pk)
            with undone():
                person.client.post(address, data)
                after = Request.objects.get(pk=item.pk).state
            allowed = person.role == Role.PLANT_MANAGER and covers(person.place, world.things[label])
            right = after == (state if allowed else RequestState.WAITING)
            wrong += [] if right else [f"{person.label}: {name} on {label} leaves it {after}"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["withdraw", "again", "undo"])
def test_nobody_meddles_with_the_request_of_another(world: World, name: str) -> None:
    wrong = []
    for person in world.people:
        for label, item in world.requests.items():
            address = ROUTES[f"actions:{name}"].address(f"actions:{name}", key=item.pk)
            with undone():
                status = person.client.post(address, {"version": item.version}).status_code
                after = (Request.objects.get(pk=item.pk).state, Request.objects.count())
            seen = person.may(Permission.SEE_CASES, world.things[label])
            right = after == (RequestState.WAITING, len(world.requests) + 1)
            right &= status == 404 if not seen else status in (403, 409)
            wrong += [] if right else [f"{person.label}: {name} on {label} gives {status}, {after}"]
    assert not wrong, "\n".join(wrong)


def test_the_approvals_list_what_a_person_may_decide(world: World) -> None:
    wrong = []
    for person in world.people:
        page = person.client.get("/approvals/").content.decode()
        shown = {label for label in world.requests if re.search(rf"Effect of {label}\b", page)}
        decides = person.role == Role.PLANT_MANAGER
        expected = {label for label in world.requests if decides and covers(person.place, world.things[label])}
        wrong += [f"{person.label}: {sorted(shown ^ expected)}"] if shown != expected else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("address", "permission"),
    [("/audit/", Permission.SEE_AUDIT), ("/audit/export.json", Permission.SEE_AUDIT), ("/sync/", Permission.SEE_SYNC)],
)
def test_pages_of_the_console_open_for_their_roles(world: World, address: str, permission: Permission) -> None:
    for person in world.people:
        allowed = person.role is not None and permission in PERMISSIONS[person.role]
        assert person.client.get(address).status_code == (200 if allowed else 403), person.label


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_switches_of_a_connection_are_for_group_administrators(world: World, method: str) -> None:
    for person in world.people:
        with undone():
            status = getattr(person.client, method)(f"/sync/{world.group.connection.pk}/pause/").status_code
        allowed = person.may(Permission.MANAGE_SYNC, (None, None))
        assert (status in (200, 302)) if allowed else status == 403, person.label


def test_a_socket_is_offered_exactly_the_cards_that_its_person_could_fetch(world: World) -> None:
    stream.announce_all(world.cases.values())
    stream.publish_pending()
    everything, _ = stream.missed(Scope.everything(), {})
    assert everything is not None
    assert len(everything) == len(world.things)
    wrong = []
    for person in world.people:
        expected = {world.cases[label].pk for label, place in world.things.items() if person.may(SEE, place)}
        scope = scope_of(person.user)
        outlet = Outlet(person.user.pk, scope, "en")
        for card in everything:
            outlet.offer(Frame(card))
        caught_up, _ = stream.missed(scope, {})
        offered = {case for _, case in outlet.waiting}
        fetched = {card["case"] for card in caught_up or []}
        wrong += [] if offered == fetched == expected else [f"{person.label}: {offered} {fetched} {expected}"]
        assert len(stream.numbers(scope)) == len(expected)
    assert not wrong, "\n".join(wrong)


def test_a_case_that_moves_away_says_nothing_of_where_it_is_now(world: World) -> None:
    case, (company, plant) = world.cases["plant"], world.places["sister"]
    stream.announce(case)
    stream.publish_pending()
    Case.objects.filter(pk=case.pk).update(company_id=company, plant_id=plant, money=987654, severity="critical")
    moved = Case.objects.get(pk=case.pk)
    stream.announce(moved)
    stream.announce_departure(moved, company=world.places["plant"][0], plant=world.places["plant"][1])
    stream.publish_pending()
    cards, _ = stream.missed(Scope.of([world.places["plant"]]), {})
    assert cards
    told = [Frame(card).text("en") for card in cards]
    for text in told:
        for secret in (str(company), "987654", "critical", str(world.group.depot.pk)):
            assert secret not in text


def test_every_route_is_held_by_one_of_these_tests() -> None:
    tried = {
        *VERBS, "exceptions:case", "exceptions:board", "exceptions:counts", "exceptions:bulk", "actions:propose",
        "actions:request", "actions:progress", "actions:approve", "actions:reject", "actions:withdraw",
        "actions:again", "actions:undo", "actions:inbox", "console:audit", "console:audit_export", "console:sync",
        "console:switch",
    }  # fmt: skip
    left = {name for name, route in ROUTES.items() if route.held not in (Held.PUBLIC, Held.OWN)}
    assert tried == left
