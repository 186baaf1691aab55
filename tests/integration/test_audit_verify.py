"""Verifying names whatever was done to the trail behind the tower's back."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import DailyRoot, Entry
from apps.audit.record import record
from apps.audit.roots import keep_root
from apps.audit.seal import head, seal
from apps.audit.verify import Anchor, verify
from tests import people

COUNT = 6
pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> Iterator[list[int]]:
    """Six sealed entries, with the protection off as a superuser of the database could have it."""
    thing = people.nobody()
    for number in range(COUNT):
        record(thing, "case.noted", thing, number=number, text="Prüfung", nested={"list": [1, None, True]})
    seal()
    _run("ALTER TABLE audit_entry DISABLE TRIGGER ALL; ALTER TABLE audit_dailyroot DISABLE TRIGGER ALL")
    yield list(Entry.objects.order_by("position").values_list("id", flat=True))
    _run("ALTER TABLE audit_entry ENABLE TRIGGER ALL; ALTER TABLE audit_dailyroot ENABLE TRIGGER ALL")
    _run("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_truncate")
    _run("ALTER TABLE audit_dailyroot DISABLE TRIGGER audit_root_no_truncate")


class Undo(Exception):
    """Takes a planted change back."""


def test_an_untouched_chain_holds(chain: list[int]) -> None:
    report = verify()
    assert report.holds
    assert (report.count, report.root, report.waiting) == (COUNT, head().hash, 0)


def test_an_empty_chain_holds() -> None:
    assert verify().holds


TEXTS = ("actor_name", "verb", "object_type", "object_key")
NUMBERS = ("actor", "company", "plant", "position", "id")
BYTES = ("hash", "previous_hash")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), which=st.integers(0, COUNT - 1))
def test_any_flipped_byte_is_named(chain: list[int], data: st.DataObject, which: int) -> None:
    column = data.draw(st.sampled_from((*TEXTS, *NUMBERS, *BYTES, "at", "group", "details")), label="column")
    sql, key = _flip(column, data), chain[which]
    try:
        with transaction.atomic():
            assert _run(f'UPDATE audit_entry SET "{column}" = {sql} WHERE id = %s', key) == 1
            named = {flaw.entry for flaw in verify().flaws} | {flaw.position for flaw in verify().flaws}
            assert named & {key, which + 1}, verify().flaws
            raise Undo
    except Undo:
        pass
    assert verify().holds


def _flip(column: str, data: st.DataObject) -> str:
    """SQL that gives a column's value with one byte or bit changed."""
    if column in TEXTS:
        byte = data.draw(st.integers(33, 126), label="byte")
        other = f"CASE WHEN left({column}, 1) = chr({byte}) THEN '¿' ELSE chr({byte}) END"
        return f"overlay({column} PLACING {other} FROM 1 FOR 1)"
    if column in BYTES:
        bit = data.draw(st.integers(0, 255), label="bit")
        return f"set_bit({column}, {bit}, 1 - get_bit({column}, {bit}))"
    if column == "at":
        return f"at + interval '{1 << data.draw(st.integers(0, 50), label='bit')} microseconds'"
    if column == "group":
        return "gen_random_uuid()"
    if column == "details":
        return data.draw(
            st.sampled_from(
                (
                    "replace(details::text, 'P', 'Q')::jsonb",
                    "replace(details::text, 'null', 'true')::jsonb",
                    "replace(details::text, '[1,', '[1.0,')::jsonb",
                    "jsonb_set(details, '{number}', '17')",
                    "details - 'text'",
                    "details || '{\"more\": null}'",
                )
            ),
            label="details",
        )
    bit = 1 << data.draw(st.integers(3, 40), label="bit")
    return f"coalesce({column}, 0) # {bit}"


def test_a_moment_that_python_cannot_hold_is_named_too(chain: list[int]) -> None:
    _run("UPDATE audit_entry SET at = 'infinity' WHERE id = %s", chain[2])
    assert [flaw.entry for flaw in verify().flaws] == [chain[2]]


def test_only_the_changed_entry_is_named(chain: list[int]) -> None:
    _run("UPDATE audit_entry SET verb = 'case.closed' WHERE id = %s", chain[2])
    assert [(flaw.position, flaw.entry) for flaw in verify().flaws] == [(3, chain[2])]


def test_a_removed_entry_is_named_by_its_position(chain: list[int]) -> None:
    _run("DELETE FROM audit_entry WHERE id = %s", chain[3])
    assert [(flaw.position, flaw.entry) for flaw in verify().flaws] == [(4, None)]


def test_an_entry_removed_with_the_gap_closed_is_named(chain: list[int]) -> None:
    _run("DELETE FROM audit_entry WHERE id = %s", chain[3])
    _run("UPDATE audit_entry SET position = position - 1 WHERE position = 5")
    _run("UPDATE audit_entry SET position = position - 1 WHERE position = 6")
    assert {4, 5} <= {flaw.position for flaw in verify().flaws}


def test_an_entry_added_between_is_named(chain: list[int]) -> None:
    _run("UPDATE audit_entry SET position = position + 100 WHERE position > 3")
    _run("UPDATE audit_entry SET position = position - 99 WHERE position > 100")
    _run(
        "INSERT INTO audit_entry (actor_name, verb, object_type, object_key, details, position, previous_hash, hash)"
        " SELECT actor_name, verb, object_type, object_key, details, 4, previous_hash, hash FROM audit_entry"
        " WHERE position = 3"
    )
    added = Entry.objects.get(position=4)
    assert added.pk in {flaw.entry for flaw in verify().flaws}


def test_two_swapped_entries_are_both_named(chain: list[int]) -> None:
    _run("UPDATE audit_entry SET position = 99 WHERE position = 2")
    _run("UPDATE audit_entry SET position = 2 WHERE position = 5")
    _run("UPDATE audit_entry SET position = 5 WHERE position = 99")
    assert {chain[1], chain[4]} <= {flaw.entry for flaw in verify().flaws}


def test_an_entry_rewritten_with_its_own_hash_is_named_through_the_next_one(chain: list[int]) -> None:
    from apps.audit.chain import link

    entry = Entry.objects.get(pk=chain[2])
    entry.verb = "case.closed"
    _run("UPDATE audit_entry SET verb = 'case.closed' WHERE id = %s", chain[2])
    _run("UPDATE audit_entry SET hash = %s WHERE id = %s", link(bytes(entry.previous_hash), entry), chain[2])
    assert [flaw.position for flaw in verify().flaws] == [3]


def test_a_cut_tail_is_invisible_without_an_anchor_and_named_with_one(chain: list[int]) -> None:
    count, root = head()
    _run("DELETE FROM audit_entry WHERE position > 4")
    assert verify().holds
    assert [flaw.position for flaw in verify(Anchor(count, root)).flaws] == [5]
    assert not verify(Anchor(root=root)).holds


def test_a_wholly_rewritten_chain_differs_from_the_anchor(chain: list[int]) -> None:
    count, root = head()
    _run("UPDATE audit_entry SET position = NULL, previous_hash = NULL, hash = NULL, verb = 'x'")
    seal()
    assert verify().holds
    assert not verify(Anchor(count, root)).holds
    assert not verify(Anchor(root=root)).holds


def test_a_grown_chain_still_holds_against_an_old_anchor(chain: list[int]) -> None:
    old = head()
    record(None, "case.noted", people.nobody())
    seal()
    assert verify(Anchor(*old)).holds
    assert verify(Anchor(root=old.hash)).holds


def test_a_tail_cut_behind_a_daily_root_is_named(chain: list[int]) -> None:
    root = keep_root()
    assert root is not None
    assert keep_root() == root, "one root a day"
    _run("DELETE FROM audit_entry WHERE position > 4")
    assert [flaw.position for flaw in verify().flaws] == [COUNT]
    _run("UPDATE audit_dailyroot SET hash = '\\x00', count = 4")
    assert [flaw.position for flaw in verify().flaws] == [4]
    assert DailyRoot.objects.count() == 1


def test_the_command_prints_count_and_root(chain: list[int]) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert f"entries: {COUNT}" in out.getvalue()
    assert head().hash.hex() in out.getvalue()


def test_the_command_fails_and_names_the_entry(chain: list[int]) -> None:
    _run("UPDATE audit_entry SET verb = 'case.closed' WHERE id = %s", chain[2])
    out = StringIO()
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_audit", stdout=out)
    assert f"entry {chain[2]} at position 3" in out.getvalue()


def test_the_command_refuses_a_malformed_root() -> None:
    with pytest.raises(CommandError, match="64 hexadecimal"):
        call_command("verify_audit", expect_root="rubbish")


def _run(sql: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.rowcount
