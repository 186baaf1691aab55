"""How much is read to match documents between companies: once a run, no older than the run, and not for ever back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.exceptions import evaluate as evaluating
from apps.exceptions.evaluate import evaluate_change, sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from apps.intercompany import trades
from apps.intercompany.lanes import Group, Lane
from apps.intercompany.situation import situation_of
from apps.intercompany.trades import read_trades
from controltower.lib.memory import remembering
from odoo_sync.mirror.accounting import JournalEntry
from tests.mirrored import NOON, change
from tests.traded import TODAY, Traders

pytestmark = pytest.mark.django_db
LONG_AGO = TODAY - timedelta(days=732)


@pytest.fixture
def group() -> Traders:
    return Traders()


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[set[Lane]]]:
    """Which lanes were read, one entry a reading."""
    found: list[set[Lane]] = []
    plain = trades._read

    def counted(group: Group, lanes: list[Lane], rows: object) -> object:
        found.append(set(lanes))
        return plain(group, lanes, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(trades, "_read", counted)
    yield found


def live() -> set[str]:
    return set(Case.objects.live().values_list("subject_key", flat=True))


def test_a_sweep_in_many_batches_reads_a_lane_once(group, readings, monkeypatch):
    monkeypatch.setattr(evaluating, "BATCH", 2)
    for _ in range(6):
        group.bill(group.invoice(), 330)
    sweep(now=NOON)
    assert readings == [{Lane(group.plant.pk, group.sister.pk)}]
    assert len(live()) == 6


def test_a_changed_document_is_read_once_for_both_kinds_of_cases(group, readings):
    invoice = group.invoice()
    bill = group.bill(invoice)
    evaluate_change(JournalEntry, [invoice.pk, bill.pk], now=NOON)
    assert len(readings) == 1


def test_only_the_lanes_of_what_changed_are_read(group, readings):
    group.invoice()
    back = group.document("out_invoice", company=group.sister, partner=group.plant.partner,
                          commercial_partner=group.plant.partner)  # fmt: skip
    evaluate_change(JournalEntry, [back.pk], now=NOON)
    assert readings == [{Lane(group.sister.pk, group.plant.pk)}]


@pytest.mark.parametrize("how", ["state", "deleted", "new", "same moment"])
def test_what_has_changed_within_a_run_is_read_again(group, how):
    invoice = group.invoice()
    bill = group.bill(invoice)
    lane, known = Lane(group.plant.pk, group.sister.pk), Group.read()
    with remembering():
        assert read_trades(known, [lane])[lane].matching.of(invoice.pk) is not None
        if how == "state":
            change(bill, state="cancel")
        elif how == "deleted":
            change(bill, gone_at=NOON)
        elif how == "new":
            other = group.invoice(700)
            assert other.pk in read_trades(known, [lane])[lane].documents
            return
        else:
            change(bill, reference="X", amount_total=1)
            change(bill, reference="Y", amount_total=2)
        assert read_trades(known, [lane])[lane].matching.of(invoice.pk) is None


def test_what_was_booked_long_ago_is_left_alone(group):
    old = group.invoice(on=LONG_AGO)
    group.invoice(700)
    sweep(now=NOON)
    assert str(old.pk) not in live()
    assert len(live()) == 1
    evaluate_change(JournalEntry, [old.pk], now=NOON)
    assert str(old.pk) not in live()


def test_a_case_stays_though_its_document_has_become_old_and_a_late_bill_ends_it(group):
    old = group.invoice(on=LONG_AGO)
    evaluate_change(JournalEntry, [old.pk], now=NOON)
    assert live() == {str(old.pk)}
    newer = group.invoice(700)
    sweep(now=NOON + timedelta(seconds=1))
    assert live() == {str(old.pk), str(newer.pk)}
    bill = group.bill(old, on=TODAY)
    evaluate_change(JournalEntry, [bill.pk], now=NOON + timedelta(seconds=2))
    assert Case.objects.get(subject_key=str(old.pk)).state == CaseState.RESOLVED


def test_a_bill_of_today_is_answered_by_an_invoice_from_beyond_the_time_that_is_judged(group):
    old = group.invoice(on=LONG_AGO)
    bill = group.bill(old, on=TODAY)
    sweep(now=NOON)
    assert Case.objects.filter(detector="intercompany.missing_counterpart").count() == 0
    assert live() == {str(bill.pk)}


def test_a_document_with_a_day_far_ahead_does_not_push_the_others_out(group):
    invoice = group.invoice(700)
    group.bill(None, 80, on=TODAY.replace(year=2206))
    sweep(now=NOON)
    assert str(invoice.pk) in live()


def test_the_situation_of_a_document_takes_as_many_queries_in_a_long_lane(group):
    invoice = group.invoice(700)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert situation_of(invoice) is not None
        return len(queries)

    few = asked()
    for _ in range(30):
        group.bill(group.invoice())
    assert asked() == few <= 6
