"""Connecting an Odoo step by step, changing a connection, and disconnecting it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.audit.phrases import phrases
from apps.console import connections, tasks
from apps.console.settings.draft import KEPT_AS
from apps.exceptions.models import Case
from demo.odoo.server import StandIn
from odoo_sync import connections as attaching
from odoo_sync import tasks as sync_tasks
from odoo_sync.checks import Support, support_of
from odoo_sync.errors import AddressError
from odoo_sync.initial import load_all
from odoo_sync.mirror.company import Company, Partner
from odoo_sync.models import Connection
from odoo_sync.reach import refuse_host
from odoo_sync.secrets import decrypt
from tests.integration.wizard import KEY, NEW, go, limited_user, text_of, walk
from tests.integration.wizard import admin as admin
from tests.integration.wizard import bot as bot

pytestmark = pytest.mark.django_db


def test_an_odoo_is_connected_step_by_step_and_its_load_begins(
    client: Client, admin: User, odoo: StandIn, bot: str, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    begun: list[int] = []
    monkeypatch.setattr(sync_tasks.load, "delay", begun.append)
    walk(client, odoo)
    page = text_of(client.get(f"{NEW}save/"))
    assert "My Company" in page and "1 company" in page
    with django_capture_on_commit_callbacks(execute=True):
        response = go(client, "save", name="Aurora")
    connection = Connection.objects.get()
    assert response["Location"] == f"/settings/connections/{connection.pk}/"
    assert (connection.name, connection.url, connection.login) == ("Aurora", odoo.url, "admin")
    assert decrypt(connection.secret) == KEY and begun == [connection.pk]
    assert KEPT_AS not in client.session
    told = [phrases.read(one) for one in Entry.objects.filter(verb__startswith="connection.").order_by("pk")]
    assert told[0].startswith("looked for an Odoo at 127.0.0.1")
    assert told[-1] == f"connected the Odoo Aurora at {odoo.url}"
    assert "First load" in text_of(client.get(f"/settings/connections/{connection.pk}/"))


def test_the_load_is_watched_until_everything_is_here(
    client: Client, admin: User, odoo: StandIn, attach_to: Any
) -> None:
    connection = attach_to(odoo)
    address = f"/settings/connections/{connection.pk}/"
    fragment = text_of(client.get(address, headers={"HX-Target": "progress"}))
    assert "hx-get" in fragment and "models are here" in fragment and "<html" not in fragment
    load_all(connection)
    fragment = text_of(client.get(address, headers={"HX-Target": "progress"}))
    assert "hx-get" not in fragment and "First load" not in fragment
    assert '<p id="state" hx-swap-oob="true">' in fragment and "up to date" in fragment
    page = text_of(client.get(address))
    assert page.count('id="state"') == 1 and "hx-swap-oob" not in page


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("address", {"url": ""}, "This field is required"),
        ("address", {"url": "odoo"}, "no web address"),
        ("address", {"url": "http://[1"}, "no web address"),
        ("address", {"url": "ftp://odoo.example"}, "no web address"),
        ("address", {"url": "http://user:pass@127.0.0.1"}, "must not hold a user name or password"),
        ("address", {"url": "http://127.0.0.1:1"}, "Nothing listens"),
        ("address", {"url": "http://nosuchhost.invalid"}, "not known"),
        ("database", {"database": "nosuch"}, "nosuch is not one of the available choices"),
        ("sign-in", {"login": "nobody", "key": KEY}, "does not accept the login"),
        ("sign-in", {"login": "admin", "key": "wrong-key-of-admin"}, "does not accept the login"),
        ("sign-in", {"login": "", "key": KEY}, "This field is required"),
        ("save", {"name": " "}, "This field is required"),
    ],
)
def test_each_step_says_what_failed_and_keeps_what_was_typed(
    client: Client, admin: User, odoo: StandIn, bot: str, step: str, typed: dict[str, str], words: str
) -> None:
    walk(client, odoo, until=step)
    response = go(client, step, **typed)
    page = text_of(response)
    assert response.status_code == 422
    assert words.replace("'", "&#x27;") in page or words in page
    assert 'role="alert"' in page
    for name, value in typed.items():
        if value.strip() and name not in ("key", "database"):
            assert f'value="{value}"' in page
    assert not Connection.objects.exists()


def test_an_address_as_the_browser_shows_it_is_taken(client: Client, admin: User, odoo: StandIn) -> None:
    assert go(client, "address", url=f"{odoo.url}/web?debug=1#action=1&cids=1").status_code == 302
    assert client.session[KEPT_AS]["url"] == odoo.url


def test_a_database_that_the_server_keeps_to_itself_is_typed_and_looked_for(
    client: Client, admin: User, odoo: StandIn, bot: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("odoo_sync.checks._databases", lambda transport: None)
    walk(client, odoo, until="database")
    page = text_of(go(client, "database", database="Nosuch"))
    assert "has no database “Nosuch”" in page and 'value="Nosuch"' in page
    assert go(client, "database", database=odoo.database).status_code == 302


def test_an_odoo_that_is_too_old_is_refused(client: Client, admin: User, odoo: StandIn, monkeypatch: Any) -> None:
    monkeypatch.setattr("odoo_sync.checks.version", lambda transport, seconds: "14.0")
    assert "The tower reads Odoo from 17 on" in text_of(go(client, "address", url=odoo.url))
    assert [support_of(one) for one in ("18.0-2025", "saas~18.2", "19.0", "16.0", "", "x")] == [
        Support.TRIED, Support.TRIED, Support.UNTRIED, Support.TOO_OLD, Support.UNTRIED, Support.UNTRIED,
    ]  # fmt: skip


def test_rights_that_lack_are_named_with_the_groups_that_give_them(
    client: Client, admin: User, odoo: StandIn, bot: str
) -> None:
    limited_user(odoo)
    walk(client, odoo, until="sign-in")
    assert go(client, "sign-in", login="buyer", key="key-of-the-buyer").status_code == 302
    page = text_of(client.get(f"{NEW}rights/"))
    assert "The bot user may not read sale.order. Give it the right in Odoo. Odoo gives it to: Accounting" in page
    refused = page.partition('id="barred"')[0].count("The bot user may not read ")
    assert "Sales/User: Own Documents Only" in page and f"{refused} models cannot be read in full" in page
    assert "This looks like a password" in page
    assert "<code>purchase.order</code>" in page
    assert go(client, "rights").status_code == 302


def test_a_later_step_leads_back_to_where_it_goes_on(client: Client, admin: User, odoo: StandIn, bot: str) -> None:
    assert client.get(f"{NEW}save/")["Location"] == f"{NEW}address/"
    assert go(client, "save", name="x").status_code == 302 and not Connection.objects.exists()
    walk(client, odoo)
    assert go(client, "address", url="http://127.0.0.1:1").status_code == 422
    assert client.get(f"{NEW}save/")["Location"] == f"{NEW}address/"
    assert go(client, "address", url=odoo.url).status_code == 302
    assert 'value="admin"' in text_of(client.get(f"{NEW}database/")) or client.session[KEPT_AS]["login"] == "admin"
    assert client.get(f"{NEW}nothing/").status_code == 404


def test_a_key_is_kept_sealed_and_never_shown_or_logged(
    client: Client, admin: User, odoo: StandIn, bot: str, caplog: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    walk(client, odoo, until="sign-in")
    wrong = "a-wrong-key-that-was-typed"
    pages = [text_of(go(client, "sign-in", login="admin", key=wrong))]
    assert "is kept, and never shown" in pages[0]
    assert go(client, "sign-in", login="admin", key=KEY).status_code == 302
    assert go(client, "sign-in", login="admin", key="").status_code == 302
    kept = [Session.objects.get(pk=client.session.session_key).session_data, str(dict(client.session))]
    go(client, "rights")
    go(client, "save", name="Aurora")
    number = Connection.objects.get().pk
    pages += [text_of(client.get(f"/settings/connections/{number}/{page}")) for page in ("", "edit/", "remove/")]
    pages += [text_of(client.get(f"{NEW}{step}/", follow=True)) for step in ("address", "sign-in")]
    trail = [str(one.details) for one in Entry.objects.all()]
    for text in (*pages, *kept, *trail, caplog.text):
        assert KEY not in text and wrong not in text


def test_cancelling_forgets_everything(client: Client, admin: User, odoo: StandIn, bot: str) -> None:
    walk(client, odoo)
    assert go(client, "save", do="cancel").status_code == 302
    assert KEPT_AS not in client.session


def change(client: Client, connection: Connection, **typed: str) -> Any:
    known = {"name": connection.name, "url": connection.url, "database": connection.database, "login": connection.login}
    seen = connections.edition(Connection.objects.get(pk=connection.pk))
    return client.post(f"/settings/connections/{connection.pk}/edit/", {**known, "key": "", "seen": seen, **typed})


def test_a_new_key_is_tried_before_it_takes_the_old_ones_place(
    client: Client, admin: User, odoo: StandIn, bot: str, attach_to: Any
) -> None:
    connection = attach_to(odoo)
    response = change(client, connection, key="a-key-that-is-wrong")
    assert response.status_code == 422 and "does not accept the login" in text_of(response)
    assert decrypt(Connection.objects.get().secret) == "an-api-key-of-admin"
    assert change(client, connection, key=KEY).status_code == 302
    assert decrypt(Connection.objects.get().secret) == KEY
    verbs = [one.verb for one in Entry.objects.filter(verb__startswith="connection.").order_by("at")]
    assert verbs == ["connection.looked_for", "connection.looked_for", "connection.key_replaced"]


def test_a_name_is_changed_and_the_key_stays(client: Client, admin: User, odoo: StandIn, attach_to: Any) -> None:
    connection = attach_to(odoo)
    assert change(client, connection, name="Moved").status_code == 302
    held = Connection.objects.get()
    assert (held.name, decrypt(held.secret)) == ("Moved", "an-api-key-of-admin")


@pytest.mark.parametrize("typed", [{"url": "http://127.0.0.1:1"}, {"database": "other"}, {"login": "somebody"}])
def test_the_present_key_is_sent_nowhere_but_where_it_was_given_for(
    client: Client, admin: User, odoo: StandIn, attach_to: Any, typed: dict[str, str]
) -> None:
    connection = attach_to(odoo)
    response = change(client, connection, **typed)
    assert response.status_code == 422 and "Type the key as well" in text_of(response)
    assert not Entry.objects.filter(verb="connection.looked_for").exists()


def test_another_address_in_the_wizard_forgets_the_key(client: Client, admin: User, odoo: StandIn, bot: str) -> None:
    walk(client, odoo, until="rights")
    assert go(client, "address", url=odoo.url.replace("127.0.0.1", "localhost")).status_code == 302
    assert client.session[KEPT_AS]["sealed"] == ""
    assert go(client, "database", database=odoo.database).status_code == 302
    assert "This field is required" in text_of(go(client, "sign-in", login="admin", key=""))


def test_an_odoo_that_moved_is_changed_with_its_key(
    client: Client, admin: User, odoo: StandIn, bot: str, clock: Any, attach_to: Any
) -> None:
    connection = attach_to(odoo)
    with StandIn(now=clock.now, world=odoo.world) as moved:
        asked = change(client, connection, name="Moved", url=moved.url, key=KEY)
        assert asked.status_code == 422 and "A copy looks the same as its original" in text_of(asked)
        assert Connection.objects.get().url == odoo.url
        assert change(client, connection, name="Moved", url=moved.url, key=KEY, is_moved="on").status_code == 302
        held = Connection.objects.get()
        assert (held.name, held.url, decrypt(held.secret)) == ("Moved", moved.url, KEY)
    told = phrases.read(Entry.objects.get(verb="connection.changed"))
    assert told.startswith("changed the connection Moved: name: Aurora → Moved, url: ")


def test_another_database_does_not_take_a_connections_place(
    client: Client, admin: User, odoo: StandIn, clock: Any, attach_to: Any
) -> None:
    connection = attach_to(odoo)
    clock.move(days=1)
    client.force_login(admin)
    with StandIn(now=clock.now) as other:
        other.world.add_key("admin", "an-api-key-of-admin")
        response = change(client, connection, url=other.url, key="an-api-key-of-admin")
    assert response.status_code == 422 and "Another database answers" in text_of(response)
    assert Connection.objects.get().url == odoo.url


def test_of_two_who_change_a_connection_at_once_the_second_is_told(
    client: Client, admin: User, odoo: StandIn, attach_to: Any
) -> None:
    connection = attach_to(odoo)
    seen = connections.edition(connection)
    assert change(client, connection, name="First").status_code == 302
    response = change(client, connection, name="Second", seen=seen)
    assert "Somebody else has changed this connection" in text_of(response) and 'value="Second"' in text_of(response)
    assert Connection.objects.get().name == "First"
    other = Connection.objects.create(name="Other", url="http://o.test", database="o", login="l", secret=b"")
    assert "Another connection has this name" in text_of(change(client, other, name="First"))


def test_a_look_under_way_does_not_undo_a_change(odoo: StandIn, bot: str, attach_to: Any, admin: User) -> None:
    connection = attach_to(odoo)
    stale = Connection.objects.get(pk=connection.pk)
    attaching_change = {"name": "New", "url": odoo.url, "database": odoo.database, "login": "admin", "secret": KEY}
    connections.change(connection, **attaching_change, seen=connections.edition(connection), by=admin)
    attaching.probe_again(stale)
    held = Connection.objects.get()
    assert (held.name, decrypt(held.secret)) == ("New", KEY)


def test_a_connection_is_asked_again_what_it_allows(client: Client, admin: User, odoo: StandIn, attach_to: Any) -> None:
    connection = attach_to(odoo)
    address = f"/settings/connections/{connection.pk}/"
    Connection.objects.update(capabilities={**connection.capabilities, "unavailable": {"sale.order": "No right"}})
    assert "No right" in text_of(client.get(address))
    assert client.post(address).status_code == 302
    assert "every mirrored model can be read" in text_of(client.get(address))
    odoo.stop()
    response = client.post(address)
    assert response.status_code == 422 and "It could not be asked" in text_of(response)


def test_disconnecting_asks_for_the_name_and_forgets_the_key(
    client: Client,
    admin: User,
    odoo: StandIn,
    attach_to: Any,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: Any,
) -> None:
    buried: list[int] = []
    monkeypatch.setattr(tasks.bury_rows, "delay", buried.append)
    connection = attach_to(odoo)
    load_all(connection)
    address = f"/settings/connections/{connection.pk}/remove/"
    assert "mirrored rows stay as gone" in text_of(client.get(address))
    refused = client.post(address, {"name": "aurora"})
    assert refused.status_code == 422 and "exactly as it stands" in text_of(refused)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, {"name": "Aurora"}).status_code == 302
    held = Connection.objects.get()
    assert held.retired_at is not None and not held.writes_enabled and bytes(held.secret) == b""
    assert buried == [held.pk] and client.get(address).status_code == 404
    assert phrases.read(Entry.objects.get(verb="connection.removed")).startswith("disconnected Aurora")
    assert "Disconnected" in text_of(client.get("/settings/connections/"))


def test_the_rows_of_a_disconnected_odoo_count_as_gone_even_if_the_task_was_lost(
    odoo: StandIn, attach_to: Any, admin: User, monkeypatch: Any
) -> None:
    swept: list[int] = []
    first = attach_to(odoo)
    load_all(first)
    monkeypatch.setattr(tasks.sweep, "delay", swept.append)
    tasks.bury_rows(first.pk)
    assert Partner.objects.of(first.pk).exists()
    connections.disconnect(first, typed="Aurora", by=admin)
    tasks.bury_rows(first.pk)
    assert swept == [first.pk]
    assert not Partner.objects.of(first.pk).exists() and Partner.everything.of(first.pk).exists()
    Company.everything.of(first.pk).update(gone_at=None)
    sync_tasks.sweep_ids()
    assert not Company.objects.of(first.pk).exists()
    assert not Case.objects.live().filter(connection=first).exists()


def test_an_installation_may_name_the_hosts_that_are_called(
    client: Client, admin: User, odoo: StandIn, settings: Any
) -> None:
    assert django_settings.ODOO_HOSTS == []
    settings.ODOO_HOSTS = ["odoo.example.com"]
    refuse_host("ODOO.example.com")
    refuse_host("eu.odoo.example.com.")
    for host in ("example.com", "evilodoo.example.com", "127.0.0.1", "odoo.example.com.evil.test"):
        with pytest.raises(AddressError, match="ODOO_HOSTS"):
            refuse_host(host)
    assert "is not among the hosts" in text_of(go(client, "address", url=odoo.url))


def test_the_kill_switch_is_on_the_page_and_leads_back_to_it(
    client: Client, admin: User, odoo: StandIn, attach_to: Any
) -> None:
    connection = attach_to(odoo)
    switch = f"/sync/{connection.pk}/stop-writes/?from=settings"
    assert switch in text_of(client.get("/settings/connections/"))
    assert client.post(switch)["Location"] == "/settings/connections/"
    assert "writing stopped" in text_of(client.get("/settings/connections/"))
    assert "writing stopped for 1" in text_of(client.get("/settings/"))


def test_writing_is_stopped_everywhere_at_once(client: Client, admin: User) -> None:
    for name in ("One", "Two"):
        Connection.objects.create(name=name, url=f"http://{name}.test", database="d", login="bot", secret=b"")
    Connection.objects.create(
        name="Off", url="http://o.test", database="d", login="b", secret=b"", writes_enabled=False
    )
    assert "One, Two" in text_of(client.get("/settings/connections/stop-writes/"))
    assert client.post("/settings/connections/stop-writes/").status_code == 302
    assert not Connection.objects.filter(writes_enabled=True).exists()
    assert Entry.objects.filter(verb="connection.writes_stopped").count() == 2
    assert "Nothing is written anywhere" in text_of(client.get("/settings/connections/stop-writes/"))
