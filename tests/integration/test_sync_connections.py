"""Attaching an Odoo: each wrong step has its own clear message, and the same database keeps its number and rows."""

import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from demo.odoo.server import StandIn
from odoo_sync import tasks
from odoo_sync.connections import accept_new_identity, check_identity, open_client, probe_again
from odoo_sync.errors import (
    AddressError,
    DatabaseError,
    IdentityError,
    NotSentError,
    SecretError,
    SignInError,
    UndecidedError,
)
from odoo_sync.identity import Identity
from odoo_sync.initial import load_all
from odoo_sync.likeness import Answer, Decision
from odoo_sync.mirror.company import Company, Partner
from odoo_sync.models import Connection
from odoo_sync.probe import Capabilities, lacks
from odoo_sync.secrets import decrypt, encrypt

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wrong", "kind", "words"),
    [
        ({"url": "http://127.0.0.1:1"}, NotSentError, "Nothing listens"),
        ({"url": "http://nosuchhost.invalid"}, NotSentError, "not known"),
        ({"url": "odoo"}, AddressError, "no web address"),
        ({"database": "nosuch"}, DatabaseError, "Check its name"),
        ({"secret": "wrong-secret"}, SignInError, "does not accept the login 'admin'"),
        ({"login": "nobody"}, SignInError, "does not accept the login 'nobody'"),
    ],
)
def test_each_wrong_entry_has_its_own_message(odoo, attach_to, wrong, kind, words):
    with pytest.raises(kind, match=words):
        attach_to(odoo, **wrong)
    assert not Connection.objects.exists()


def test_a_web_page_instead_of_odoo_is_told_as_such(odoo, attach_to):
    odoo.faults.add("500", times=-1)
    with pytest.raises(Exception, match="HTTP 500"):
        attach_to(odoo)


def test_attaching_notes_version_companies_and_what_is_missing(odoo, attach_to):
    connection = attach_to(odoo)
    known = connection.capabilities
    assert connection.server_version.startswith("18.0")
    assert known["companies"] == {"1": "My Company"} and known["uid"] == 2
    assert known["unavailable"] == {}


def test_attaching_twice_keeps_number_and_rows(odoo, attach_to):
    first = attach_to(odoo)
    load_all(first)
    rows = Partner.everything.count()
    again = attach_to(odoo, name="Other name", secret="admin")
    assert again.pk == first.pk and Connection.objects.count() == 1
    assert Partner.everything.count() == rows
    assert decrypt(again.secret) == "admin"


def test_a_database_that_has_moved_keeps_number_and_rows(odoo, clock, attach_to):
    first = attach_to(odoo)
    with StandIn(now=clock.now, world=odoo.world) as moved:
        with pytest.raises(UndecidedError, match=f"Aurora .{first.pk}."):
            attach_to(moved)
        again = attach_to(moved, decision=Decision(Answer.MOVED, first.pk))
        assert again.pk == first.pk and again.url == moved.url and again.generation == first.generation + 1


def other_database(odoo, clock):
    """A server of another database under the address of the first one."""
    clock.move(days=1)
    port = odoo.port
    odoo.stop()
    server = StandIn(port, now=clock.now)
    server.world.add_key("admin", "an-api-key-of-admin")
    return server


def test_another_database_under_a_known_address_is_refused(odoo, clock, attach_to):
    attach_to(odoo)
    with other_database(odoo, clock) as other, pytest.raises(IdentityError, match="until a person decides"):
        attach_to(other)


def test_sync_stops_when_another_database_answers_and_goes_on_when_the_former_is_back(odoo, clock, attach_to):
    connection = attach_to(odoo)
    load_all(connection)
    with other_database(odoo, clock) as other:
        other.call("res.partner", "create", {"name": "A stranger"})
        tasks.poll_connection(connection.pk, "warm")
        stopped = Connection.objects.get(pk=connection.pk)
        assert stopped.problem_kind == "identity" and "Another database" in stopped.problem
        clock.move(hours=1)
        for lane in ("hot", "warm", "cold"):
            tasks.poll_connection(connection.pk, lane)
        assert not Partner.everything.filter(name="A stranger").exists()
    odoo.start()
    clock.move(hours=1)
    tasks.poll_connection(connection.pk, "hot")
    assert Connection.objects.get(pk=connection.pk).problem == ""


def test_a_person_may_let_the_other_database_have_the_address(odoo, clock, attach_to):
    former = attach_to(odoo)
    load_all(former)
    with other_database(odoo, clock):
        successor = accept_new_identity(former, same_data=False)
        assert successor.pk != former.pk and (successor.url, successor.retired_at) == (former.url, None)
        assert not Partner.objects.of(former.pk).exists() and Partner.everything.of(former.pk).exists()
        load_all(successor)
        assert Partner.objects.of(successor.pk).exists()


def test_a_person_may_say_that_it_is_the_same_data_restored(odoo, clock, attach_to):
    connection = attach_to(odoo)
    load_all(connection)
    with other_database(odoo, clock) as other:
        kept = accept_new_identity(connection, same_data=True)
        assert kept.pk == connection.pk and not kept.cursors.exclude(loaded_at=None).exists()
        other.call("res.partner", "create", {"name": "After the restore"})
        load_all(kept)
        assert Partner.objects.of(kept.pk).filter(name="After the restore").exists()


def test_a_new_company_is_no_other_database(odoo, clock, attach_to):
    connection = attach_to(odoo)
    clock.move(days=1)
    odoo.call("res.company", "create", {"name": "A new plant"})
    client = open_client(connection)
    check_identity(connection, client)
    client.close()
    probe_again(connection)
    assert "A new plant" in connection.capabilities["companies"].values()
    load_all(connection)
    assert Company.objects.of(connection.pk).filter(name="A new plant").exists()


@pytest.mark.parametrize(
    ("one", "two", "same", "alike"),
    [
        (Identity("u", {}), Identity("u", {"company 1": "x"}), True, True),
        (Identity("u", {"user 8": "x"}), Identity("v", {"user 8": "x"}), False, True),
        (Identity("u", {}), Identity("v", {}), False, False),
        (Identity("", {"company 1": "x"}), Identity("", {"company 1": "x", "company 2": "y"}), True, False),
        (Identity("", {"company 1": "x"}), Identity("", {"company 1": "z"}), False, False),
        (Identity("", {"user 8": "x"}), Identity("u", {"user 8": "x"}), True, True),
        (
            Identity("", {"user 8": "x", "company 1": "a"}),
            Identity("", {"user 8": "x", "company 1": "b"}),
            False,
            False,
        ),
        (Identity("", {}), Identity("", {}), False, False),
    ],
)
def test_two_looks_are_compared(one, two, same, alike):
    assert (one.is_same(two), two.is_same(one)) == (same, same)
    assert (one.resembles(two), two.resembles(one)) == (alike, alike)


def test_a_changed_field_key_says_what_to_do(settings):
    settings.FIELD_KEY = "the former one"
    stored = encrypt("an-api-key")
    assert b"an-api-key" not in stored and decrypt(stored) == "an-api-key"
    settings.FIELD_KEY = "another one"
    with pytest.raises(SecretError, match="FIELD_KEY has changed"):
        decrypt(stored)


def test_a_changed_field_key_is_told_at_the_connection(linked, settings):
    settings.FIELD_KEY = "another one"
    tasks.poll_connection(linked.connection.pk, "warm")
    assert "FIELD_KEY" in Connection.objects.get(pk=linked.connection.pk).problem


def test_no_secret_reaches_a_log_or_a_message(odoo, attach_to, caplog):
    logging.getLogger("odoorpc.rpc.jsonrpclib").setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    connection = attach_to(odoo)
    load_all(connection)
    with pytest.raises(SignInError) as told:
        attach_to(odoo, secret="a-secret-that-is-wrong")
    logging.getLogger("odoorpc.rpc.jsonrpclib").setLevel(logging.WARNING)
    assert "JSON,send" in caplog.text
    for secret in ("an-api-key-of-admin", "a-secret-that-is-wrong"):
        assert secret not in caplog.text and secret not in str(told.value) + repr(told.value)
    assert b"an-api-key-of-admin" not in bytes(connection.secret)


def test_what_an_odoo_lacks_is_listed_without_what_it_may_lack():
    found = Capabilities(
        missing={"purchase.order.line": ["feeds_moves", "received"]}, unavailable={"mrp.production": "No."}
    )
    assert lacks(found) == ["mrp.production: No.", "purchase.order.line: no received; left empty."]


def test_the_commands_attach_and_load_and_may_be_repeated(odoo, transactional, monkeypatch):
    monkeypatch.setenv("ODOO_KEY", "an-api-key-of-admin")
    out = StringIO()
    for _ in range(2):
        call_command("probe_odoo", url=odoo.url, db=odoo.database, login="admin", stdout=out)
        call_command("sync_odoo", stdout=out)
    told = out.getvalue()
    assert "Odoo 18.0" in told and "res.partner" in told and "mirrors up to date" in told
    assert "an-api-key" not in told
    assert Connection.objects.count() == 1 and Partner.objects.exists()


def test_the_commands_say_what_is_wrong_in_one_line(odoo, monkeypatch):
    monkeypatch.setenv("ODOO_KEY", "wrong")
    with pytest.raises(CommandError, match="does not accept the login"):
        call_command("probe_odoo", url=odoo.url, db=odoo.database, login="admin", stdout=StringIO())
    with pytest.raises(CommandError, match="probe_odoo first"):
        call_command("sync_odoo", stdout=StringIO())
