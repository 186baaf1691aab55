"""After any history of overlapping transactions, the mirror is what Odoo is; and every shortcut would be caught."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_sync import sync
from odoo_sync.connections import open_client
from odoo_sync.initial import load_all
from odoo_sync.mirror.company import Partner
from odoo_sync.settling import horizon
from tests.integration.conftest import Linked

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LONGEST = timedelta(seconds=120)

slots, rows, seconds = st.integers(0, 2), st.integers(0, 5), st.sampled_from([0, 0, 0.2, 1, 2, 15, 60])
steps = st.one_of(
    st.tuples(st.just("begin"), slots),
    st.tuples(st.just("create"), slots),
    st.tuples(st.just("write"), slots, rows),
    st.tuples(st.just("write now"), rows),
    st.tuples(st.just("archive"), rows),
    st.tuples(st.just("unlink"), rows),
    st.tuples(st.just("commit"), slots),
    st.tuples(st.just("roll back"), slots),
    st.tuples(st.just("move"), seconds),
    st.tuples(st.just("poll")),
    st.tuples(st.just("poll")),
    st.tuples(st.just("sweep")),
)
histories = st.lists(steps, min_size=5, max_size=40)


class Undone(Exception):
    """Raised inside a transaction to roll it back."""


class History:
    """Plays steps against the stand-in; a row that an open transaction holds is left to it."""

    def __init__(self, world: Linked) -> None:
        self.world, self.count = world, 0
        self.numbers = [world.partner(f"row {n}") for n in range(6)]
        self.open: dict[int, tuple[ExitStack, object, object]] = {}
        self.held: dict[int, int] = {}

    def play(self, history) -> None:
        for step in history:
            getattr(self, step[0].replace(" ", "_"))(*step[1:])
        for slot in list(self.open):
            self.commit(slot)

    def name(self) -> str:
        self.count += 1
        return f"version {self.count}"

    def begin(self, slot):
        if slot not in self.open:
            stack = ExitStack()
            self.open[slot] = (stack, stack.enter_context(self.world.odoo.transaction()), self.world.clock.now())

    def create(self, slot):
        if slot in self.open:
            self.open[slot][1].call("res.partner", "create", {"name": self.name()})

    def free(self, row) -> bool:
        return row < len(self.numbers) and row not in self.held

    def write(self, slot, row):
        if slot in self.open and self.held.setdefault(row, slot) == slot and self.alive(row):
            try:
                self.open[slot][1].call("res.partner", "write", [self.numbers[row]], {"name": self.name()})
            except Exception:
                self.roll_back(slot)

    def alive(self, row) -> bool:
        return bool(self.world.odoo.call("res.partner", "exists", [self.numbers[row]]))

    def write_now(self, row):
        if self.free(row) and self.alive(row):
            self.world.odoo.call("res.partner", "write", [self.numbers[row]], {"name": self.name()})

    def archive(self, row):
        if self.free(row) and self.alive(row):
            self.world.odoo.call("res.partner", "write", [self.numbers[row]], {"active": False})

    def unlink(self, row):
        if self.free(row) and self.alive(row):
            self.world.odoo.call("res.partner", "unlink", [self.numbers[row]])

    def commit(self, slot):
        if slot in self.open:
            stack, *_ = self.open.pop(slot)
            self.held = {row: by for row, by in self.held.items() if by != slot}
            stack.close()

    def roll_back(self, slot):
        if slot in self.open:
            stack, *_ = self.open.pop(slot)
            self.held = {row: by for row, by in self.held.items() if by != slot}
            error = Undone()
            stack.__exit__(Undone, error, None)

    def move(self, by):
        for slot, (*_, began) in list(self.open.items()):
            if self.world.clock.now() + timedelta(seconds=by) - began > LONGEST:
                self.commit(slot)
        self.world.clock.move(seconds=by)

    def poll(self):
        self.world.poll(Partner)

    def sweep(self):
        self.world.sweep(Partner)


def differences(world: Linked) -> dict[int, tuple[object, object]]:
    """Where mirror and Odoo differ: id -> (mirror, Odoo)."""
    fields = ["name", "active"]
    context = {"active_test": False}
    told = world.odoo.call("res.partner", "search_read", [], fields, context=context)
    there = {row["id"]: (row["name"], row["active"]) for row in told}
    here = {row.odoo_id: (row.name, row.active) for row in world.rows(Partner)}
    return {key: (here.get(key), there.get(key)) for key in here.keys() | there if here.get(key) != there.get(key)}


def settle(world: Linked, *, sweeps: bool) -> None:
    """Let the window pass while polls go on, as they do; then, if wanted, the sweeps."""
    for wait in (2, 10, 60, 90, 2):
        world.clock.move(seconds=wait)
        world.poll(Partner)
    for _ in range(2 if sweeps else 0):
        world.clock.move(seconds=60)
        world.sweep(Partner)


def test_the_mirror_is_what_odoo_is_after_any_history(linked):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(histories)
    def holds(history):
        assert all(there is None for _, there in left_over(linked, history).values())
        settle(linked, sweeps=True)
        assert not differences(linked)

    holds()


def only_stamps(stamp, known, now, ahead):
    return known is None or known.written_at != stamp


LATE = [("begin", 0), ("create", 0), ("move", 60), ("write now", 0), ("poll",), ("commit", 0)]
SHORTCUTS = {
    "no overlap": ("horizon", lambda now: now.replace(microsecond=0), LATE),
    "an overlap shorter than a transaction": ("horizon", lambda now: horizon(now, timedelta(seconds=45)), LATE),
    "a stamp that is known is believed": ("must_read", only_stamps, [("write now", 0), ("poll",), ("write now", 0)]),
}


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_shortcut_is_caught(linked, name, monkeypatch):
    what, shortcut, history = SHORTCUTS[name]
    with monkeypatch.context() as patch:
        patch.setattr(sync, what, shortcut)
        assert left_over(linked, history)
    linked.clock.move(hours=2)
    linked.poll(Partner)
    assert not left_over(linked, history)


def left_over(world: Linked, history) -> dict[int, tuple[object, object]]:
    """The differences after one history and the polls that follow it."""
    played = History(world)
    world.poll(Partner)
    played.play(history)
    settle(world, sweeps=False)
    return differences(world)


def test_a_load_that_is_interrupted_by_changes_misses_nothing(odoo, clock, transactional, attach_to):
    connection = attach_to(odoo)
    held = odoo.transaction()
    late = held.__enter__().call("res.partner", "create", {"name": "began before the load"})
    clock.move(seconds=20)
    load_all(connection)
    held.__exit__(None, None, None)
    clock.move(seconds=2)
    client = open_client(connection)
    world = Linked(odoo, clock, connection, client)
    world.poll(Partner)
    assert world.row(Partner, late).name == "began before the load"
    client.close()
