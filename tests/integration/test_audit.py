"""The audit trail: plain inserts, one chain, nothing changes afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from apps.audit.chain import GENESIS, link
from apps.audit.errors import SecretRefusedError, UnstorableDetailError
from apps.audit.group import grouped
from apps.audit.models import Entry, Verification
from apps.audit.record import Note, record, record_all
from apps.audit.seal import head, seal
from apps.audit.verify import Flaw, Report, note
from tests import people

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_which_thing() -> None:
    by = people.buyer()
    entry = record(by, "case.noted", by, text="call the vendor", due=date(2026, 3, 1), money=Decimal("12.50"))
    entry.refresh_from_db()
    assert (entry.actor, entry.actor_name, entry.verb) == (by.pk, by.username, "case.noted")
    assert (entry.object_type, entry.object_key) == ("accounts.user", str(by.pk))
    assert entry.details == {"text": "call the vendor", "due": "2026-03-01", "money": "12.50"}


def test_many_things_are_recorded_at_once_in_their_order(django_assert_num_queries) -> None:
    things = [people.nobody() for _ in range(3)]
    with django_assert_num_queries(1):
        record_all(None, [Note("case.noted", thing, {"number": number}) for number, thing in enumerate(things)])
    assert record_all(None, []) == 0
    entries = Entry.objects.order_by("id")
    assert [(entry.object_key, entry.details) for entry in entries] == [
        (str(thing.pk), {"number": number}) for number, thing in enumerate(things)
    ]
    assert seal() == 3


def test_the_tower_itself_acts_without_a_person() -> None:
    assert record(None, "case.opened", people.nobody()).actor is None


def test_a_detail_named_like_a_secret_is_refused() -> None:
    for name in ("password", "api_key", "apiKey", "odoo_secret", "Authorization", "access_token"):
        with pytest.raises(SecretRefusedError):
            record(None, "connection.changed", people.nobody(), **{name: "x"})
    with pytest.raises(SecretRefusedError):
        record(None, "connection.changed", people.nobody(), nested=[{"password": "x"}])


def test_a_detail_without_a_plain_form_is_refused() -> None:
    with pytest.raises(UnstorableDetailError):
        record(None, "case.noted", people.nobody(), body=b"bytes")


def test_text_that_the_database_cannot_hold_is_cleaned_not_refused() -> None:
    entry = record(None, "case.noted", people.nobody(), text="a\x00b\ud800c")
    entry.refresh_from_db()
    assert entry.details == {"text": "a\ufffdb?c"}


def test_sealing_chains_entries_densely_in_order() -> None:
    for number in range(5):
        record(None, "case.noted", people.nobody(), number=number)
    assert seal(batch=2) == 5
    previous = GENESIS
    for position, entry in enumerate(Entry.objects.order_by("position"), 1):
        assert entry.position == position
        assert bytes(entry.previous_hash) == previous
        previous = link(previous, entry)
        assert bytes(entry.hash) == previous
    assert head() == (5, previous)
    assert seal() == 0


def test_entries_of_one_request_share_a_group() -> None:
    thing = people.nobody()
    with grouped() as group:
        assert {record(None, "a", thing).group, record(None, "b", thing).group} == {group}
    assert record(None, "c", thing).group is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entry SET verb = 'case.closed'",
        "UPDATE audit_entry SET position = NULL, previous_hash = NULL, hash = NULL",
        "UPDATE audit_entry SET hash = '\\x00'",
        "UPDATE audit_entry SET details = '{}'",
        "DELETE FROM audit_entry",
    ],
)
def test_a_sealed_entry_cannot_be_changed_or_removed(change: str) -> None:
    record(None, "case.noted", people.nobody(), text="x")
    seal()
    _refused(change)


def test_an_unsealed_entry_cannot_be_changed_even_while_sealing() -> None:
    record(None, "case.noted", people.nobody(), text="x")
    _refused("UPDATE audit_entry SET verb = 'y'")
    _refused("UPDATE audit_entry SET verb = 'y', position = 1, previous_hash = '\\x00', hash = '\\x00'")
    _refused("UPDATE audit_entry SET actor_name = 'somebody else', position = 1, previous_hash = '', hash = ''")


def test_an_entry_cannot_be_added_already_sealed() -> None:
    with pytest.raises(DatabaseError, match="added unsealed"), transaction.atomic():
        Entry.objects.create(
            verb="x", actor_name="x", object_type="x", object_key="1", position=1, previous_hash=b"", hash=b""
        )


def test_the_trail_cannot_be_emptied() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_truncate")
        _refused("TRUNCATE audit_entry")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_verification SET flaws = '[]'",
        "UPDATE audit_verification SET at = now()",
        "DELETE FROM audit_verification",
    ],
)
def test_what_a_check_found_cannot_be_changed_or_removed(change: str) -> None:
    found = Report(count=1, flaws=[Flaw(1, None, "the entry is missing")])
    note(found)
    _refused(change)
    assert Verification.objects.get().flaws == ["position 1: the entry is missing"]


def test_what_checks_found_cannot_be_emptied() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_verification ENABLE TRIGGER audit_verification_no_truncate")
        _refused("TRUNCATE audit_verification")
        cursor.execute("ALTER TABLE audit_verification DISABLE TRIGGER audit_verification_no_truncate")


def test_times_are_kept_in_utc() -> None:
    entry = record(None, "x", people.nobody(), at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert entry.details == {"at": "2026-01-01T12:00:00+00:00"}


def _refused(sql: str) -> None:
    from django.db import connection

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
