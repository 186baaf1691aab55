"""Judging stops by change and by timetable gives what a sweep of everything gives, after any history."""

import os
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exceptions.detectors.live_downtime import LiveDowntime
from apps.exceptions.evaluate import evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.models import Case, Check
from odoo_sync.mirror.company import WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import CurrencyRate
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.production import ProductionOrder, WorkCentre, WorkOrder
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.mirror.stock import Move
from tests.floor import Floor
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
NUMBERS = st.integers(0, 11)
STEPS = st.sampled_from(
    [
        *("stop", "end", "reopen", "reason", "stop_gone", "begin", "clock", "clock", "minute"),
        *("work_state", "work_start", "work_moves", "order", "sale_promise", "deliver", "link", "move_state"),
        *("cost", "rate", "zone", "hours", "calendar", "rename", "new_work"),
    ]
)
EXAMPLES = int(os.environ.get("EXAMPLES", "12"))


class History:
    """A plant whose machines stop and run again; after each step only what changed is judged."""

    def __init__(self) -> None:
        self.floor, self.now = Floor(Group()), NOON
        floor, group = self.floor, self.floor.group
        group.rate(group.euro, "0.8", company=group.sister)
        abroad = {"company": group.sister, "warehouse": group.depot, "currency": group.dollar}
        self.centres = [
            floor.line,
            floor.centre("Press", calendar=group.calendar),
            floor.centre("Oven", cost_per_hour=0),
        ]
        self.sold = [group.sale(days(0), price=100), group.sale(days(1), price=70), group.sale(days(0), **abroad)]
        self.made = [group.make(days(0), days(0.3), feeds=[one.move]) for one in self.sold]
        self.work = [
            floor.work(made.order, work_centre=self.centres[place], start_at=days(0.1 * place))
            for place, made in enumerate(self.made)
        ]
        self.stops = [floor.stop(-30 * (place + 1), centre) for place, centre in enumerate(self.centres)]
        sweep(now=self.now)

    def take(self, step: str, one: int, two: int) -> None:
        getattr(self, f"_{step}")(one, two)

    def _changed(self, *rows) -> None:
        for row in rows:
            evaluate_change(type(row), [row.pk], now=self.now)

    def _stop(self, one, two):
        reason = [self.floor.failure, self.floor.defect, self.floor.work_time][two % 3]
        stop = self.floor.stop(centre=self.centres[one % 3], reason=reason, start_at=self.now - timedelta(minutes=two))
        self.stops.append(stop)
        self._changed(stop)

    def _end(self, one, two):
        self._changed(change(self.stops[one % len(self.stops)], end_at=self.now + timedelta(minutes=two - 6)))

    def _reopen(self, one, two):
        self._changed(change(self.stops[one % len(self.stops)], end_at=None))

    def _reason(self, one, two):
        reason = [self.floor.failure, self.floor.defect, self.floor.work_time, None][two % 4]
        category = reason.category if reason else None
        self._changed(change(self.stops[one % len(self.stops)], reason=reason, category=category))

    def _stop_gone(self, one, two):
        self._changed(change(self.stops[one % len(self.stops)], gone_at=NOON if two % 2 else None))

    def _begin(self, one, two):
        at = None if two == 11 else self.now - timedelta(minutes=37 * (two - 1))
        self._changed(change(self.stops[one % len(self.stops)], start_at=at))

    def _work_state(self, one, two):
        self._changed(change(self.work[one % len(self.work)], state=["ready", "done", "cancel", "progress"][two % 4]))

    def _work_start(self, one, two):
        at = None if two == 11 else self.now + timedelta(hours=two - 4)
        self._changed(change(self.work[one % len(self.work)], start_at=at, expected_minutes=Decimal(30 * two)))

    def _work_moves(self, one, two):
        self._changed(change(self.work[one % len(self.work)], work_centre=self.centres[two % 3]))

    def _new_work(self, one, two):
        work = self.floor.work(self.made[one % 3].order, work_centre=self.centres[two % 3])
        self.work.append(work)
        self._changed(work)

    def _order(self, one, two):
        order = self.made[one % 3].order
        start = days(two - 4, self.now)
        self._changed(change(order, start_at=start, finish_at=days(0.4, start), state=["confirmed", "done"][two == 9]))

    def _sale_promise(self, one, two):
        self._changed(change(self.sold[one % 3].order, promised_at=None if two == 11 else days(two - 4, self.now)))

    def _deliver(self, one, two):
        self._changed(change(self.sold[one % 3].line, delivered=Decimal(two)))

    def _link(self, one, two):
        self._changed(change(self.made[one % 3].made, next_moves=[self.sold[two % 3].move.pk] if two % 4 else []))

    def _move_state(self, one, two):
        self._changed(change(self.made[one % 3].made, state=["confirmed", "done", "cancel"][two % 3]))

    def _cost(self, one, two):
        self._changed(change(self.centres[one % 3], cost_per_hour=Decimal(two * 25)))

    def _rename(self, one, two):
        self._changed(change(self.centres[one % 3], name=f"Centre {two}"))

    def _rate(self, one, two):
        group = self.floor.group
        self._changed(group.rate(group.euro, str(1 + two / 10), group.sister, days(one - 4, self.now).date()))

    def _zone(self, one, two):
        zone = ["UTC", "Asia/Tokyo", "America/Detroit"][two % 3]
        self._changed(change(self.floor.group.calendar, time_zone=zone))

    def _hours(self, one, two):
        row = WorkingHours.objects.filter(calendar=self.floor.group.calendar).order_by("pk")[one % 5]
        self._changed(change(row, from_hour=Decimal(two), to_hour=Decimal(two + 8)))

    def _calendar(self, one, two):
        self._changed(change(self.centres[one % 3], calendar=self.floor.group.calendar if two % 2 else None))

    def _clock(self, one, two):
        self._later(timedelta(hours=one * 7 + two))

    def _minute(self, one, two):
        self._later(timedelta(minutes=one, seconds=two))

    def _later(self, span: timedelta) -> None:
        self.now += span
        self.floor.group.fresh(self.now)
        evaluate_due(now=self.now)


def shown(now: datetime) -> dict[str, tuple]:
    """What every live case shows, its running money brought to this moment."""
    found = {}
    for case in Case.objects.filter(state__in=LIVE, detector=LiveDowntime.key):
        impact = dict(case.impact)
        running, money = case.running, Decimal(impact.pop("money"))
        impact.pop("own_money")
        gone_by = (now - datetime.fromisoformat(running["at"])).total_seconds()
        money += Decimal(running["per_hour"]) * Decimal(gone_by) / 3600
        found[case.subject_key] = (
            round(money), running["per_hour"], running["until"], impact, case.summary, case.detail, case.customers,
            case.delay_days, case.cannot_judge, case.company_id, case.plant_id, case.documents,
            [{**one, "as_of": None} for one in case.evidence],
        )  # fmt: skip
    return found


def due(now: datetime) -> dict[str, tuple]:
    """What waits for its time; of running money only that it is looked at within the minute."""
    rows = Check.objects.filter(detector=LiveDowntime.key)
    soon = now + timedelta(minutes=1)
    return {row.subject_key: ("soon" if row.due_at <= soon else row.due_at, row.cannot_judge) for row in rows}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(STEPS, NUMBERS, NUMBERS), max_size=14))
def test_by_change_and_by_time_finds_what_a_sweep_of_everything_finds(steps):
    mark = transaction.savepoint()
    try:
        history = History()
        for step in steps:
            history.take(*step)
        followed, timetable = shown(history.now), due(history.now)
        Case.objects.all().delete()
        Check.objects.all().delete()
        sweep(now=history.now)
        assert followed == shown(history.now)
        assert timetable == due(history.now)
    finally:
        transaction.savepoint_rollback(mark)


def test_every_mirror_that_a_step_changes_is_one_the_detector_says_it_depends_on():
    changed = {
        CentreTime, WorkCentre, WorkOrder, ProductionOrder, SaleOrder, SaleOrderLine, Move, CurrencyRate,
        WorkingCalendar, WorkingHours,
    }  # fmt: skip
    assert changed <= set(LiveDowntime.depends_on)
