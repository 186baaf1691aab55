"""A copy of an Odoo looks like its original: a person's word alone points a connection there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.actions import outbox, requests
from apps.actions.errors import CannotUndoError, PlanChangedError, StaleRequestError
from apps.actions.models import RequestState
from apps.actions.progress import Progress
from apps.audit.models import Entry
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.notifications.models import Notification
from demo.odoo.server import StandIn
from odoo_sync.connections import attach, bury, part
from odoo_sync.errors import IdentityError, UndecidedError
from odoo_sync.identity import Identity
from odoo_sync.initial import load_all
from odoo_sync.likeness import Answer, Decision, compare
from odoo_sync.mirror.company import Partner
from odoo_sync.models import Connection
from odoo_sync.transport import Address
from tests.integration.conftest import Clock, Linked
from tests.integration.kept import fresh
from tests.integration.orders import Ordered, at
from tests.integration.outbox import calls as calls
from tests.integration.outbox import delivered, new_date
from tests.integration.outbox import ordered as ordered
from tests.integration.outbox import quick as quick
from tests.integration.wizard import KEY, go, text_of, walk
from tests.integration.wizard import admin as admin
from tests.people import buyer, plant_manager

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def copy(clock: Clock) -> Iterator[StandIn]:
    """As the database was when it was installed: what was done in the original since is not there."""
    with fresh().odoo(clock.now) as server:
        server.world.add_key("admin", KEY)
        yield server


def at_(server: StandIn, secret: str = KEY) -> Address:
    return Address(server.url, server.database, "admin", secret)


def typed(server: StandIn, **more: Any) -> dict[str, Any]:
    return {"name": "Again", "url": server.url, "database": server.database, "login": "admin", "secret": KEY, **more}


def grown(linked: Linked) -> int:
    """A record that was made in the original after the copy."""
    made = linked.partner("Nordstahl")
    linked.poll(Partner)
    return made


def test_the_wizard_asks_whether_it_is_the_same_database_and_a_copy_gets_a_number_of_its_own(
    client: Client, admin: User, linked: Linked, copy: StandIn
) -> None:
    number = grown(linked)
    walk(client, copy)
    page = text_of(client.get("/settings/connections/new/save/"))
    assert "It looks like Aurora" in page and "Which database is it?" in page
    assert f"here it is known up to {number}" in page and "there are two databases, and one is a copy" in page
    known = linked.connection.pk
    for answer in ({}, {"decision": f"moved:{known}"}, {"decision": "moved:999"}, {"decision": "x"}):
        assert go(client, "save", name="Copy", **answer).status_code == 422
        assert Connection.objects.get().url == linked.odoo.url
    assert go(client, "save", name="Copy", decision="apart").status_code == 302
    second = Connection.objects.exclude(pk=known).get()
    assert (second.name, second.url) == ("Copy", copy.url)
    kept = Connection.objects.get(pk=known)
    assert (kept.url, kept.generation) == (linked.odoo.url, 1)


def test_what_contradicts_is_refused_where_it_was_said_to_have_moved(linked: Linked, copy: StandIn) -> None:
    grown(linked)
    with pytest.raises(UndecidedError, match="moved or connected again"):
        attach(**typed(copy))
    with pytest.raises(IdentityError, match=r"This cannot be Aurora .* known up to"):
        attach(**typed(copy, decision=Decision(Answer.MOVED, linked.connection.pk)))
    with pytest.raises(IdentityError, match="does not look like that one"):
        attach(**typed(copy, decision=Decision(Answer.MOVED, 999)))


def test_a_backup_takes_the_place_of_its_original_by_a_persons_word(linked: Linked, copy: StandIn) -> None:
    grown(linked)
    linked.odoo.stop()
    again = attach(**typed(copy, decision=Decision(Answer.RESTORED, linked.connection.pk)))
    assert (again.pk, again.url, again.generation, again.history_since) == (linked.connection.pk, copy.url, 2, 2)
    assert not again.cursors.exclude(loaded_at=None).exists()


def test_a_record_that_is_older_there_contradicts(linked: Linked, copy: StandIn) -> None:
    linked.odoo.call("res.partner", "write", [1], {"name": "Changed after the copy"})
    linked.poll(Partner)
    found = compare(linked.connection, at_(copy))
    assert any(told.startswith("res.partner 1 was changed at") for told in found.contradicting)


def test_one_server_by_two_names_is_asked_about_and_nothing_contradicts(
    client: Client, admin: User, linked: Linked
) -> None:
    linked.odoo.world.add_key("admin", KEY)
    other = linked.odoo.url.replace("127.0.0.1", "localhost")
    for step, values in {
        "address": {"url": other}, "database": {"database": linked.odoo.database},
        "sign-in": {"login": "admin", "key": KEY}, "rights": {},
    }.items():  # fmt: skip
        assert go(client, step, **values).status_code == 302
    page = text_of(client.get("/settings/connections/new/save/"))
    assert "two names of one server" in page and "Contradicts it" not in page
    assert Connection.objects.get().url == linked.odoo.url
    assert go(client, "save", name="x", decision=f"moved:{linked.connection.pk}").status_code == 302
    kept = Connection.objects.get()
    assert (kept.name, kept.url, kept.generation) == ("Aurora", other, 2)
    entry = Entry.objects.get(verb="connection.attached_again")
    assert entry.details["answer"] == "moved"


def test_a_company_that_the_new_key_does_not_see_is_named_at_another_address_too(
    client: Client, admin: User, linked: Linked
) -> None:
    known = linked.connection
    known.capabilities["companies"]["9"] = "Aurora Metals"
    known.save(update_fields=["capabilities"])
    linked.odoo.world.add_key("admin", KEY)
    go(client, "address", url=linked.odoo.url.replace("127.0.0.1", "localhost"))
    go(client, "database", database=linked.odoo.database)
    go(client, "sign-in", login="admin", key=KEY)
    go(client, "rights")
    assert "no longer seen with this key: Aurora Metals" in text_of(client.get("/settings/connections/new/save/"))


def test_another_uuid_is_a_copy_that_odoo_made() -> None:
    one, two = Identity("u", {"user 2": "x"}), Identity("v", {"user 2": "x"})
    assert one.resembles(two) and not one.is_same(two)


def pointed_elsewhere(ordered: Ordered) -> Connection:
    """A person has said that its Odoo moved; another server answers there with the same world."""
    odoo: Any = ordered.odoo
    with StandIn(world=odoo.world) as moved:
        moved.world.add_key("admin", KEY)
        return attach(**typed(moved, decision=Decision(Answer.MOVED, ordered.connection.pk)))


def test_what_waits_for_approval_does_not_follow_to_another_database(ordered: Ordered, calls: list[str]) -> None:
    answer = {"new_date": at(400).date(), "reason": "Furnace down"}
    request = requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))
    pointed_elsewhere(ordered)
    with pytest.raises(PlanChangedError, match="planned on another database"):
        requests.approve(request, by=plant_manager(ordered.company), plan_hash=request.plan_hash)
    outbox.deliver_waiting()
    request.refresh_from_db()
    assert request.state == RequestState.OUTDATED and calls == []
    assert Notification.objects.filter(text__startswith="Not sent, it was planned on another database").exists()
    assert "Plan it anew" in str(Progress(request, request.requested_by).next)
    assert Entry.objects.filter(verb="request.outdated", object_key=str(request.pk)).exists()


def test_what_was_approved_and_not_sent_does_not_follow(ordered: Ordered, calls: list[str]) -> None:
    request = new_date(ordered)
    pointed_elsewhere(ordered)
    assert delivered(request).state == RequestState.APPROVED and calls == []
    outbox.deliver_waiting()
    request.refresh_from_db()
    assert request.state == RequestState.OUTDATED and calls == []


def test_a_request_planned_while_it_pointed_elsewhere_does_not_come_back_with_it(
    ordered: Ordered, calls: list[str]
) -> None:
    Connection.objects.filter(pk=ordered.connection.pk).update(generation=2)
    request = new_date(ordered)
    assert request.generation == 2
    Connection.objects.filter(pk=ordered.connection.pk).update(generation=3)
    outbox.deliver_waiting()
    request.refresh_from_db()
    assert request.state == RequestState.OUTDATED and calls == []


def test_what_was_refused_is_not_sent_again_elsewhere(ordered: Ordered) -> None:
    request = new_date(ordered)
    request.state = RequestState.REFUSED
    request.save(update_fields=["state"])
    Connection.objects.filter(pk=ordered.connection.pk).update(generation=2)
    with pytest.raises(StaleRequestError, match="planned on another database"):
        requests.again(request, by=request.requested_by)


def test_what_was_done_can_be_taken_back_after_a_move_and_not_in_a_backup(ordered: Ordered) -> None:
    request = delivered(new_date(ordered))
    assert request.state == RequestState.VERIFIED
    Connection.objects.filter(pk=ordered.connection.pk).update(generation=2)
    assert requests.undo_plan(request).steps
    Connection.objects.filter(pk=ordered.connection.pk).update(history_since=2)
    with pytest.raises(CannotUndoError, match="has been replaced"):
        requests.undo_plan(request)


def test_a_disconnected_odoo_lives_again_under_its_number(linked: Linked) -> None:
    rows = linked.rows(Partner).count()
    linked.odoo.world.add_key("admin", KEY)
    part(linked.connection)
    bury(linked.connection)
    assert not linked.rows(Partner).exists()
    with pytest.raises(UndecidedError):
        attach(**typed(linked.odoo))
    again = attach(**typed(linked.odoo, decision=Decision(Answer.MOVED, linked.connection.pk)))
    assert (again.pk, again.name, again.retired_at) == (linked.connection.pk, "Aurora", None)
    assert again.writes_enabled and bury(again) == 0
    load_all(again)
    assert linked.rows(Partner).count() == rows


def test_writing_that_was_stopped_before_stays_stopped(linked: Linked) -> None:
    linked.connection.writes_enabled = False
    linked.odoo.world.add_key("admin", KEY)
    part(linked.connection)
    again = attach(**typed(linked.odoo, decision=Decision(Answer.MOVED, linked.connection.pk)))
    assert not again.writes_enabled
