"""The page that ties equipment to work centres."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.audit.models import Entry
from apps.exceptions.errors import MachineError
from apps.exceptions.machine_ties import NONE, UNSAID, tie, untie
from apps.exceptions.machines import equipment_of
from apps.exceptions.models import Case, EquipmentLink
from odoo_sync.mirror.maintenance import Equipment
from tests import people
from tests.everyone import World, undone
from tests.floor import Floor, judge
from tests.mirrored import NOON, Group, change

pytestmark = pytest.mark.django_db
PAGE = "/settings/machines/"


@pytest.fixture
def floor() -> Floor:
    return Floor(Group())


@pytest.fixture
def lead(floor: Floor) -> User:
    return people.person(Role.MAINTENANCE_LEAD, company=floor.group.plant, plant=floor.group.warehouse)


@pytest.fixture
def client(lead: User) -> Client:
    client = Client()
    client.force_login(lead)
    return client


def say(client: Client, machine: Equipment, centre: object, before: object = UNSAID, **query: str):
    return client.post(
        f"{PAGE}{machine.pk}/", {"centre": str(centre), "before": str(before)}, follow=True, query_params=query
    )


def said(machine: Equipment) -> EquipmentLink | None:
    return EquipmentLink.objects.filter(equipment=machine).first()


def test_a_proposal_says_why_and_how_sure_and_is_confirmed(client, floor):
    machine = floor.machine("Paint line")
    page = client.get(PAGE).content.decode()
    assert "Probably <b>Paint line</b>" in page and "certain: same name" in page
    answer = say(client, machine, floor.line.pk)
    assert answer.status_code == 200 and "stands at Paint line now." in answer.content.decode()
    link = said(machine)
    assert (link.work_centre, link.basis) == (floor.line, "name")
    entry = Entry.objects.get(verb="machine.tied")
    assert (entry.company, entry.plant) == (floor.group.plant.pk, floor.group.warehouse.pk)
    assert entry.details == {
        "equipment": "Paint line",
        "centre": "Paint line",
        "basis": "name",
        "before": "nothing was said",
    }


def test_a_choice_by_hand_is_told_as_such_and_can_be_undone(client, floor):
    machine, press = floor.machine("Paint line"), floor.centre("Press")
    answer = say(client, machine, press.pk)
    assert said(machine).basis == "hand"
    assert "Undo" in answer.content.decode()
    back = say(client, machine, UNSAID, press.pk)
    assert said(machine) is None
    assert "waits for a word again." in back.content.decode()
    assert Entry.objects.filter(verb="machine.untied").count() == 1


def test_undoing_a_change_brings_back_what_was_said_before(client, floor):
    machine, press = floor.machine("Oven"), floor.centre("Press")
    say(client, machine, floor.line.pk)
    page = say(client, machine, press.pk, floor.line.pk).content.decode()
    assert f'name="centre" value="{floor.line.pk}"' in page
    say(client, machine, floor.line.pk, press.pk)
    assert said(machine).work_centre == floor.line


def test_equipment_may_belong_to_no_work_centre(client, floor):
    machine = floor.machine("Forklift")
    assert "belongs to no work centre now." in say(client, machine, NONE).content.decode()
    assert said(machine).work_centre is None
    assert equipment_of([floor.line.pk]) == {floor.line.pk: []}
    assert Entry.objects.filter(verb="machine.set_apart").exists()


def test_somebody_elses_word_is_not_overwritten_unseen(client, floor):
    machine, press = floor.machine("Oven"), floor.centre("Press")
    tie(machine, press, basis="hand", by=people.person(Role.PLANT_MANAGER), before=UNSAID)
    answer = say(client, machine, floor.line.pk)
    assert answer.status_code == 409
    assert "Somebody else has decided about it since" in answer.content.decode()
    assert said(machine).work_centre == press


def test_what_odoo_says_itself_is_not_asked(client, floor):
    machine = floor.machine("Oven", work_centre=floor.line)
    assert "Odoo says so" in client.get(PAGE).content.decode()
    assert say(client, machine, NONE).status_code == 409
    assert said(machine) is None


def test_a_work_centre_of_another_company_or_place_is_refused(client, floor, lead):
    machine = floor.machine("Oven")
    abroad = floor.centre("Press", company=floor.group.sister)
    assert say(client, machine, abroad.pk).status_code == 404
    with pytest.raises(MachineError, match="another company"):
        tie(machine, abroad, basis="hand", by=people.person(Role.MAINTENANCE_LEAD), before=UNSAID)
    assert say(client, machine, "x1").status_code == 404


def test_a_work_centre_that_has_gone_asks_for_a_new_word(client, floor):
    machine, press = floor.machine("Oven"), floor.centre("Press")
    say(client, machine, press.pk)
    change(press, gone_at=NOON)
    page = client.get(PAGE).content.decode()
    assert "its work centre has gone" in page
    assert equipment_of([press.pk]) == {press.pk: [machine]}
    say(client, machine, floor.line.pk, press.pk)
    assert said(machine).work_centre == floor.line


@pytest.mark.parametrize("gone", [{"gone_at": NOON}, {"active": False}])
def test_equipment_that_went_away_is_listed_apart_and_can_be_forgotten(client, floor, gone):
    machine = floor.machine("Oven")
    say(client, machine, floor.line.pk)
    change(machine, **gone)
    assert "Oven" not in client.get(PAGE).content.decode()
    assert "out of service" in client.get(PAGE + "?state=gone").content.decode()
    say(client, machine, UNSAID, floor.line.pk)
    assert said(machine) is None
    assert "Oven" not in client.get(PAGE + "?state=gone").content.decode()


def test_the_list_is_narrowed_by_state_and_words(client, floor):
    oven, crane, cart = floor.machine("Oven", serial_number="S-77"), floor.machine("Crane"), floor.machine("Cart")
    say(client, oven, floor.line.pk)
    say(client, crane, NONE)

    def names(**query: str) -> set[str]:
        page = client.get(PAGE, query)
        return {row.equipment.name for row in page.context["shown"]}

    assert names() == {"Oven", "Crane", "Cart"}
    assert (names(state="tied"), names(state="none"), names(state="open")) == ({"Oven"}, {"Crane"}, {"Cart"})
    assert (names(q="s-77"), names(q="cra"), names(q="x")) == ({"Oven"}, {"Crane"}, set())
    assert names(state="nonsense") == {"Oven", "Crane", "Cart"}
    assert cart.pk


def test_nothing_at_all_says_where_equipment_comes_from(client):
    assert "No equipment yet" in client.get(PAGE).content.decode()
    assert "No machine fits" in client.get(PAGE + "?q=zz").content.decode()


def test_long_lists_come_in_pages_and_take_as_many_queries(client, floor, django_assert_max_num_queries):
    for number in range(60):
        floor.machine(f"Machine {number:02}")
    assert "Page 1 of 3" in client.get(PAGE).content.decode()
    with django_assert_max_num_queries(25):
        page = client.get(PAGE + "?page=3")
    assert len(page.context["shown"]) == 10


def test_what_is_said_shows_on_the_case_of_a_stop(client, floor, django_capture_on_commit_callbacks):
    machine = floor.machine("Oven")
    floor.request(machine)
    stop = floor.stop()
    assert "repair" not in judge(stop).detail
    with django_capture_on_commit_callbacks(execute=True):
        say(client, machine, floor.line.pk)
    judge(stop)
    assert Case.objects.get(subject_key=str(stop.pk)).detail.endswith("1 repair under way")


def test_untying_what_nobody_tied_does_nothing(floor, lead):
    machine = floor.machine("Oven")
    untie(machine, by=lead, before=UNSAID)
    assert not Entry.objects.filter(verb="machine.untied").exists()


def test_only_those_who_may_decide_about_the_plant_see_and_tie_its_machines():
    world, wrong = World(), []
    world.second.delete()
    floor = Floor(world.group)
    machine = floor.machine("Oven")
    place = (world.group.plant.pk, world.group.warehouse.pk)
    for person in world.people:
        allowed = person.may(Permission.TIE_MACHINES, place)
        page = person.client.get(PAGE)
        shown = page.status_code == 200 and "Oven" in page.content.decode()
        with undone():
            status = say(person.client, machine, floor.line.pk).status_code
            done = said(machine) is not None
        wrong += [] if (shown, done) == (allowed, allowed) else [f"{person.label}: {shown} {done} {status}"]
    assert not wrong, "\n".join(wrong)
