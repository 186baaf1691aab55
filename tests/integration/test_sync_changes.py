"""What changes in Odoo arrives, whenever it was written, whenever it was committed."""

import pytest

from odoo_sync.mirror.company import Partner
from odoo_sync.models import Run
from odoo_sync.sync import resync

pytestmark = pytest.mark.django_db


def test_the_first_load_brings_every_row(linked):
    there = linked.odoo.call("res.partner", "search_count", [], context={"active_test": False})
    assert linked.rows(Partner).count() == there > 0


def test_a_new_row_and_a_changed_row_arrive_with_the_next_poll(linked):
    number = linked.partner("Nordstahl")
    linked.poll(Partner)
    linked.odoo.call("res.partner", "write", [number], {"name": "Südstahl"})
    [outcome] = linked.poll(Partner)
    assert linked.row(Partner, number).name == "Südstahl"
    assert outcome.changed == [linked.connection.pk << 40 | number]


def test_a_poll_without_changes_is_one_call_and_leaves_no_run(linked):
    linked.clock.move(seconds=300)
    linked.poll(Partner)
    linked.clock.move(seconds=2)
    calls, runs = linked.client.transport.calls, Run.objects.count()
    [outcome] = linked.poll(Partner)
    assert (linked.client.transport.calls - calls, outcome.read) == (1, 0)
    assert Run.objects.count() == runs


def test_a_transaction_that_commits_after_a_later_one_was_seen_is_not_lost(linked):
    with linked.odoo.transaction() as held:
        late = held.call("res.partner", "create", {"name": "Began first"})
        linked.clock.move(seconds=3)
        linked.partner("Began second")
        linked.clock.move(seconds=1)
        linked.poll(Partner)
        linked.clock.move(seconds=100)
        linked.poll(Partner)
    linked.clock.move(seconds=2)
    linked.poll(Partner)
    assert linked.row(Partner, late).name == "Began first"


def test_a_transaction_of_many_hours_is_found_by_the_hourly_look(linked):
    with linked.odoo.transaction() as held:
        late = held.call("res.partner", "create", {"name": "An import"})
        for _ in range(5):
            linked.clock.move(hours=4)
            linked.poll(Partner)
    linked.clock.move(hours=1)
    linked.poll(Partner)
    assert linked.row(Partner, late).name == "An import"


def test_rows_of_one_second_all_arrive_whenever_the_poll_comes_between_them(linked):
    numbers = []
    for name in "abcdef":
        numbers.append(linked.partner(name))
        linked.poll(Partner)
    assert {linked.row(Partner, number).name for number in numbers} == set("abcdef")


def test_a_second_version_with_the_same_stamp_is_noticed(linked):
    number = linked.partner("first")
    linked.poll(Partner)
    with linked.odoo.transaction() as held:
        held.call("res.partner", "write", [number], {"name": "second"})
        linked.clock.move(seconds=60)
        linked.poll(Partner)
        assert linked.row(Partner, number).name == "first"
    for _ in range(50):
        linked.clock.move(seconds=2)
        linked.poll(Partner)
    row = linked.row(Partner, number)
    assert row.name == "second"


def test_a_quiet_row_is_not_read_for_ever(linked):
    linked.clock.move(hours=30)
    linked.poll(Partner)
    linked.partner("once")
    reads = 0
    for _ in range(120):
        linked.clock.move(seconds=2)
        reads += sum(outcome.read for outcome in linked.poll(Partner))
    assert 5 < reads < 12


def test_an_archived_row_stays_and_says_so(linked):
    number = linked.partner()
    linked.poll(Partner)
    linked.odoo.call("res.partner", "write", [number], {"active": False})
    linked.poll(Partner)
    assert linked.rows(Partner).get(pk=linked.connection.pk << 40 | number).active is False


def test_a_targeted_read_tells_before_and_after(linked):
    number = linked.partner("before")
    linked.poll(Partner)
    linked.clock.move(seconds=5)
    linked.odoo.call("res.partner", "write", [number], {"name": "after"})
    told = resync(linked.connection, Partner, [number, 99_999], linked.client)
    assert (told[number].before["name"], told[number].after["name"]) == ("before", "after")
    assert told[99_999].before is told[99_999].after is None


def test_a_listener_that_fails_does_not_stop_the_mirror(linked, caplog):
    from odoo_sync.signals import mirror_changed

    def broken(**_):
        raise RuntimeError("broken listener")

    mirror_changed.connect(broken)
    try:
        number = linked.partner()
        linked.poll(Partner)
    finally:
        mirror_changed.disconnect(broken)
    assert linked.row(Partner, number).name == "Nordstahl"
    assert "broken listener" in caplog.text
