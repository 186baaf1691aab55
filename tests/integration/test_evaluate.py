"""Judging by change and by timetable gives what a sweep of everything gives, after any history."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.evaluate import evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.models import Case, Check
from odoo_sync.mirror.company import Partner, WorkingCalendar
from odoo_sync.mirror.currency import CurrencyRate
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.product import ProductTemplate
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.mirror.stock import Move
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
NUMBERS = st.integers(0, 11)
STEPS = st.one_of(
    st.sampled_from(["promise", "receive", "order_state", "make", "sale_promise", "deliver", "sale_state", "clock"]),
    st.sampled_from(["link", "link", "back_link", "move_date", "move_state", "move_gone", "new_sale", "new_receipt"]),
    st.sampled_from(["rate", "zone", "vendor", "template", "line_gone", "clock"]),
    st.sampled_from(["tags", "tag", "contact"]),
)
EXAMPLES = int(os.environ.get("EXAMPLES", "12"))


class History:
    """A small group whose rows and clock move; after each step only what changed is judged."""

    def __init__(self) -> None:
        self.group, self.now = Group(), NOON
        group = self.group
        group.rate(group.euro, "0.8", company=group.sister)
        self.sold = [group.sale(days(day), price=100 + day) for day in (4, 7)]
        abroad = {"company": group.sister, "warehouse": group.depot, "currency": group.dollar}
        self.partners = [group.customer, group.partner("Mersey")]
        self.classes = [group.tag(f"Customer class {name}", self.partners[0]) for name in "ABC"]
        self.sold.append(group.sale(days(1), customer=self.partners[1], **abroad))
        self.made = [group.make(days(3), days(5), feeds=[one.move for one in self.sold[:2]])]
        self.made.append(group.make(days(1), days(2), feeds=[self.made[0].raw]))
        change(self.made[1].raw, scheduled_at=None)
        self.lines = [group.purchase(days(day)) for day in (1, 5, 2)]
        self.lines.append(group.purchase(days(3), sale_line=self.sold[1].line))
        self.moves = [group.receipt(self.lines[0], feeds=[self.made[1].raw]), group.receipt(self.lines[1])]
        change(self.lines[2], feeds_moves=[self.sold[2].move.pk])
        self.moves += [one.raw for one in self.made] + [one.made for one in self.made] + [one.move for one in self.sold]
        sweep(now=self.now)

    def take(self, step: str, one: int, two: int) -> None:
        getattr(self, f"_{step}")(one, two)

    def _changed(self, *rows) -> None:
        for row in rows:
            evaluate_change(type(row), [row.pk], now=self.now)

    def _promise(self, one, two):
        line = self.lines[one % len(self.lines)]
        at = None if two == 11 else days(two - 4, self.now)
        change(line, promised_at=at)
        self.group.promise(line, at, seen_at=self.now)
        self._changed(line)

    def _receive(self, one, two):
        self._changed(change(self.lines[one % len(self.lines)], received=Decimal(two)))

    def _order_state(self, one, two):
        order = self.lines[one % len(self.lines)].order
        self._changed(change(order, state=["purchase", "cancel", "done", "draft"][two % 4]))

    def _make(self, one, two):
        order = self.made[one % len(self.made)].order
        self._changed(change(order, start_at=days(two - 3, self.now), finish_at=days(two - 1, self.now)))

    def _move_date(self, one, two):
        self._changed(change(self.moves[one % len(self.moves)], scheduled_at=days(two - 3, self.now)))

    def _sale_promise(self, one, two):
        sold = self.sold[one % len(self.sold)]
        self._changed(change(sold.order, promised_at=None if two == 11 else days(two - 2, self.now)))

    def _deliver(self, one, two):
        self._changed(change(self.sold[one % len(self.sold)].line, delivered=Decimal(two)))

    def _sale_state(self, one, two):
        self._changed(change(self.sold[one % len(self.sold)].order, state=["sale", "cancel", "draft"][two % 3]))

    def _link(self, one, two):
        move = self.moves[one % len(self.moves)]
        self._changed(change(move, next_moves=[self.moves[two % len(self.moves)].pk] if two % 3 else []))

    def _back_link(self, one, two):
        move = self.moves[one % len(self.moves)]
        self._changed(change(move, previous_moves=[self.moves[two % len(self.moves)].pk] if two % 3 else []))

    def _move_state(self, one, two):
        self._changed(change(self.moves[one % len(self.moves)], state=["confirmed", "done", "cancel"][two % 3]))

    def _move_gone(self, one, two):
        self._changed(change(self.moves[one % len(self.moves)], gone_at=NOON if two % 2 else None))

    def _line_gone(self, one, two):
        self._changed(change(self.lines[one % len(self.lines)], gone_at=NOON if two % 2 else None))

    def _rate(self, one, two):
        rate = self.group.rate(self.group.euro, str(1 + two / 10), self.group.sister, days(one - 4, self.now).date())
        self._changed(rate)

    def _zone(self, one, two):
        self._changed(change(self.group.calendar, time_zone=["UTC", "Asia/Tokyo", "America/Detroit"][two % 3]))

    def _vendor(self, one, two):
        self._changed(change(self.group.vendor, name=f"Vendor {two}"))

    def _template(self, one, two):
        self._changed(change(self.lines[one % len(self.lines)].product.template, name=f"Part {two}"))

    def _tags(self, one, two):
        carried = [tag.pk for place, tag in enumerate(self.classes) if two >> place & 1]
        self._changed(change(self.partners[one % len(self.partners)], tags=carried))

    def _tag(self, one, two):
        values = [{"name": "Customer class B"}, {"active": False}, {"gone_at": NOON}, {"active": True, "gone_at": None}]
        self._changed(change(self.classes[one % len(self.classes)], **values[two % 4]))

    def _contact(self, one, two):
        contact, company = self.partners[one % len(self.partners)], self.partners[two % len(self.partners)]
        self._changed(change(contact, commercial_partner=company))

    def _new_sale(self, one, two):
        sold = self.group.sale(days(two - 2, self.now), price=50)
        change(self.made[one % len(self.made)].made, next_moves=[sold.move.pk])
        self.sold.append(sold)
        self.moves.append(sold.move)
        self._changed(sold.order, sold.line, sold.move, self.made[one % len(self.made)].made)

    def _new_receipt(self, one, two):
        line = self.lines[one % len(self.lines)]
        receipt = self.group.receipt(line, feeds=[self.moves[two % len(self.moves)]])
        self.moves.append(receipt)
        self._changed(receipt)

    def _clock(self, one, two):
        self.now += timedelta(hours=one * 7 + two)
        self.group.fresh(self.now)
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
        for case in Case.objects.filter(state__in=LIVE, detector="purchase.late_line")
    }


def checks() -> dict[str, tuple]:
    rows = Check.objects.filter(detector="purchase.late_line")
    return {row.subject_key: (row.due_at, row.cannot_judge) for row in rows}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(STEPS, NUMBERS, NUMBERS), max_size=14))
def test_by_change_and_by_time_finds_what_a_sweep_of_everything_finds(steps):
    mark = transaction.savepoint()
    try:
        history = History()
        for step in steps:
            history.take(*step)
        followed, timetable = cases(), checks()
        Case.objects.all().delete()
        Check.objects.all().delete()
        sweep(now=history.now)
        assert followed == cases()
        assert timetable == checks()
    finally:
        transaction.savepoint_rollback(mark)


def test_every_mirror_that_a_step_changes_is_one_the_detector_says_it_depends_on():
    changed = {
        PurchaseOrder, PurchaseOrderLine, Move, ProductionOrder, SaleOrder, SaleOrderLine, CurrencyRate, Partner,
        PartnerTag, WorkingCalendar, ProductTemplate,
    }  # fmt: skip
    assert changed <= set(LatePurchase.depends_on)


def test_a_sweep_finds_what_no_message_announced_and_ends_what_no_message_ended():
    group = Group()
    late, cured = group.purchase(days(-3)), group.purchase(days(-3))
    sweep(now=NOON)
    assert len(cases()) == 2
    change(cured, received=10)
    late.order.delete()
    new = group.purchase(days(-1))
    sweep(now=NOON + timedelta(seconds=9))
    assert set(cases()) == {str(late.pk), str(new.pk)}


def test_a_sweep_of_one_connection_leaves_the_others_alone():
    one, two = Group(), Group()
    lines = [one.purchase(days(-3)), two.purchase(days(-3))]
    sweep(connection=two.connection.pk, now=NOON)
    assert set(cases()) == {str(lines[1].pk)}


def test_twice_the_lines_take_the_same_number_of_queries():
    group = Group()

    def asked(count: int) -> int:
        lines = []
        for _ in range(count):
            sold = group.sale(days(1), price=10)
            made = group.make(days(-1), days(0), feeds=[sold.move])
            line = group.purchase(days(-3))
            group.receipt(line, feeds=[made.raw])
            lines.append(line.pk)
        sweep(now=NOON)
        for line in PurchaseOrderLine.objects.filter(pk__in=lines):
            change(line, promised_at=days(-4))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            evaluate_change(PurchaseOrderLine, lines, now=NOON + timedelta(seconds=1))
        return len(queries)

    assert asked(3) == asked(12)
