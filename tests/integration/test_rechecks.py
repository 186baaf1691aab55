"""What an administrator asks of the mirror by hand: a sweep of all ids, or one record read again."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from controltower.lib.locks import lock_number
from odoo_sync import quarantine, rechecks, tasks
from odoo_sync.mirror.company import Partner
from odoo_sync.models import Connection, Cursor, Quarantine, Recheck
from tests import people
from tests.boards import Group
from tests.integration.conftest import Linked
from tests.people import person

pytestmark = pytest.mark.django_db
MINE = "res.partner"


@pytest.fixture
def admin(client: Client) -> User:
    user = people.administrator()
    client.force_login(user)
    return user


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The looks handed to a worker, which does not run."""
    keys: list[int] = []
    monkeypatch.setattr(tasks.recheck, "delay", keys.append)
    return keys


def ask_record(client: Client, connection: Connection, record: object, model: str = MINE):
    return client.post(f"/sync/{connection.pk}/record/", {"model": model, "record": str(record)})


def page(client: Client) -> str:
    return " ".join(client.get("/sync/").content.decode().split())


def look(linked: Linked, odoo_id: int | None = None) -> Recheck:
    """Asked for and carried out."""
    kind = Recheck.Kind.SWEEP if odoo_id is None else Recheck.Kind.RECORD
    mirror = "" if odoo_id is None else MINE
    one = Recheck.objects.create(
        connection=linked.connection, kind=kind, mirror=mirror, odoo_id=odoo_id, asked_by=1, asked_by_name="Ada"
    )
    tasks.recheck(one.pk)
    one.refresh_from_db()
    return one


def test_a_sweep_is_started_once_recorded_and_shown(
    client, admin, group, sent, django_capture_on_commit_callbacks
) -> None:
    address = f"/sync/{group.connection.pk}/sweep/"
    assert "Rechecks" not in page(client)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address).status_code == 302
        again = client.post(address)
    assert again.status_code == 422
    assert f"already under way: {admin.shown_name} asked for it" in again.content.decode()
    assert sent == [Recheck.objects.get().pk]
    assert Entry.objects.filter(verb="sync.sweep_asked").count() == 1
    assert "waiting for a worker" in page(client)
    Recheck.objects.update(started_at=timezone.now(), done=3, total=21)
    assert '<progress max="21" value="3"' in page(client)
    rechecks.end(Recheck.objects.get(), Recheck.Outcome.COMPARED, found=2, gone=0, suspects=1, frozen=[], unread=[])
    shown = page(client)
    assert "2 missing rows have been read. 1 row is absent for the first time: the next sweep decides." in shown
    assert client.post(address).status_code == 302


def test_two_open_looks_at_one_thing_are_impossible(group) -> None:
    values = {"connection": group.connection, "kind": "sweep", "asked_by": 1, "asked_by_name": "Ada"}
    Recheck.objects.create(**values)
    with pytest.raises(IntegrityError, match="one_open_recheck_of_a_thing"), transaction.atomic():
        Recheck.objects.create(**values)


def test_a_look_that_was_lost_with_its_worker_blocks_nobody(client, admin, group, sent) -> None:
    address = f"/sync/{group.connection.pk}/sweep/"
    client.post(address)
    Recheck.objects.update(alive_at=timezone.now() - rechecks.LOST_AFTER - timedelta(seconds=1))
    assert client.post(address).status_code == 302
    assert sorted(Recheck.objects.values_list("outcome", flat=True)) == ["", "lost"]
    assert "See that a worker is running" in page(client)


def test_a_record_is_asked_for_by_id_or_by_the_number_people_know(client, admin, group, sent) -> None:
    key = group.connection.pk << 40
    Partner.objects.bulk_create(
        [Partner(id=key | 7, name="Nordkugel"), Partner(id=key | 8, name="Twin"), Partner(id=key | 9, name="Twin")]
    )
    assert ask_record(client, group.connection, "7").status_code == 302
    assert ask_record(client, group.connection, 12345).status_code == 302
    assert [(one.mirror, one.odoo_id) for one in Recheck.objects.order_by("id")] == [(MINE, 7), (MINE, 12345)]
    assert "already under way" in ask_record(client, group.connection, "nordkugel").content.decode()
    twin = ask_record(client, group.connection, "Twin")
    assert twin.status_code == 422
    assert "Enter one of their ids: 8, 9." in twin.content.decode()
    entry = Entry.objects.filter(verb="sync.record_asked").order_by("id").last()
    assert (entry.details["mirror"], entry.details["odoo_id"], entry.actor) == (MINE, 12345, admin.pk)


@pytest.mark.parametrize(
    ("model", "record", "words"),
    [
        ("crm.lead", "1", "crm.lead is not mirrored from this Odoo"),
        ("purchase.order", "0", "No record of Odoo has this id"),
        ("purchase.order", str(1 << 40), "No record of Odoo has this id"),
        ("purchase.order", "P99999", "no such record of this name"),
        ("purchase.order.line", "P1", "no such record of this name"),
        ("purchase.order", "", "This field is required"),
        ("purchase.order", "²", "no such record of this name"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(client, admin, group, sent, model, record, words) -> None:
    answer = ask_record(client, group.connection, record, model)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Recheck.objects.exists()


def test_a_paused_retired_or_silent_odoo_is_refused(client, admin, group, sent) -> None:
    one, now = Connection.objects.filter(pk=group.connection.pk), timezone.now()
    addresses = (f"/sync/{group.connection.pk}/sweep/", f"/sync/{group.connection.pk}/record/")
    one.update(paused_at=now)
    for address in addresses:
        answer = client.post(address, {"model": MINE, "record": "7"})
        assert answer.status_code == 422
        assert "is paused. Resume it first." in answer.content.decode()
    one.update(paused_at=None, retry_at=now + timedelta(minutes=1), problem="Odoo does not answer.")
    assert "cannot be read now: Odoo does not answer." in client.post(addresses[0]).content.decode()
    one.update(retry_at=None, problem="")
    Cursor.objects.update(loaded_at=None)
    assert "there is nothing to compare" in client.post(addresses[0]).content.decode()
    one.update(retired_at=now)
    for address in addresses:
        assert client.post(address, {"model": MINE, "record": "7"}).status_code == 404
    assert not Recheck.objects.exists()
    assert not Entry.objects.filter(verb__startswith="sync.").exists()
    assert sent == []


def test_the_looks_are_for_administrators_of_the_whole_group(client, group) -> None:
    Recheck.objects.create(connection=group.connection, kind="sweep", asked_by=1, asked_by_name="Ada Secret")
    lyon = group.companies[0].pk
    for user in (people.buyer(), person(Role.ADMINISTRATOR, company=lyon), people.nobody()):
        client.force_login(user)
        assert client.get(f"/sync/{group.connection.pk}/record/").status_code == 403
        assert ask_record(client, group.connection, 7).status_code == 403
    client.force_login(person(Role.ADMINISTRATOR, company=lyon))
    assert "Ada Secret" not in page(client)
    assert "Run a sweep" not in page(client)


def test_a_case_leads_administrators_to_its_record_filled_in(client, group) -> None:
    case = group.case(5)
    odoo_id = int(case.subject_key) & ((1 << 40) - 1)
    address = f"/sync/{group.connection.pk}/record/?model={case.subject_type}&amp;record={odoo_id}"
    client.force_login(people.plant_manager())
    assert address not in client.get(f"/cases/{case.pk}/").content.decode()
    client.force_login(person(Role.PLANT_MANAGER, Role.ADMINISTRATOR))
    assert address in client.get(f"/cases/{case.pk}/").content.decode()
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert f'<option value="{case.subject_type}" selected>' in form
    assert f'value="{odoo_id}"' in form


def test_reading_a_record_again_says_what_it_changed(linked: Linked) -> None:
    number = linked.partner()
    assert look(linked, number).outcome == "new"
    assert linked.row(Partner, number).name == "Nordstahl"
    assert look(linked, number).outcome == "same"
    linked.odoo.call("res.partner", "write", [number], {"name": "Südstahl"})
    changed = look(linked, number)
    assert (changed.outcome, changed.details["fields"]) == ("changed", ["name"])
    assert linked.row(Partner, number).name == "Südstahl"
    linked.odoo.call("res.partner", "unlink", [number])
    gone = look(linked, number)
    assert (gone.outcome, gone.details) == ("absent", {"known": True})
    assert look(linked, 999_999).details == {"known": False}


def test_a_record_that_cannot_be_converted_is_held_and_one_that_can_is_released(linked: Linked, monkeypatch) -> None:
    number = linked.partner()
    Quarantine.objects.create(connection=linked.connection, mirror=MINE, odoo_id=number, reason="x")
    assert look(linked, number).outcome == "new"
    assert not Quarantine.objects.filter(released_at=None).exists()
    hold = partial(quarantine.hold, linked.connection, Partner, number, "date out of range")
    monkeypatch.setattr(rechecks, "resync", lambda *given: {number: hold()})
    assert look(linked, number).outcome == "held"
    assert Quarantine.objects.filter(released_at=None, odoo_id=number).exists()


def test_a_sweep_asked_for_finds_what_is_missing_and_what_is_gone(linked: Linked) -> None:
    lost, gone = linked.partner("Lost"), linked.partner("Gone")
    linked.poll(Partner)
    Partner.everything.filter(name="Lost").delete()
    linked.odoo.call("res.partner", "unlink", [gone])
    linked.clock.move(seconds=30)
    first = look(linked)
    assert (first.outcome, first.details["found"], first.details["suspects"]) == ("compared", 1, 1)
    assert first.done == first.total > 5
    assert linked.row(Partner, lost).name == "Lost"
    linked.clock.move(minutes=1)
    assert look(linked).details["gone"] == 1
    assert linked.row(Partner, gone).gone_at is not None


def test_an_odoo_that_does_not_answer_ends_the_look_with_its_reason(linked: Linked) -> None:
    linked.odoo.stop()
    one = look(linked, 1)
    assert one.outcome == "failed"
    assert one.details["reason"] == Connection.objects.get().problem != ""


def test_a_pause_between_the_click_and_the_worker_is_respected(linked: Linked) -> None:
    Connection.objects.update(paused_at=timezone.now())
    assert look(linked, 1).details["reason"] == "It was paused meanwhile."


def test_a_defect_ends_the_look_and_is_not_hidden(linked: Linked, monkeypatch) -> None:
    monkeypatch.setattr(rechecks, "read_one", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        look(linked, 1)
    assert Recheck.objects.get().outcome == "failed"


def test_a_sweep_waits_for_one_that_the_timetable_has_begun(linked: Linked, monkeypatch) -> None:
    from django.db import connections

    again: list[object] = []
    monkeypatch.setattr(tasks.recheck, "apply_async", lambda **given: again.append(given["args"]))
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(f"odoo_sync.sweep {linked.connection.pk}")])
        one = look(linked)
    other.close()
    assert again == [[one.pk]]
    assert (one.ended_at, one.started_at) == (None, None)


def test_a_look_that_has_ended_is_not_carried_out_again(linked: Linked) -> None:
    one = look(linked, 1)
    tasks.recheck(one.pk)
    assert Recheck.objects.get().alive_at == one.alive_at
