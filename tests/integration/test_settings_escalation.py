"""The pages of escalation, and the first page of the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.notifications.escalation import Contact, contacts_for
from apps.notifications.models import EscalationPath, Occasion
from apps.notifications.paths import set_path
from controltower.lib.scope import Slice
from tests import people
from tests.mirrored import Group

pytestmark = pytest.mark.django_db
NEW, LIST = "/settings/escalation/new/", "/settings/escalation/"


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def admin(client: Client) -> User:
    user = people.person(Role.ADMINISTRATOR, username="ada")
    client.force_login(user)
    return user


def text_of(response: Any) -> str:
    return response.content.decode()


def rows(*contacts: tuple[User | str, int | str]) -> dict[str, Any]:
    told = {}
    for number, (user, minutes) in enumerate(contacts, 1):
        told[f"c{number}-person"] = user.pk if isinstance(user, User) else user
        told[f"c{number}-minutes"] = minutes
    return told


def about(place: str = "group", domain: str = "", occasion: str = "case") -> dict[str, str]:
    return {"occasion": occasion, "domain": domain, "place": place, "version": "0"}


def test_a_path_is_made_changed_and_taken_back(client: Client, admin: User, group: Group) -> None:
    first, second = people.plant_manager(), people.buyer()
    assert "Nobody is told yet" in text_of(client.get(LIST))
    made = client.post(NEW, {**about(f"{group.plant.pk}", "quality"), **rows((first, 60), (second, 15))})
    assert made.status_code == 302
    path = EscalationPath.objects.get()
    assert [one.user for one in contacts_for("quality", group.plant.pk, None)] == [second, first]
    page = text_of(client.get(LIST))
    assert "Plant · Quality" in page and "after 15 minutes" in page and "after 1 hour" in page
    changed = client.post(f"{LIST}{path.pk}/", {"version": 1, **rows((first, 5), ("", ""))})
    assert changed.status_code == 302
    assert contacts_for("quality", group.plant.pk, None) == [Contact(first, timedelta(minutes=5))]
    assert client.post(f"{LIST}{path.pk}/", {"version": 2, "do": "drop"}).status_code == 302
    assert not EscalationPath.objects.exists()
    assert client.get(f"{LIST}{path.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("place", "contacts", "words"),
    [
        ("group", [], "Name at least one person"),
        ("group", [("{manager}", "")], "Say after how many minutes"),
        ("group", [("", "5")], "Choose who is told"),
        ("group", [("{manager}", "0")], "greater than or equal to 1"),
        ("group", [("{manager}", "50000")], "less than or equal to 43200"),
        ("group", [("{manager}", "x")], "whole number"),
        ("group", [("{manager}", "5"), ("{manager}", "9")], "Name each person once"),
        ("group", [("999999", "5")], "not one of the available choices"),
        ("{plant}", [("{stranger}", "5")], "does not see the cases there"),
        ("77", [("{manager}", "5")], "not one of the available choices"),
    ],
)
def test_a_path_that_makes_no_sense_is_explained_and_nothing_typed_is_lost(
    client: Client, admin: User, group: Group, place: str, contacts: list[tuple[str, str]], words: str
) -> None:
    known = {
        "manager": people.plant_manager().pk, "stranger": people.plant_manager(company=group.sister).pk,
        "plant": group.plant.pk,
    }  # fmt: skip
    typed = rows(*[(who.format(**known), minutes) for who, minutes in contacts])
    response = client.post(NEW, {**about(place.format(**known)), **typed})
    assert response.status_code == 422
    assert words in text_of(response)
    assert not EscalationPath.objects.exists()
    for minutes in (one for _who, one in contacts if one):
        assert f'value="{minutes}"' in text_of(response)


def test_of_two_who_change_a_path_at_once_the_second_is_told(client: Client, admin: User, group: Group) -> None:
    manager, other = people.plant_manager(), people.plant_manager()
    path = set_path(Occasion.CASE, "", Slice(None), [Contact(manager, timedelta(minutes=5))], version=0, by=admin)
    again = client.post(NEW, {**about(), **rows((other, 9))})
    assert again.status_code == 409
    assert "Somebody else has changed this meanwhile" in text_of(again)
    late = client.post(f"{LIST}{path.pk}/", {"version": 0, **rows((other, 9))})
    assert late.status_code == 409 and 'name="version" value="1"' in text_of(late)
    assert client.post(f"{LIST}{path.pk}/", {"version": "x", "do": "drop"}).status_code == 409
    assert contacts_for("procure", None, None) == [Contact(manager, timedelta(minutes=5))]


def test_the_list_says_who_can_no_longer_be_told(client: Client, admin: User, group: Group) -> None:
    manager = people.plant_manager()
    set_path(Occasion.CASE, "", Slice(None), [Contact(manager, timedelta(minutes=5))], version=0, by=admin)
    assert "no longer sees" not in text_of(client.get(LIST))
    manager.grants.all().delete()
    page = text_of(client.get(LIST))
    assert "no longer sees this place" in page and "Nobody on this path can be told any more" in page


def approvals(by: User, *contacts: User, place: Slice | None = None) -> EscalationPath:
    named = [Contact(user, timedelta(minutes=5 + number)) for number, user in enumerate(contacts)]
    return set_path(Occasion.APPROVAL, "", place or Slice(None), named, version=0, by=by)


def test_list_and_form_say_when_nobody_may_approve_any_more(client: Client, admin: User, group: Group) -> None:
    manager, buyer = people.plant_manager(), people.buyer()
    path = approvals(admin, manager, buyer)
    before = [text_of(client.get(page)) for page in (LIST, f"{LIST}{path.pk}/")]
    assert all("may approve any more" not in page and page.count("may not approve here") == 1 for page in before)
    manager.grants.all().delete()
    people.grant(manager, Role.BUYER)
    for page in (LIST, f"{LIST}{path.pk}/"):
        text = text_of(client.get(page))
        assert text.count("may not approve here") == 2 and "no longer sees" not in text
        assert "Nobody on this path may approve any more" in text


def test_the_form_says_who_on_it_no_longer_sees_the_place(client: Client, admin: User, group: Group) -> None:
    first, second = people.plant_manager(), people.plant_manager()
    path = approvals(admin, first, second)
    assert "can act as it stands now" not in text_of(client.get(f"{LIST}{path.pk}/"))
    User.objects.filter(pk=second.pk).update(is_active=False)
    text = text_of(client.get(f"{LIST}{path.pk}/"))
    assert text.count("no longer sees this place") == 1 and "Nobody on this path" not in text
    assert second.shown_name in text


def test_a_role_lost_in_one_place_is_marked_there_alone(client: Client, admin: User, group: Group) -> None:
    manager, lead = people.plant_manager(company=group.plant), people.plant_manager()
    people.grant(manager, Role.BUYER)
    here = approvals(admin, manager, place=Slice(group.plant.pk))
    there = approvals(admin, lead, place=Slice(group.sister.pk))
    manager.grants.filter(role=Role.PLANT_MANAGER).delete()
    marked = {path.pk: "may approve any more" in text_of(client.get(f"{LIST}{path.pk}/")) for path in (here, there)}
    assert marked == {here.pk: True, there.pk: False}


def test_a_local_administrator_sees_the_own_paths_alone(client: Client, group: Group) -> None:
    ada, manager = people.administrator(), people.plant_manager()
    for place in (Slice(None), Slice(group.sister.pk)):
        set_path(Occasion.CASE, "", place, [Contact(manager, timedelta(minutes=5))], version=0, by=ada)
    client.force_login(people.person(Role.ADMINISTRATOR, company=group.plant))
    assert "0 paths" in text_of(client.get(LIST))
    for path in EscalationPath.objects.all():
        assert client.get(f"{LIST}{path.pk}/").status_code == 404
    assert client.post(NEW, {**about("group"), **rows((manager, 5))}).status_code == 422


def test_the_first_page_says_how_each_part_stands(client: Client, admin: User, group: Group) -> None:
    page = text_of(client.get("/settings/"))
    for words in ("1 person can sign in", "The tower&#x27;s defaults hold everywhere", "Nobody is named yet"):
        assert words in page
    assert 'href="/settings/" aria-current="page"' in page


def test_whoever_administers_nothing_is_not_offered_the_settings(client: Client, group: Group) -> None:
    client.force_login(people.buyer())
    assert client.get("/settings/").status_code == 403
    assert "/settings/" not in text_of(client.get("/me/"))
