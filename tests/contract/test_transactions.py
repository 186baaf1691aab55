"""Rows are versioned: what a transaction sees, when its changes appear, and who loses a race."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from demo.odoo.errors import ConcurrencyError, UserError
from demo.odoo.server import Held, StandIn
from demo.odoo.store import Store, Table, Transaction


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2031, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def odoo(clock: Clock) -> StandIn:
    return StandIn(now=clock)


def partner(odoo: StandIn) -> int:
    made: int = odoo.call("res.partner", "create", {"name": "Nordstahl"})
    return made


def ref(odoo: StandIn | Held, row: int) -> object:
    return odoo.call("res.partner", "read", [row], ["ref"])[0]["ref"]


def test_an_open_transaction_is_not_seen(odoo: StandIn) -> None:
    row = partner(odoo)
    with odoo.transaction() as held:
        held.call("res.partner", "write", [row], {"ref": "late"})
        assert ref(held, row) == "late"
        assert ref(odoo, row) is False
    assert ref(odoo, row) == "late"


def test_a_failed_transaction_leaves_nothing(odoo: StandIn) -> None:
    row = partner(odoo)
    with pytest.raises(RuntimeError), odoo.transaction() as held:
        held.call("res.partner", "write", [row], {"ref": "late"})
        raise RuntimeError
    assert ref(odoo, row) is False


def test_a_refused_call_leaves_nothing(odoo: StandIn) -> None:
    product = odoo.call("product.product", "create", {"name": "Part", "is_storable": True})
    line = {"product_id": product, "date_planned": "2031-02-01 00:00:00"}
    order = odoo.call("purchase.order", "create", {"partner_id": partner(odoo), "order_line": [[0, 0, line]]})
    odoo.call("purchase.order", "button_confirm", [order])
    with pytest.raises(UserError):
        odoo.call("purchase.order", "unlink", [order])
    assert len(odoo.call("purchase.order", "read", [order], ["order_line"])[0]["order_line"]) == 1


def test_the_stamp_is_the_start_not_the_commit(odoo: StandIn, clock: Clock) -> None:
    late, early = partner(odoo), partner(odoo)
    with odoo.transaction() as held:
        clock.pass_by(3)
        odoo.call("res.partner", "write", [early], {"ref": "b"})
        cursor = odoo.call("res.partner", "read", [early], ["write_date"])[0]["write_date"]
        held.call("res.partner", "write", [late], {"ref": "a"})
    found = odoo.call("res.partner", "search", [["write_date", ">", cursor], ["id", "in", [late, early]]])
    assert found == [early], "the change that began earlier is never seen by a cursor that moved on"


def test_seconds_go_out_and_microseconds_are_compared(odoo: StandIn) -> None:
    row = partner(odoo)
    shown = odoo.call("res.partner", "read", [row], ["write_date"])[0]["write_date"]
    assert shown == "2031-01-01 12:00:00"

    def hits(operator: str, value: str) -> int:
        count: int = odoo.call("res.partner", "search_count", [["id", "=", row], ["write_date", operator, value]])
        return count

    assert [hits(operator, shown) for operator in ("=", ">", ">=", "<=")] == [0, 1, 1, 0]
    assert hits(">=", "2031-01-01 12:00:00.250000") == 1
    assert hits(">", "2031-01-01 12:00:00.250000") == 0


def test_a_view_stays_as_it_was(odoo: StandIn) -> None:
    row = partner(odoo)
    with odoo.as_of() as view:
        odoo.call("res.partner", "write", [row], {"ref": "new"})
        other = partner(odoo)
        assert ref(view, row) is False
        assert view.call("res.partner", "search", [["id", "=", other]]) == []
    assert ref(odoo, row) == "new"


def test_a_writer_waits_for_the_row_and_then_tries_again(odoo: StandIn) -> None:
    row = partner(odoo)
    with odoo.transaction() as held:
        held.call("res.partner", "write", [row], {"ref": "first"})
        second = threading.Thread(target=odoo.call, args=("res.partner", "write", [row], {"ref": "second"}))
        second.start()
        second.join(timeout=0.1)
        assert second.is_alive()
    second.join(timeout=10)
    assert ref(odoo, row) == "second"


def test_a_transaction_overtaken_by_a_commit_loses(odoo: StandIn) -> None:
    row = partner(odoo)
    with pytest.raises(ConcurrencyError), odoo.transaction() as held:
        assert ref(held, row) is False
        odoo.call("res.partner", "write", [row], {"ref": "overtaker"})
        held.call("res.partner", "write", [row], {"ref": "late"})
    assert ref(odoo, row) == "overtaker"


def test_two_that_wait_for_each_other_do_not_wait_forever(odoo: StandIn) -> None:
    one, other = partner(odoo), partner(odoo)
    with pytest.raises(ConcurrencyError), odoo.transaction() as first, odoo.transaction() as second:
        first.call("res.partner", "write", [one], {"ref": "1"})
        second.call("res.partner", "write", [other], {"ref": "2"})
        waiting = threading.Thread(target=cross_or_lose, args=(first, other))
        waiting.start()
        waiting.join(timeout=0.1)
        cross(second, one)


def cross(held: Held, row: int) -> None:
    held.call("res.partner", "write", [row], {"ref": "crossed"})


def cross_or_lose(held: Held, row: int) -> None:
    with suppress(ConcurrencyError):
        cross(held, row)


def test_parallel_writers_lose_nothing(odoo: StandIn) -> None:
    rows = [partner(odoo) for _ in range(4)]

    def work(number: int) -> None:
        for turn in range(10):
            odoo.call("res.partner", "write", [rows[(number + turn) % 4]], {"comment": f"<p>{number}</p>"})
            odoo.call("res.partner", "create", {"name": f"Made {number} {turn}"})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert odoo.call("res.partner", "search_count", [["name", "like", "Made"]]) == 40


class Histories(RuleBasedStateMachine):
    """Random overlapping transactions on a table: every snapshot stays what it was when it began."""

    def __init__(self) -> None:
        super().__init__()
        self.tick = 0
        self.store = Store(self.clock)
        self.store.tables["thing"] = Table({"owner": False, "tags": True})
        self.open: list[tuple[Transaction, dict[int, int]]] = []
        self.truth: dict[int, int] = {}

    def clock(self) -> datetime:
        self.tick += 1
        return datetime(2031, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.tick)

    @rule()
    @precondition(lambda self: len(self.open) < 4)
    def begin(self) -> None:
        self.open.append((self.store.begin(), dict(self.truth)))

    @rule(pick=st.integers(0, 3), row=st.integers(1, 5), owner=st.integers(1, 3))
    @precondition(lambda self: self.open)
    def put(self, pick: int, row: int, owner: int) -> None:
        transaction, seen = self.open[pick % len(self.open)]
        if self.taken(transaction, row):
            return
        try:
            values = transaction.edit("thing", row)
        except ConcurrencyError:
            self.end(pick % len(self.open))
            return
        values.update(owner=owner, tags=(owner, owner + 10), write_date=transaction.stamp)
        seen[row] = owner

    def taken(self, transaction: Transaction, row: int) -> bool:
        holder = self.store.locks.get(("thing", row))
        return holder is not None and holder is not transaction

    @rule(pick=st.integers(0, 3))
    @precondition(lambda self: self.open)
    def commit(self, pick: int) -> None:
        place = pick % len(self.open)
        transaction, seen = self.open[place]
        self.truth.update({row: seen[row] for row in transaction.changes.get("thing", ())})
        transaction.commit()
        del self.open[place]

    @rule(pick=st.integers(0, 3))
    @precondition(lambda self: self.open)
    def give_up(self, pick: int) -> None:
        self.end(pick % len(self.open))

    def end(self, place: int) -> None:
        self.open[place][0].rollback()
        del self.open[place]

    @invariant()
    def every_snapshot_is_whole(self) -> None:
        for transaction, seen in self.open:
            assert {row: values["owner"] for row, values in transaction.scan("thing")} == seen
            for owner in (1, 2, 3):
                expected = sorted(row for row, one in seen.items() if one == owner)
                assert transaction.find("thing", "owner", owner) == expected
                assert transaction.find("thing", "tags", owner + 10) == expected

    @invariant()
    def nothing_is_forgotten_or_kept_for_ever(self) -> None:
        fresh = self.store.begin(readonly=True)
        assert {row: values["owner"] for row, values in fresh.scan("thing")} == self.truth
        fresh.rollback()
        if not self.open:
            assert all(version.previous is None for version in self.store.tables["thing"].rows.values())
            assert not self.store.locks


TestHistories = Histories.TestCase
