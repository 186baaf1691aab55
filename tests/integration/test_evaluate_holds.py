"""Q1: judging by change and by timetable gives what a sweep of everything gives, after any history."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.models import Case, Check
from tests.held import Shelf
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
NUMBERS = st.integers(0, 11)
STEPS = st.one_of(
    st.sampled_from(["state", "state", "asked", "answer", "quant", "move_quant", "place", "lot_name", "clock"]),
    st.sampled_from(["promise", "unpromise", "demand", "link", "move_state", "make", "sale_state", "deliver"]),
    st.sampled_from(["new_sale", "new_quant", "new_inspection", "rate", "gone", "clock"]),
)
EXAMPLES = int(os.environ.get("EXAMPLES", "12"))


class History:
    """A shelf with two lots and stock without one, whose rows and clock move; only what changed is judged."""

    def __init__(self) -> None:
        self.shelf, self.now = Shelf(Group()), NOON
        shelf, group = self.shelf, self.shelf.group
        self.lots = [shelf.lot("L-1"), shelf.lot("L-2")]
        self.quants = [shelf.quant(self.lots[0]), shelf.quant(self.lots[1], quantity=7), shelf.quant(None, 3)]
        self.sold = [shelf.sold(days(3), price=100), shelf.sold(days(5), price=7)]
        behind = group.sale(days(6), price=300)
        self.made = group.make(days(1), days(2), feeds=[behind.move], quantity=Decimal(6))
        shelf.takes(self.made.raw, 10, to_location=shelf.making)
        self.sold.append(behind)
        self.lines = [shelf.promise(self.sold[0].move, self.lots[0], 5)]
        self.inspections = [
            shelf.inspection(self.lots[0]),
            shelf.inspection(self.lots[1], state="waiting", asked_at=NOON),
            shelf.inspection(None, state="ready", quantity=Decimal(5)),
            shelf.inspection(None, product=self.made.order.product, production=self.made.order, state="draft"),
        ]
        self.answers = [shelf.answer(one) for one in self.inspections]
        sweep(now=self.now)

    def take(self, step: str, one: int, two: int) -> None:
        getattr(self, f"_{step}")(one, two)

    def _changed(self, *rows) -> None:
        for row in rows:
            evaluate_change(type(row), [row.pk], now=self.now)

    def _inspection(self, one):
        return self.inspections[one % len(self.inspections)]

    def _moves(self):
        return [*(one.move for one in self.sold), self.made.raw, self.made.made]

    def _state(self, one, two):
        states = ["draft", "ready", "waiting", "failed", "failed", "success", "canceled", "new"]
        self._changed(change(self._inspection(one), state=states[two % 8]))

    def _asked(self, one, two):
        self._changed(change(self._inspection(one), asked_at=None if two == 11 else days(two - 6, self.now)))

    def _answer(self, one, two):
        row = self.answers[one % len(self.answers)]
        self._changed(change(row, measured=Decimal(two), success=bool(two % 2)))

    def _quant(self, one, two):
        row = self.quants[one % len(self.quants)]
        self._changed(
            change(row, quantity=Decimal(two * 4), reserved=Decimal(two), value=Decimal(two) if one else None)
        )

    def _move_quant(self, one, two):
        place = self.shelf.quarantine if two % 2 else self.shelf.stock
        self._changed(change(self.quants[one % len(self.quants)], location=place))

    def _place(self, one, two):
        names = ["WH/Stock/Quarantine", "WH/Stock/Shelf", "Quarantine"]
        self._changed(change(self.shelf.quarantine, full_name=names[two % 3]))

    def _lot_name(self, one, two):
        self._changed(change(self.lots[one % 2], name=f"L-{two}"))

    def _promise(self, one, two):
        move = self._moves()[one % (len(self.sold) + 1)]
        line = self.shelf.promise(move, self.lots[two % 2], two)
        self.lines.append(line)
        self._changed(move, line)

    def _unpromise(self, one, two):
        line = self.lines[one % len(self.lines)]
        self._changed(change(line, gone_at=NOON if two % 2 else None))

    def _demand(self, one, two):
        move = self._moves()[one % (len(self.sold) + 1)]
        self._changed(change(move, demand=Decimal(two), demand_in_unit=Decimal(two)))

    def _link(self, one, two):
        moves = self._moves()
        self._changed(change(moves[one % len(moves)], next_moves=[moves[two % len(moves)].pk] if two % 3 else []))

    def _move_state(self, one, two):
        moves, states = self._moves(), ["confirmed", "assigned", "done", "cancel"]
        self._changed(change(moves[one % len(moves)], state=states[two % 4]))

    def _make(self, one, two):
        states = ["confirmed", "progress", "done", "cancel"]
        self._changed(change(self.made.order, state=states[one % 4], quantity=Decimal(two)))

    def _sale_state(self, one, two):
        self._changed(change(self.sold[one % len(self.sold)].order, state=["sale", "cancel", "draft"][two % 3]))

    def _deliver(self, one, two):
        self._changed(change(self.sold[one % len(self.sold)].line, delivered=Decimal(two)))

    def _new_sale(self, one, two):
        sold = self.shelf.sold(days(two - 2, self.now), price=50, quantity=1 + two)
        self.sold.append(sold)
        self._changed(sold.order, sold.line, sold.move)

    def _new_quant(self, one, two):
        self.quants.append(self.shelf.quant([*self.lots, None][one % 3], quantity=two))
        self._changed(self.quants[-1])

    def _new_inspection(self, one, two):
        row = self.shelf.inspection([*self.lots, None][one % 3], state=["failed", "ready"][two % 2])
        self.inspections.append(row)
        self.answers.append(self.shelf.answer(row))
        self._changed(row, self.answers[-1])

    def _rate(self, one, two):
        group = self.shelf.group
        self._changed(group.rate(group.dollar, str(1 + two / 10), group.plant, days(one - 4, self.now).date()))

    def _gone(self, one, two):
        rows = [self._inspection(one), self.lots[one % 2], self.quants[one % len(self.quants)], self.sold[0].order]
        self._changed(change(rows[two % 4], gone_at=NOON if two % 3 else None))

    def _clock(self, one, two):
        self.now += timedelta(hours=one * 7 + two)
        self.shelf.group.fresh(self.now)
        evaluate_due(now=self.now)


def cases() -> dict[str, tuple]:
    """What every live case shows, apart from when and how often it came."""
    return {
        case.subject_key: (
            case.severity,
            case.score,
            case.money,
            case.customers,
            case.delay_days,
            case.summary,
            case.detail,
            case.cannot_judge,
            case.company_id,
            case.plant_id,
            case.impact,
            [{**one, "as_of": None} for one in case.evidence],
            case.documents,
        )
        for case in Case.objects.filter(state__in=LIVE, detector=StockOnHold.key)
    }


def unclear() -> set[str]:
    """What cannot be judged at this moment: a case then stays as it was, and a sweep opens none."""
    checks = Check.objects.filter(detector=StockOnHold.key).exclude(cannot_judge="")
    return set(checks.values_list("subject_key", flat=True))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(STEPS, NUMBERS, NUMBERS), max_size=14))
@example([("clock", 5, 6), ("state", 10, 7)])
def test_by_change_and_by_time_finds_what_a_sweep_of_everything_finds(steps):
    mark = transaction.savepoint()
    try:
        history = History()
        for step in steps:
            history.take(*step)
        followed, left_open = cases(), unclear()
        Case.objects.all().delete()
        Check.objects.all().delete()
        sweep(now=history.now)
        swept, unjudged = cases(), unclear()
        assert not (left_open - unjudged) & swept.keys()
        for one in left_open | unjudged:
            followed.pop(one, None)
            swept.pop(one, None)
        assert followed == swept
    finally:
        transaction.savepoint_rollback(mark)
