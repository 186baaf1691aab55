"""The sync page: how the mirror stands, who sees it, and the switches."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from apps.console import switches, tasks
from apps.console.mirror_state import standings
from controltower.lib.keys import row_key
from controltower.lib.scope import Scope
from odoo_sync.errors import ThrottledError
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Company
from odoo_sync.models import Connection, Cursor, Quarantine, Run
from tests import people

pytestmark = pytest.mark.django_db
BY_PERSON = ("pause", "resume", "stop-writes", "allow-writes", "sweep", "retry", "same-data", "other-data")


@pytest.fixture
def odoo() -> Connection:
    connection = Connection.objects.create(
        name="Group Odoo", url="https://odoo.example", database="prod", login="tower-bot", secret=b"sealed"
    )
    Company.objects.create(id=row_key(connection.pk, 1), name="Lyon SAS")
    now = timezone.now()
    for mirror in mirrors:
        Cursor.objects.create(connection=connection, mirror=mirror.key, loaded_at=now, as_of=now, rows=12345)
    Run.objects.create(
        connection=connection, mirror="purchase.order", kind="delta", started_at=now, rows_read=7, rows_changed=3
    )
    return connection


@pytest.fixture
def admin(client: Client) -> User:
    user = people.administrator()
    client.force_login(user)
    return user


def _page(client: Client) -> str:
    response = client.get("/sync/")
    assert response.status_code == 200
    return response.content.decode()


def test_a_fresh_mirror_says_so_per_model(client: Client, admin: User, odoo: Connection) -> None:
    page = _page(client)
    for words in ("Group Odoo", "up to date", "purchase.order", "12,345", "Tier L1", "odoo.example"):
        assert words in page


def test_an_old_mirror_is_behind(client: Client, admin: User, odoo: Connection) -> None:
    Cursor.objects.update(as_of=timezone.now() - timedelta(hours=2))
    assert ">behind<" in _page(client)


def test_a_first_load_shows_its_progress(client: Client, admin: User, odoo: Connection) -> None:
    Cursor.objects.filter(mirror="res.company").update(
        loaded_at=None, as_of=None, load_started_at=timezone.now(), load_total=40
    )
    page = _page(client)
    assert "loading" in page
    assert '<progress max="40" value="1">' in page


def test_a_failing_connection_says_why_in_words(client: Client, admin: User, odoo: Connection) -> None:
    Connection.objects.update(
        problem="Odoo refuses the key <of> tower-bot.", problem_kind="E", problem_since=timezone.now()
    )
    page = _page(client)
    assert "failing" in page
    assert "Odoo refuses the key &lt;of&gt; tower-bot." in page


def test_quarantined_rows_are_listed_with_their_reason(client: Client, admin: User, odoo: Connection) -> None:
    Quarantine.objects.create(connection=odoo, mirror="res.partner", odoo_id=77, reason="date out of range")
    page = _page(client)
    assert "res.partner,77" in page
    assert "date out of range" in page
    assert "Try again now" in page


def test_who_works_in_a_company_sees_its_mirror_without_addresses_or_rows(client: Client, odoo: Connection) -> None:
    Quarantine.objects.create(connection=odoo, mirror="res.partner", odoo_id=77, reason="date out of range")
    other = Connection.objects.create(name="Other Odoo", url="https://o.example", database="x", login="x", secret=b"x")
    Company.objects.create(id=row_key(other.pk, 1), name="Elsewhere")
    client.force_login(people.buyer(row_key(odoo.pk, 1)))
    page = _page(client)
    assert "Group Odoo" in page
    for hidden in ("Other Odoo", "odoo.example", "tower-bot", "date out of range", "Stop all writing"):
        assert hidden not in page


def test_without_a_role_there_is_nothing_to_see(client: Client, odoo: Connection) -> None:
    for user in (people.nobody(), people.person(Role.EXECUTIVE)):
        client.force_login(user)
        assert client.get("/sync/").status_code == 403


@pytest.mark.parametrize("act", BY_PERSON)
def test_only_a_group_administrator_has_the_switches(client: Client, odoo: Connection, act: str) -> None:
    lyon = row_key(odoo.pk, 1)
    for user in (people.buyer(), people.auditor(), people.person(Role.ADMINISTRATOR, company=lyon), people.nobody()):
        client.force_login(user)
        assert client.get(f"/sync/{odoo.pk}/{act}/").status_code == 403
        assert client.post(f"/sync/{odoo.pk}/{act}/").status_code == 403
    assert not Entry.objects.filter(verb__startswith="connection.").exists()


def test_every_switch_is_covered_by_the_test_of_rights() -> None:
    assert set(BY_PERSON) == set(switches.SWITCHES)


def test_looking_at_a_switch_does_nothing(client: Client, admin: User, odoo: Connection) -> None:
    for act in BY_PERSON:
        assert client.get(f"/sync/{odoo.pk}/{act}/").status_code == 200
    odoo.refresh_from_db()
    assert odoo.paused_at is None
    assert odoo.writes_enabled


def test_pausing_and_resuming_leave_a_trace_once(client: Client, admin: User, odoo: Connection) -> None:
    for _ in range(2):
        client.post(f"/sync/{odoo.pk}/pause/")
    odoo.refresh_from_db()
    assert odoo.paused_at is not None
    assert ">paused<" in _page(client)
    client.post(f"/sync/{odoo.pk}/resume/")
    odoo.refresh_from_db()
    assert odoo.paused_at is None
    assert _verbs() == ["connection.paused", "connection.resumed"]


def test_the_kill_switch_stops_writing(client: Client, admin: User, odoo: Connection) -> None:
    client.post(f"/sync/{odoo.pk}/stop-writes/")
    odoo.refresh_from_db()
    assert not odoo.writes_enabled
    assert "writing stopped" in _page(client)
    client.post(f"/sync/{odoo.pk}/allow-writes/")
    odoo.refresh_from_db()
    assert odoo.writes_enabled
    assert _verbs() == ["connection.writes_stopped", "connection.writes_allowed"]


def test_unknown_acts_and_connections_are_not_there(client: Client, admin: User, odoo: Connection) -> None:
    assert client.post(f"/sync/{odoo.pk}/explode/").status_code == 404
    assert client.post("/sync/999999/pause/").status_code == 404


def test_retrying_asks_for_each_mirror_once(
    client: Client, admin: User, odoo: Connection, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks.retry_quarantined, "delay", lambda number, mirror: asked.append((number, mirror)))
    for odoo_id in (1, 2):
        Quarantine.objects.create(connection=odoo, mirror="res.partner", odoo_id=odoo_id, reason="x")
    Quarantine.objects.create(connection=odoo, mirror="stock.move", odoo_id=1, reason="x")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/sync/{odoo.pk}/retry/")
    assert asked == [(odoo.pk, "res.partner"), (odoo.pk, "stock.move")]
    entries = Entry.objects.filter(verb="quarantine.retried").order_by("id")
    assert [(entry.details["mirror"], entry.details["rows"]) for entry in entries] == [
        ("res.partner", 2),
        ("stock.move", 1),
    ]


def test_rows_that_fail_again_stay_and_the_others_are_released(odoo: Connection, monkeypatch) -> None:
    for odoo_id in (1, 2, 3):
        Quarantine.objects.create(connection=odoo, mirror="res.partner", odoo_id=odoo_id, reason="x")

    def resync(connection: Connection, mirror: type, ids: list[int], client: object) -> None:
        assert list(ids) == [1, 2, 3]
        from odoo_sync import quarantine

        quarantine.hold(connection, mirror, 2, "still bad")

    monkeypatch.setattr(tasks, "resync", resync)
    tasks.reread(odoo, None, "res.partner")
    waiting = Quarantine.objects.filter(released_at=None)
    assert [(row.odoo_id, row.reason, row.attempts) for row in waiting] == [(2, "still bad", 2)]


def test_another_database_is_decided_by_a_person(client: Client, admin: User, odoo: Connection, monkeypatch) -> None:
    Connection.objects.update(problem="Another database answers.", problem_kind="identity")
    page = _page(client)
    assert "It is the same data" in page
    decided: list[bool] = []

    def accept(connection: Connection, *, same_data: bool) -> Connection:
        decided.append(same_data)
        return connection

    monkeypatch.setattr(switches, "accept_new_identity", accept)
    client.post(f"/sync/{odoo.pk}/same-data/")
    assert decided == [True]
    assert _verbs() == ["connection.identity_decided"]


def test_an_odoo_that_cannot_be_asked_is_said_and_nothing_is_recorded(
    client: Client, admin: User, odoo: Connection, monkeypatch
) -> None:
    def accept(connection: Connection, *, same_data: bool) -> Connection:
        raise ThrottledError("Odoo asks us to wait.")

    monkeypatch.setattr(switches, "accept_new_identity", accept)
    response = client.post(f"/sync/{odoo.pk}/same-data/")
    assert response.status_code == 422
    assert "Odoo asks us to wait." in response.content.decode()
    assert _verbs() == []


def test_the_fragment_alone_is_given_to_the_page_that_asks_again(client: Client, admin: User, odoo: Connection) -> None:
    fragment = client.get("/sync/", headers={"HX-Request": "true", "HX-Target": "connections"}).content.decode()
    assert "<html" not in fragment
    assert "Group Odoo" in fragment


def test_a_retired_connection_is_not_shown(odoo: Connection) -> None:
    Connection.objects.update(retired_at=timezone.now())
    assert standings(Scope.everything()) == []


def test_no_secret_is_on_the_page(client: Client, admin: User, odoo: Connection) -> None:
    assert "sealed" not in _page(client).replace("not yet sealed", "")


def _verbs() -> list[str]:
    return list(Entry.objects.filter(verb__startswith="connection.").order_by("id").values_list("verb", flat=True))
