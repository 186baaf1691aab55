"""The audit page: what a reader may see of the trail, filtered, paged and exported."""

import csv
import io
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from apps.audit.record import record
from apps.audit.seal import seal
from apps.audit.verify import note, verify
from apps.console import trail
from controltower.lib.keys import row_key
from odoo_sync.mirror.company import Company
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def lyon() -> Company:
    return Company.objects.create(id=row_key(1, 1), name="Lyon SAS")


@pytest.fixture
def detroit() -> Company:
    return Company.objects.create(id=row_key(1, 2), name="Detroit Inc.")


@pytest.fixture
def reader(client: Client) -> User:
    user = people.auditor()
    client.force_login(user)
    return user


def _page(client: Client, **query: str) -> str:
    response = client.get("/audit/", query)
    assert response.status_code == 200, response.content
    return response.content.decode()


def test_an_entry_reads_as_a_sentence(client: Client, reader: User) -> None:
    user = people.person(username="paula")
    record(reader, "grant.given", user, role="buyer", where="Lyon SAS", login="paula")
    assert "granted buyer in Lyon SAS to paula" in _page(client)


def test_what_people_typed_is_shown_as_text_not_as_markup(client: Client, reader: User) -> None:
    record(reader, "grant.given", reader, role="<script>alert(1)</script>", where="<b>", login="{{ x }}")
    page = _page(client)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_nobody_without_the_role_reads_the_trail(client: Client, lyon: Company) -> None:
    for user in (people.nobody(), people.buyer(lyon), people.plant_manager()):
        client.force_login(user)
        assert client.get("/audit/").status_code == 403
        assert client.get("/audit/export.csv").status_code == 403


def test_a_company_auditor_reads_that_company_alone(client: Client, lyon: Company, detroit: Company) -> None:
    here = people.person(username="here", company=None)
    record(here, "case.noted", lyon, text="words of Lyon")
    record(here, "case.noted", detroit, text="words of Detroit")
    record(here, "case.noted", here, text="words of the group")
    client.force_login(people.person(Role.AUDITOR, company=lyon))
    for text in (_page(client), _read(client.get("/audit/export.json"))):
        assert "words of Lyon" in text
        assert "words of Detroit" not in text
        assert "words of the group" not in text
    assert "Detroit Inc." not in _page(client), "not even in the choice of companies"
    assert "State of the record" not in _page(client)


def test_filters_narrow_and_stay_in_the_address(client: Client, reader: User, lyon: Company) -> None:
    paula = people.person(username="paula")
    record(paula, "case.noted", lyon, text="first")
    record(reader, "case.noted", lyon, text="second")
    record(paula, "case.assigned", paula, text="third")
    assert _texts(person="paula") == ["third", "first"]
    assert _texts(person="PAULA", verb="case.noted") == ["first"]
    assert _texts(verb="case.") == ["third", "second", "first"]
    assert _texts(object=f"odoo_sync.company:{lyon.pk}") == ["second", "first"]
    assert _texts(object="accounts.user") == ["third"]
    assert _texts(company=str(lyon.pk)) == ["second", "first"]
    today = timezone.localdate()
    assert len(_texts(since=str(today), until=str(today), verb="case.")) == 3
    assert _texts(until=str(today - timedelta(days=1))) == []
    assert 'value="paula"' in _page(client, person="paula")


def test_entries_of_one_request_are_found_together(client: Client, reader: User) -> None:
    from apps.audit.group import grouped

    with grouped() as group:
        record(reader, "case.noted", reader, text="one")
        record(reader, "case.noted", reader, text="two")
    record(reader, "case.noted", reader, text="other")
    assert _texts(group=str(group)) == ["two", "one"]


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"until": "2026-13-45"},
        {"company": "Lyon"},
        {"group": "abc"},
        {"until": "10000-01-01"},
    ],
)
def test_a_filter_that_cannot_be_read_shows_nothing_and_says_so(client: Client, reader: User, query: dict) -> None:
    record(reader, "case.noted", reader, text="hidden until the filter is clear")
    response = client.get("/audit/", query)
    assert response.status_code == 400
    page = response.content.decode()
    assert "cannot be read" in page
    assert "hidden until" not in page
    assert client.get("/audit/export.csv", query).status_code == 404


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("query", [{"until": "9999-12-31"}, {"since": "0001-01-01"}, {"until": "2201-01-01"}])
def test_a_day_far_off_excludes_nothing(client: Client, reader: User, query: dict, zone: str) -> None:
    User.objects.filter(pk=reader.pk).update(time_zone=zone)
    record(reader, "case.noted", reader, text="shown all the same")
    assert "shown all the same" in _page(client, **query)
    assert "shown all the same" in _read(client.get("/audit/export.json", query))


@pytest.mark.parametrize("query", [{"since": "9999-12-31"}, {"until": "0001-01-01"}])
def test_a_day_before_or_after_everything_excludes_everything(client: Client, reader: User, query: dict) -> None:
    record(reader, "case.noted", reader, text="not of that day")
    assert "not of that day" not in _page(client, **query)


def test_rubbish_in_the_address_never_breaks_the_page(client: Client, reader: User) -> None:
    for query in ({"before": "x"}, {"before": "9" * 40}, {"company": "9" * 30}, {"person": "\u2028'; --"}):
        assert client.get("/audit/", query).status_code in (200, 400)


def test_pages_follow_each_other_without_gap_or_repeat(client: Client, reader: User) -> None:
    for number in range(120):
        record(reader, "case.noted", reader, number=number)
    entries = trail.found(_group(), trail.Filters(verb="case.noted"))
    seen: list[int] = []
    before: int | None = None
    while True:
        rows, before = trail.page(entries, str(before or ""))
        seen += [entry.details["number"] for entry in rows]
        if before is None:
            break
    assert seen == list(reversed(range(120)))


def test_an_export_has_everything_that_matches_and_an_outsider_can_check_it(client: Client, reader: User) -> None:
    for number in range(5):
        record(reader, "case.noted", reader, number=number, text="Prüfung")
    seal()
    rows = json.loads(_read(client.get("/audit/export.json")))
    previous = bytes(32)
    for position, row in enumerate(rows, 1):
        entry = {name: row[name] for name in row if name not in ("sentence", "previous_hash", "hash")}
        assert entry["position"] == position
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = sha256(previous + text.encode()).digest()
        assert row["hash"] == previous.hex()
    assert len(rows) == Entry.objects.exclude(position=None).count() >= 5


def test_an_export_never_runs_in_a_spreadsheet(client: Client, reader: User) -> None:
    evil = people.person(username="evil")
    User.objects.filter(pk=evil.pk).update(first_name='=HYPERLINK("http://elsewhere.example")')
    evil.refresh_from_db()
    record(evil, "case.noted", evil)
    rows = list(csv.DictReader(io.StringIO(_read(client.get("/audit/export.csv", {"verb": "case.noted"})))))
    assert [row["actor_name"] for row in rows] == ['\'=HYPERLINK("http://elsewhere.example")']


def test_taking_an_export_is_recorded(client: Client, reader: User) -> None:
    _read(client.get("/audit/export.csv", {"verb": "case.noted"}))
    entry = Entry.objects.get(verb="audit.exported")
    assert (entry.actor, entry.details["form"], entry.details["filters"]) == (reader.pk, "csv", "verb=case.noted")
    assert client.get("/audit/export.exe").status_code == 404


def test_the_state_of_the_record_is_honest(client: Client, reader: User) -> None:
    record(reader, "case.noted", reader)
    assert "not verified yet" in _page(client)
    seal()
    note(verify())
    page = _page(client)
    assert ">holds<" in page
    assert "cut tail" in page


def test_a_flaw_is_shown(client: Client, reader: User) -> None:
    from django.db import connection

    record(reader, "case.noted", reader)
    seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
        cursor.execute("UPDATE audit_entry SET verb = 'case.closed' WHERE verb = 'case.noted'")
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only")
    note(verify())
    assert "does not hold" in _page(client)
    assert "not what was sealed" in _page(client)


def _group():
    from controltower.lib.scope import Scope

    return Scope.everything()


def _texts(**query: str) -> list[str]:
    found = trail.found(_group(), trail.Filters.of(query))
    return [entry.details["text"] for entry in found if "text" in entry.details]


def _read(response) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


@pytest.mark.django_db(transaction=True)
async def test_an_asynchronous_server_sends_the_export_piece_by_piece(async_client) -> None:
    from asgiref.sync import sync_to_async
    from django.db import connections

    def arrange() -> None:
        user = people.auditor()
        async_client.force_login(user)
        for number in range(1200):
            record(user, "case.noted", user, number=number)

    await sync_to_async(arrange)()
    response = await async_client.get("/audit/export.json", {"verb": "case.noted"})
    pieces = [piece async for piece in response.streaming_content]
    await sync_to_async(connections.close_all)()
    assert len(pieces) > 2
    assert [row["details"]["number"] for row in json.loads(b"".join(pieces))] == list(range(1200))
