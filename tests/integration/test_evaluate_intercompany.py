"""Documents between companies: judging by change and by timetable gives what a sweep of everything gives."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.exceptions.evaluate import evaluate_change, evaluate_due, sweep
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.models import Case, Check
from apps.intercompany.detectors.differing_pair import DifferingPair
from apps.intercompany.detectors.missing_counterpart import MissingCounterpart
from apps.intercompany.touched import DETECTORS
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from odoo_sync.mirror.company import Company, WorkingCalendar
from odoo_sync.mirror.currency import CurrencyRate
from tests.mirrored import NOON, change, days
from tests.traded import Traders

pytestmark = pytest.mark.django_db
DOCUMENTS = [
    "state",
    "quote",
    "quote_several",
    "amount",
    "reversal",
    "tax",
    "quantity",
    "day",
    "currency",
    "gone",
    "link",
    "number",
]
STEPS = st.sampled_from(
    [*DOCUMENTS, "state", "quote", "new_invoice", "new_bill", "new_credit", "rate", "clock", "zone", "company"]
)
EXAMPLES = int(os.environ.get("EXAMPLES", "12"))


class History:
    """Companies whose documents change; after each step only what changed is judged. Two days may pass before I1."""

    def __init__(self) -> None:
        self.group, self.now = Traders(), NOON
        group = self.group
        invoices = [group.invoice(total) for total in (300, 300, 500)]
        bills = [group.bill(invoices[0]), group.bill(invoices[0]), group.bill(total=500), group.bill(reference="X")]
        self.rows: list[JournalEntry] = [*invoices, *bills]
        sweep(now=self.now)

    def take(self, step: str, one: int, two: int) -> None:
        getattr(self, f"_{step}")(self.rows[one % len(self.rows)], two)

    def _changed(self, *rows: Any) -> None:
        for row in rows:
            evaluate_change(type(row), [row.pk], now=self.now)

    def _state(self, row: JournalEntry, two: int) -> None:
        self._changed(change(row, state=["posted", "draft", "cancel", "posted"][two % 4]))

    def _quote(self, row: JournalEntry, two: int) -> None:
        other = self.rows[two % len(self.rows)]
        self._changed(change(row, reference=other.number if two else None))

    def _quote_several(self, row: JournalEntry, two: int) -> None:
        others = [self.rows[(two + place) % len(self.rows)].number or "" for place in range(1 + two % 3)]
        self._changed(change(row, reference=" + ".join(others)))

    def _reversal(self, row: JournalEntry, two: int) -> None:
        """A credit note of another document, as much as that or less."""
        other = self.rows[two % len(self.rows)]
        total = (other.amount_total or Decimal(0)) - (two % 2) * 100
        kind = (other.kind or "").replace("invoice", "refund")
        self._changed(
            change(row, kind=kind, company=other.company, partner=other.partner, reverses=other, state="posted",
                   commercial_partner=other.commercial_partner, amount_untaxed=total, amount_tax=Decimal(0),
                   amount_total=total, payment_state=["paid", "reversed"][two % 2])
        )  # fmt: skip

    def _new_credit(self, row: JournalEntry, two: int) -> None:
        kind = (row.kind or "out_invoice").replace("invoice", "refund")
        self._add(
            self.group.document(kind, row.amount_total or 0, reverses=row, reference=f"Reversal of: {row.number}")
        )

    def _number(self, row: JournalEntry, two: int) -> None:
        self._changed(change(row, number=f"INV/2026/0000{two}"))

    def _link(self, row: JournalEntry, two: int) -> None:
        self._changed(change(row, auto_invoice=self.rows[two % len(self.rows)] if two % 2 else None))

    def _amount(self, row: JournalEntry, two: int) -> None:
        amount = Decimal([300, 500, 301, 330, 200, 100, 800][two % 7])
        self._changed(change(row, amount_untaxed=amount, amount_total=amount + (row.amount_tax or 0)))

    def _tax(self, row: JournalEntry, two: int) -> None:
        tax = Decimal([0, 60, "0.2"][two % 3])
        self._changed(change(row, amount_tax=tax, amount_total=(row.amount_untaxed or 0) + tax))

    def _quantity(self, row: JournalEntry, two: int) -> None:
        self._changed(change(row.items.get(), quantity=Decimal(two)))

    def _day(self, row: JournalEntry, two: int) -> None:
        on = days(two * 9 - 50, self.now).date()
        self._changed(change(row, dated_on=on, invoiced_on=on))

    def _currency(self, row: JournalEntry, two: int) -> None:
        self._changed(change(row, currency=[self.group.euro, self.group.dollar][two % 2]))

    def _gone(self, row: JournalEntry, two: int) -> None:
        self._changed(change(row, gone_at=NOON if two % 2 else None))

    def _new_invoice(self, row: JournalEntry, two: int) -> None:
        self._add(self.group.invoice([300, 500][two % 2]))

    def _new_bill(self, row: JournalEntry, two: int) -> None:
        self._add(self.group.bill(row if two % 2 else None, 300 + two))

    def _add(self, row: JournalEntry) -> None:
        self.rows.append(row)
        self._changed(row, row.items.get())

    def _rate(self, row: JournalEntry, two: int) -> None:
        self._changed(self.group.rate(self.group.dollar, str(1 + two / 10), self.group.plant, days(two - 60).date()))

    def _zone(self, row: JournalEntry, two: int) -> None:
        self._changed(change(self.group.calendar, time_zone=["UTC", "Asia/Tokyo", "America/Detroit"][two % 3]))

    def _company(self, row: JournalEntry, two: int) -> None:
        partner = [self.group.sister.partner, self.group.customer, self.home][two % 3]
        self._changed(change(self.group.sister, partner=partner))

    @property
    def home(self) -> Any:
        return self.rows[0].commercial_partner

    def _clock(self, row: JournalEntry, two: int) -> None:
        self.now += timedelta(hours=two * 7)
        self.group.fresh(self.now)
        evaluate_due(now=self.now)


def cases() -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (case.detector, case.subject_key): (
            case.score,
            case.money,
            case.delay_days,
            case.summary,
            case.detail,
            case.cannot_judge,
            case.company_id,
            case.impact,
            [{**one, "as_of": None} for one in case.evidence],
            case.documents,
        )
        for case in Case.objects.filter(state__in=LIVE, detector__in=DETECTORS)
    }


def checks() -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = Check.objects.filter(detector__in=DETECTORS)
    return {(row.detector, row.subject_key): (row.due_at, row.cannot_judge) for row in rows}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.lists(st.tuples(STEPS, st.integers(0, 11), st.integers(0, 11)), max_size=12), st.booleans())
def test_by_change_and_by_time_finds_what_a_sweep_of_everything_finds(steps: list[Any], lenient: bool) -> None:
    mark = transaction.savepoint()
    before = MissingCounterpart.limits
    MissingCounterpart.limits = type(before)(grace_days=2 if lenient else 0)
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
        MissingCounterpart.limits = before
        transaction.savepoint_rollback(mark)


def test_every_mirror_that_a_step_changes_is_one_the_detectors_say_they_depend_on() -> None:
    changed = {JournalEntry, JournalItem, Company, CurrencyRate, WorkingCalendar}
    assert changed <= set(DifferingPair.depends_on)
    assert changed - {JournalItem} <= set(MissingCounterpart.depends_on)
