"""Routes × roles × companies × plants: nobody sees or does more than their grants say, and nobody less."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from apps.accounts.roles import Permission, Role
from apps.actions.models import Request, RequestState
from apps.exceptions.definition import detectors
from apps.exceptions.models import Case, Check
from tests.everyone import World, covers, undone
from tests.house.routes import ROUTES, Held
from tests.integration.kept import copied
from tests.integration.test_permissions_elsewhere import PEOPLE_PAGES, SIGN_IN_PAGES
from tests.integration.test_permissions_settings import SETTINGS_PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return copied(World, World)


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


def test_what_cannot_be_judged_is_told_and_counted_where_a_person_sees_the_mirror(world: World) -> None:
    detector, connection = next(iter(detectors)), next(iter(world.cases.values())).connection
    for number, (label, (company, plant)) in enumerate(world.things.items()):
        for again in range(number + 1):
            Check.objects.create(
                detector=detector.key, subject_type="x", subject_key=f"{label}{again}", connection=connection,
                company_id=company, plant_id=plant, due_at=timezone.now(), cannot_judge="Nothing is known of it",
            )  # fmt: skip
    wrong = []
    for person in world.people:
        places = enumerate(world.things.values())
        expected = sum(number + 1 for number, place in places if person.may(Permission.SEE_SYNC, place))
        page = person.client.get("/gaps/").content.decode()
        told = f"× {expected} · Nothing is known of it" in page if expected else "<details>" not in page
        wrong += [] if told else [f"{person.label}: {expected}"]
    assert not wrong, "\n".join(wrong)


def test_every_route_is_held_by_one_of_these_tests() -> None:
    tried = {
        *VERBS, "exceptions:case", "exceptions:board", "exceptions:counts", "exceptions:gaps", "exceptions:bulk",
        "actions:propose",
        "actions:request", "actions:progress", "actions:approve", "actions:reject", "actions:withdraw",
        "actions:again", "actions:undo", "actions:inbox", "console:audit", "console:audit_export", "console:sync",
        "console:switch", "console:record", "notifications:mail", "notifications:mail_again",
        *PEOPLE_PAGES, *SIGN_IN_PAGES, *SETTINGS_PAGES,
    }  # fmt: skip
    left = {name for name, route in ROUTES.items() if route.held not in (Held.PUBLIC, Held.OWN)}
    assert tried == left
