"""The people pages: making sign-ins, giving and taking roles, and what is refused."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts import grants, people
from apps.accounts.duties import conflicts
from apps.accounts.errors import GrantRefusedError
from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.accounts.scope import scope_of
from apps.audit.models import Entry
from apps.audit.phrases import phrases
from controltower.lib.scope import Slice
from tests import people as persons
from tests.boards import Group

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def admin(client: Client) -> User:
    user = persons.administrator()
    client.force_login(user)
    return user


def test_a_new_person_signs_in_with_the_password_that_is_shown_once(client: Client, admin: User) -> None:
    response = client.post("/people/new/", {"login": "paula", "name": "Paula Vega", "email": "p@example.com"})
    password = re.search(r"<code>([a-z-]{19})</code>", response.content.decode())
    assert password is not None
    user = User.objects.get(username="paula")
    assert user.shown_name == "Paula Vega"
    assert scope_of(user).is_empty
    assert password[1] not in client.get(f"/people/{user.pk}/").content.decode()
    other = Client()
    assert other.post("/sign-in/", {"username": "paula", "password": password[1]}).status_code == 302
    assert Entry.objects.filter(verb="person.created", actor=admin.pk).exists()


def test_an_address_for_mail_is_set_taken_away_and_checked(client: Client, admin: User) -> None:
    user = persons.nobody()
    address = f"/people/{user.pk}/details/"
    for given, kept in (("Paula@Example.COM ", "Paula@example.com"), ("", "")):
        assert client.post(address, {"email": given}).status_code == 302
        assert User.objects.get(pk=user.pk).email == kept
    assert Entry.objects.filter(verb="person.corrected", actor=admin.pk).count() == 2
    response = client.post(address, {"email": "no address"})
    assert response.status_code == 422
    assert "valid email address" in response.content.decode()
    with pytest.raises(PermissionDenied):
        people.correct(user, name="", email="x@example.com", by=persons.plant_manager())


def test_a_taken_or_impossible_name_is_said_beside_the_field(client: Client, admin: User) -> None:
    persons.person(username="paula")
    for login in ("paula", "", "no spaces allowed", "x" * 200):
        response = client.post("/people/new/", {"login": login})
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
    assert User.objects.filter(username__startswith="pau").count() == 1


def test_a_name_that_differs_in_case_alone_is_taken(client: Client, admin: User) -> None:
    persons.person(username="Zoë")
    for login in ("zoë", "ZOË", "Zoë"):
        response = client.post("/people/new/", {"login": login})
        assert response.status_code == 422
        assert "already" in response.content.decode()
        with pytest.raises(ValidationError):
            people.create(login, "a-long-password-for-tests", by=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(username=login)
    assert User.objects.filter(username__iexact="zoë").count() == 1


def test_a_name_that_somebody_else_takes_at_the_same_moment_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    persons.person(username="paula")
    monkeypatch.setattr(User, "full_clean", lambda self: None)
    with pytest.raises(ValidationError, match="signs in with this name already"):
        people.create("Paula", "a-long-password-for-tests", by=None)


def test_the_command_refuses_a_name_that_differs_in_case_alone() -> None:
    persons.person(username="administrator")
    with pytest.raises(CommandError, match="already a sign-in “administrator”"):
        call_command("create_administrator", "ADMINISTRATOR")


def test_names_that_clash_already_are_told_with_what_to_do_before_the_database_refuses_them() -> None:
    migration = import_module("apps.accounts.migrations.0002_sign_in_names_differ_by_more_than_case")
    migration.refuse_clashes(apps, None)
    with connection.schema_editor() as editor:
        editor.remove_constraint(User, User._meta.constraints[0])
    for login in ("paula", "Paula", "PAULA", "quentin"):
        persons.person(username=login)
    with pytest.raises(CommandError, match="PAULA, Paula, paula") as refused:
        migration.refuse_clashes(apps, None)
    assert "quentin" not in str(refused.value)
    assert "UPDATE accounts_user SET username" in str(refused.value)


def test_roles_are_given_and_taken_with_a_trace(client: Client, admin: User, group: Group) -> None:
    user, plant = persons.nobody(), group.plants[0]
    place = f"{plant.company_id}.{plant.pk}"
    assert client.post(f"/people/{user.pk}/give/", {"role": "buyer", "place": place}).status_code == 302
    assert scope_of(user).slices == {Slice(plant.company_id, plant.pk)}
    page = client.get(f"/people/{user.pk}/").content.decode()
    assert "Aurora Lyon, Lyon" in page
    grant = user.grants.get()
    assert client.post(f"/people/{user.pk}/take/{grant.pk}/").status_code == 302
    assert scope_of(user).is_empty
    verbs = Entry.objects.filter(actor=admin.pk, verb__startswith="grant.").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["grant.given", "grant.taken"]


def test_a_role_may_be_given_until_the_end_of_a_day(client: Client, admin: User) -> None:
    user, today = persons.nobody(), timezone.localdate()
    client.post(f"/people/{user.pk}/give/", {"role": "auditor", "place": "group", "until": str(today)})
    ends_at = user.grants.get().ends_at
    assert ends_at is not None
    assert ends_at > timezone.now()
    assert scope_of(user).is_group


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("yesterday", "lies in the past"),
        ("2020-01-01", "lies in the past"),
        ("0001-01-01", "lies in the past"),
        ("far", "within the next ten years"),
        ("9999-12-31", "within the next ten years"),
    ],
)
def test_the_last_day_of_a_role_is_one_to_come_and_not_for_ever(client: Client, admin: User, day: str, told: str):
    user, today = persons.nobody(), timezone.localdate()
    days = {"yesterday": today - timedelta(days=1), "far": today + timedelta(days=3653)}
    answer = {"role": "buyer", "place": "group", "until": str(days.get(day, day))}
    response = client.post(f"/people/{user.pk}/give/", answer)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not user.grants.exists()
    answer["until"] = str(today + timedelta(days=3652))
    assert client.post(f"/people/{user.pk}/give/", answer).status_code == 302


def test_a_role_is_not_given_into_the_past(admin: User) -> None:
    user = persons.nobody()
    with pytest.raises(GrantRefusedError, match="lies in the past"):
        grants.give(user, Role.BUYER, ends_at=timezone.now(), by=admin)
    assert not user.grants.exists()


@pytest.mark.parametrize(
    "answer",
    [
        {"role": "emperor", "place": "group"},
        {"role": "buyer", "place": "1.2"},
        {"role": "buyer", "place": "rubbish"},
        {"role": "buyer", "place": "group", "until": "tomorrow"},
        {},
    ],
)
def test_an_impossible_grant_is_refused_beside_its_field(client: Client, admin: User, answer: dict) -> None:
    user = persons.nobody()
    assert client.post(f"/people/{user.pk}/give/", answer).status_code == 422
    assert not user.grants.exists()


def test_nobody_gives_roles_to_themselves(client: Client, admin: User) -> None:
    response = client.post(f"/people/{admin.pk}/give/", {"role": "plant_manager", "place": "group"})
    assert response.status_code == 409
    assert "Nobody gives roles to themselves" in response.content.decode()
    assert admin.grants.count() == 1


def test_the_last_administrator_stays(client: Client, admin: User) -> None:
    response = client.post(f"/people/{admin.pk}/take/{admin.grants.get().pk}/")
    assert response.status_code == 409
    assert "last administrator" in response.content.decode()
    with pytest.raises(GrantRefusedError):
        people.deactivate(admin, by=None)
    second = persons.administrator()
    grants.take(admin.grants.get(), by=second)
    assert not admin.grants.exists()


def test_a_local_administrator_reaches_their_company_alone(client: Client, group: Group) -> None:
    lyon, detroit = group.companies[0], group.companies[1]
    client.force_login(persons.person(Role.ADMINISTRATOR, company=lyon))
    here, there = persons.buyer(lyon), persons.buyer(detroit)
    both = persons.buyer(lyon)
    persons.grant(both, Role.CONTROLLER, company=detroit)
    assert client.get(f"/people/{there.pk}/").status_code == 404
    page = client.get(f"/people/{both.pk}/").content.decode()
    assert "Aurora Lyon" in page
    assert "Aurora Detroit" not in page, "not even the grants in other companies"
    foreign = Grant.objects.get(user=both, company=detroit)
    assert client.post(f"/people/{both.pk}/take/{foreign.pk}/").status_code == 404
    for place in ("group", str(detroit.pk), f"{detroit.pk}.{group.plants[2].pk}"):
        assert client.post(f"/people/{here.pk}/give/", {"role": "buyer", "place": place}).status_code == 422
    assert client.post(f"/people/{here.pk}/password/").status_code == 403
    assert client.post(f"/people/{here.pk}/give/", {"role": "planner", "place": str(lyon.pk)}).status_code == 302


def test_a_deactivated_person_is_out_and_may_be_revived(client: Client, admin: User) -> None:
    user, other = persons.auditor(), Client()
    other.force_login(user)
    client.post(f"/people/{user.pk}/deactivate/")
    assert other.get("/me/").status_code == 302
    client.post(f"/people/{user.pk}/reactivate/")
    assert scope_of(User.objects.get(pk=user.pk)).is_group
    assert client.post(f"/people/{admin.pk}/deactivate/").status_code == 409


def test_a_new_password_ends_open_sessions(client: Client, admin: User) -> None:
    user, other = persons.auditor(), Client()
    other.force_login(user)
    page = client.post(f"/people/{user.pk}/password/").content.decode()
    password = re.search(r"<code>([a-z-]{19})</code>", page)
    assert password is not None
    assert other.get("/me/").status_code == 302
    assert User.objects.get(pk=user.pk).check_password(password[1])
    assert password[1] not in str(list(Entry.objects.values_list("details", flat=True)))


def test_people_are_found_by_name(client: Client, admin: User) -> None:
    persons.person(username="paula")
    persons.person(username="quentin")
    page = client.get("/people/", {"name": "PAU"}).content.decode()
    assert "paula" in page
    assert "quentin" not in page
    assert client.get("/people/", {"name": "%_'"}).status_code == 200


def test_an_administrator_starts_where_there_is_something_to_see(client: Client) -> None:
    for user, first in ((persons.administrator(), "/sync/"), (persons.buyer(), "/"), (persons.nobody(), "/")):
        answer = {"username": user.username, "password": persons.PASSWORD}
        assert Client().post("/sign-in/", answer)["Location"] == first


def test_name_and_e_mail_are_corrected_with_a_trace(client: Client, admin: User) -> None:
    user = persons.person(username="paula")
    page = f"/people/{user.pk}/"
    assert client.post(f"{page}details/", {"name": "Paula Vega", "email": "paula@example.com"}).status_code == 302
    user.refresh_from_db()
    assert (user.shown_name, user.email) == ("Paula Vega", "paula@example.com")
    told = phrases.read(Entry.objects.get(verb="person.corrected"))
    assert told == "corrected paula: name: – → Paula Vega, email: – → paula@example.com"
    assert client.post(f"{page}details/", {"name": "Paula Vega", "email": "paula@example.com"}).status_code == 302
    assert Entry.objects.filter(verb="person.corrected").count() == 1
    wrong = client.post(f"{page}details/", {"name": "x" * 200, "email": "nowhere"})
    assert wrong.status_code == 422 and 'value="nowhere"' in wrong.content.decode()
    assert client.post("/people/999999/details/", {"name": "x"}).status_code == 404


def test_duties_that_conflict_are_told_where_they_meet(client: Client, admin: User, group: Group) -> None:
    here, there = group.companies[0], group.companies[1]
    user = persons.person(Role.BUYER, company=here, username="paula")
    page = f"/people/{user.pk}/"
    assert client.post(f"{page}give/", {"role": "controller", "place": f"{there.pk}"}).status_code == 302
    assert "two people should hold" not in client.get(page).content.decode()
    assert client.post(f"{page}give/", {"role": "controller", "place": f"{here.pk}"}).status_code == 302
    told = client.get(page).content.decode()
    assert "Buyer and Controller: orders goods and deals with their bills" in told
    assert "conflicting duties" in client.get("/people/").content.decode()
    details = Entry.objects.filter(verb="grant.given").order_by("pk").last().details
    assert details["conflicts"] == ["Buyer and Controller: orders goods and deals with their bills"]


@pytest.mark.parametrize(
    ("roles", "count"),
    [
        ((Role.BUYER, Role.PLANNER), 0),
        ((Role.BUYER, Role.PLANT_MANAGER), 0),
        ((Role.BUYER, Role.EXECUTIVE), 0),
        ((Role.ADMINISTRATOR, Role.EXECUTIVE), 0),
        ((Role.ADMINISTRATOR, Role.QUALITY_LEAD), 1),
        ((Role.ADMINISTRATOR, Role.CONTROLLER), 1),
        ((Role.AUDITOR, Role.ADMINISTRATOR), 1),
        ((Role.AUDITOR, Role.MAINTENANCE_LEAD), 1),
        ((Role.AUDITOR, Role.EXECUTIVE), 0),
        ((Role.CONTROLLER, Role.PLANT_MANAGER), 1),
        ((Role.CONTROLLER, Role.BUYER, Role.ADMINISTRATOR), 3),
    ],
)
def test_which_roles_conflict(roles: tuple[str, ...], count: int) -> None:
    user = persons.person(*roles)
    assert len(conflicts(user.grants.all())) == count
    Grant.objects.filter(user=user).update(ends_at=timezone.now())
    assert conflicts(user.grants.all()) == []


def test_people_are_found_by_role_and_sign_in_and_come_in_pages(client: Client, admin: User) -> None:
    for number in range(130):
        persons.person(Role.BUYER, username=f"buyer{number:03}")
    ended = persons.person(Role.PLANNER, username="gone")
    people.deactivate(ended, by=None)
    first, second = (client.get(f"/people/?page={page}").content.decode() for page in (1, 2))
    assert "buyer000" in first and "buyer129" not in first and "buyer129" in second and "Page 1 of 2" in first
    assert "1 person" in client.get("/people/?role=planner").content.decode()
    assert ">gone<" in client.get("/people/?state=ended").content.decode()
    assert ">gone<" not in client.get("/people/?state=active&name=gone").content.decode()
    assert "132 people" in client.get("/people/?role=nothing&state=x").content.decode()


def test_the_last_sign_in_is_told(client: Client, admin: User) -> None:
    user = persons.person(Role.BUYER, username="paula")
    assert "never" in client.get("/people/?name=paula").content.decode()
    Client().force_login(user)
    assert "never" not in client.get("/people/?name=paula").content.decode()
    assert "has never signed in" not in client.get(f"/people/{user.pk}/").content.decode()
