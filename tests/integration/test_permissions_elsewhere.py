"""The same walk over the console, the people pages and the socket."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import PERMISSIONS, Permission, Role
from apps.accounts.scope import scope_of
from apps.exceptions import stream
from apps.exceptions.models import Case
from apps.notifications import inbox
from apps.notifications.messages import tell
from apps.notifications.models import Mail, Notification
from controltower.hub import Frame, Outlet
from controltower.lib.scope import Scope
from tests import people
from tests.everyone import World, covers, undone
from tests.house.routes import ROUTES
from tests.integration.kept import copied

pytestmark = pytest.mark.django_db
SEE = Permission.SEE_CASES
PEOPLE_PAGES = ("accounts:people", "accounts:person", "accounts:give", "accounts:take")
SIGN_IN_PAGES = (
    "accounts:new_person", "accounts:person_details", "accounts:deactivate_person", "accounts:reactivate_person",
    "accounts:password_person",
)  # fmt: skip


@pytest.fixture
def world() -> World:
    return copied(World, World)


@pytest.mark.parametrize(
    ("address", "permission"),
    [("/audit/", Permission.SEE_AUDIT), ("/audit/export.json", Permission.SEE_AUDIT), ("/sync/", Permission.SEE_SYNC)],
)
def test_pages_of_the_console_open_for_their_roles(world: World, address: str, permission: Permission) -> None:
    for person in world.people:
        allowed = person.role is not None and permission in PERMISSIONS[person.role]
        assert person.client.get(address).status_code == (200 if allowed else 403), person.label


@pytest.mark.parametrize("act", ["pause", "sweep", "record"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_switches_of_a_connection_are_for_group_administrators(world: World, method: str, act: str) -> None:
    for person in world.people:
        with undone():
            status = getattr(person.client, method)(f"/sync/{world.group.connection.pk}/{act}/").status_code
        allowed = person.may(Permission.MANAGE_SYNC, (None, None))
        assert (status in (200, 302, 422)) if allowed else status == 403, person.label


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


def test_people_are_listed_for_administrators_of_their_places_alone(world: World) -> None:
    wrong = []
    for person in world.people:
        response = person.client.get("/people/")
        if not any(person.may(Permission.MANAGE_PEOPLE, place) for place in world.places.values()):
            wrong += [] if response.status_code == 403 else [f"{person.label} opens the list of people"]
            continue
        page = response.content.decode()
        for other in world.people:
            seen = f">{other.user.username}<" in page
            expected = person.place == (None, None) or (other.role is not None and covers(person.place, other.place))
            wrong += [f"{person.label} and {other.label}: {seen}"] if seen != expected else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", PEOPLE_PAGES[1:])
def test_grants_are_changed_by_administrators_of_their_place_alone(world: World, name: str) -> None:
    others = [person for person in world.people if person.role == Role.QUALITY_LEAD]
    wrong = []
    for person in world.people:
        for other in others:
            place = "group" if other.place == (None, None) else ".".join(str(key) for key in other.place if key)
            values = {"grant": other.user.grants.get().pk} if name == "accounts:take" else {}
            address = ROUTES[name].address(name, key=other.user.pk, **values)
            before = other.user.grants.count()
            with undone():
                if name == "accounts:person":
                    done = person.client.get(address).status_code == 200
                else:
                    person.client.post(address, {"role": Role.EXECUTIVE, "place": place})
                    done = other.user.grants.count() != before
            allowed = person.may(Permission.MANAGE_PEOPLE, other.place)
            wrong += [f"{person.label}: {name} of {other.label}: {done}"] if done != allowed else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", SIGN_IN_PAGES)
def test_sign_ins_are_made_and_ended_by_group_administrators_alone(world: World, name: str) -> None:
    other = people.nobody()
    for person in world.people:
        values = {} if name == "accounts:new_person" else {"key": other.pk}
        with undone():
            response = person.client.post(ROUTES[name].address(name, **values), {"login": "fresh"})
        allowed = person.may(Permission.MANAGE_PEOPLE, (None, None))
        assert (response.status_code in (200, 302)) if allowed else response.status_code == 403, person.label


def test_the_record_of_mail_opens_for_group_administrators_alone(world: World) -> None:
    mail = Mail.objects.create(user=people.nobody(), state="failed", ended_at=timezone.now())
    for person in world.people:
        allowed = person.may(Permission.MANAGE_PEOPLE, (None, None))
        assert person.client.get("/notifications/mail/").status_code == (200 if allowed else 403), person.label
        with undone():
            name = "notifications:mail_again"
            status = person.client.post(ROUTES[name].address(name, key=mail.pk)).status_code
            assert status == (302 if allowed else 403), person.label


def test_a_bell_and_its_list_tell_only_of_what_their_reader_may_see(world: World) -> None:
    """Whoever was told of everything, as if they had once held every grant, reads only of what they may see now."""
    wrong = []
    for person in world.people:
        Notification.objects.all().delete()
        for label, case in world.cases.items():
            tell(person.user, "case.escalated", about=case, text=f"Told of the {label}.", url=f"/cases/{case.pk}/")
        expected = {label for label, place in world.things.items() if person.may(SEE, place)}
        page = person.client.get("/notifications/").content.decode()
        listed = {label for label in world.things if f"Told of the {label}." in page}
        told = inbox.bell(User.objects.get(pk=person.user.pk))
        wrong += [] if listed == expected else [f"{person.label}: {listed} {expected}"]
        wrong += [] if told["unread"] == len(expected) else [f"{person.label}: {told}"]
        hidden = Notification.objects.exclude(text__in=[f"Told of the {label}." for label in expected]).first()
        if hidden is not None:
            for verb in ("read", "unread"):
                status = person.client.post(f"/notifications/{hidden.pk}/{verb}/").status_code
                wrong += [] if status == 404 else [f"{person.label} marks what they may not see: {status}"]
    assert not wrong, "\n".join(wrong)
