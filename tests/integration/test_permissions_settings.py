"""The same walk over the settings: who opens which part, and who decides about which place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.accounts.roles import Permission
from apps.exceptions.models import LimitOverride
from apps.notifications.escalation import Contact
from apps.notifications.models import EscalationPath, Occasion
from apps.notifications.paths import set_path
from controltower.lib.scope import Slice
from tests import people
from tests.everyone import World, undone
from tests.house.routes import ROUTES
from tests.integration.kept import copied

pytestmark = pytest.mark.django_db
LIMITS_PAGES = (
    "console:settings_limits", "console:settings_approvals", "console:settings_score", "console:settings_rule",
    "console:settings_escalation", "console:settings_new_path",
)  # fmt: skip
CONNECTION_PAGES = (
    "console:settings_connections", "console:settings_new_connection", "console:settings_connect",
    "console:settings_connection", "console:settings_connection_edit", "console:settings_connection_remove",
    "console:settings_stop_writes",
)  # fmt: skip
MACHINE_PAGES = ("console:settings_machines", "console:settings_machine")
"""Tried for everybody by the tests of that page."""
SETTINGS_PAGES = ("console:settings", "console:settings_path", *LIMITS_PAGES, *CONNECTION_PAGES, *MACHINE_PAGES)
SETTABLE = (Permission.SET_LIMITS, Permission.MANAGE_PEOPLE, Permission.MANAGE_SYNC, Permission.TIE_MACHINES)


@pytest.fixture
def world() -> World:
    return copied(World, World)


@pytest.mark.parametrize("name", ["console:settings", *LIMITS_PAGES])
def test_the_settings_open_for_those_alone_who_decide_there(world: World, name: str) -> None:
    wanted = SETTABLE if name == "console:settings" else (Permission.SET_LIMITS,)
    for person in world.people:
        allowed = any(person.may(one, place) for one in wanted for place in world.places.values())
        status = person.client.get(ROUTES[name].address(name)).status_code
        assert status == (200 if allowed else 403), person.label


def place_text(place: tuple[int | None, int | None]) -> str:
    return "group" if place == (None, None) else ".".join(str(key) for key in place if key)


@pytest.mark.parametrize("rule", ["purchase.late_line", "purchase.changes"])
def test_limits_are_set_by_administrators_of_their_place_alone(world: World, rule: str) -> None:
    wrong = []
    data = {"overdue_days": "3", "days": "4", "reason": "measured", "seen": "", "do": "set"}
    for person in world.people:
        for label, place in world.places.items():
            with undone():
                person.client.post(f"/settings/limits/{rule}/?place={place_text(place)}", data)
                done = list(LimitOverride.objects.values_list("company", "plant"))
            expected = [place] if person.may(Permission.SET_LIMITS, place) else []
            wrong += [f"{person.label} at {label}: {done}"] if done != expected else []
    assert not wrong, "\n".join(wrong)


def test_no_page_of_the_settings_names_a_place_that_is_not_the_persons(world: World) -> None:
    wrong = []
    for person in world.people:
        mine = [place for place in world.places.values() if person.may(Permission.SET_LIMITS, place)]
        for name in LIMITS_PAGES if mine else ():
            page = person.client.get(ROUTES[name].address(name)).content.decode()
            sister = any(person.may(Permission.SET_LIMITS, place) for place in [world.places["sister"]])
            wrong += [f"{person.label}: {name}"] if "Sister" in page and not sister else []
    assert not wrong, "\n".join(wrong)


def test_escalation_is_set_and_taken_back_by_administrators_of_its_place_alone(world: World) -> None:
    told, by, wrong = people.plant_manager(), people.administrator(), []
    for label, place in world.places.items():
        path = set_path(Occasion.CASE, "", Slice(*place), [Contact(told, timedelta(minutes=5))], version=0, by=by)
        for person in world.people:
            allowed = person.may(Permission.SET_LIMITS, place)
            address = f"/settings/escalation/{path.pk}/"
            status = person.client.get(address).status_code
            with undone():
                person.client.post(address, {"version": 1, "do": "drop"})
                left = EscalationPath.objects.filter(pk=path.pk).exists()
            wrong += [] if left != allowed and (status == 200) == allowed else [f"{person.label} at {label}: {status}"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", CONNECTION_PAGES)
def test_connections_are_looked_after_by_group_administrators_alone(world: World, name: str, method: str) -> None:
    values = {"number": world.group.connection.pk} if "number" in ROUTES[name].values else {}
    address, posts = ROUTES[name].address(name, **values), "post" in ROUTES[name].methods
    for person in world.people:
        with undone():
            status = getattr(person.client, method)(address).status_code
        allowed = person.may(Permission.MANAGE_SYNC, (None, None))
        expected = {403} if not allowed and (posts or method == "get") else {200, 302, 405, 422}
        assert status in expected or (status == 405 and not posts), f"{person.label}: {status}"
