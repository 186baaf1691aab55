"""A detector that fails over something holds up nothing else, and nobody takes its silence for all clear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from apps.exceptions import tasks
from apps.exceptions.definition import Verdict
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.evaluate import evaluate, evaluate_change, evaluate_due, sweep
from apps.exceptions.models import Case, Check
from apps.intercompany import trades
from apps.intercompany.detectors.differing_pair import DifferingPair
from apps.intercompany.detectors.missing_counterpart import MissingCounterpart
from odoo_sync.mirror.accounting import JournalEntry
from tests.mirrored import NOON, change, days
from tests.people import buyer, controller
from tests.traded import Traders

pytestmark = pytest.mark.django_db
TOLD = "The tower failed over what is known of it."


def late() -> Case:
    return Case.objects.get(detector=LatePurchase.key)


def failing(*_args: Any, **_values: Any) -> Any:
    raise ValueError("Exceeds the limit")


@pytest.fixture
def group() -> Traders:
    return Traders()


@pytest.fixture
def no_lane(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Nothing can be read of what two companies trade, from the call on."""

    def stop() -> None:
        monkeypatch.setattr(trades, "match", failing)

    return stop


def over(key: str) -> Callable[..., Verdict]:
    """A judgement that fails over one subject."""
    judge = LatePurchase.judge

    def judged(self: LatePurchase, facts: Any, limits: Any, now: Any) -> Verdict:
        return failing() if facts.subject.key == key else judge(self, facts, limits, now)

    return judged


def test_the_others_of_a_batch_are_judged_and_the_one_is_told_where_it_belongs(
    group: Traders, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [group.purchase(days(-3)) for _ in range(9)]
    monkeypatch.setattr(LatePurchase, "judge", over(str(lines[4].pk)))
    evaluate(LatePurchase, [str(line.pk) for line in lines], now=NOON)
    assert set(Case.objects.values_list("subject_key", flat=True)) == {str(one.pk) for one in lines if one != lines[4]}
    check = Check.objects.exclude(cannot_judge="").get()
    assert (check.subject_key, check.company_id, check.plant_id) == (
        str(lines[4].pk),
        group.plant.pk,
        group.warehouse.pk,
    )
    assert [one.exc_info is not None for one in caplog.records if one.levelno == logging.ERROR] == [True]


def test_an_open_case_stays_says_so_and_is_judged_again_once_the_defect_is_mended(
    group: Traders, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = group.purchase(days(-3))
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    with monkeypatch.context() as broken:
        broken.setattr(LatePurchase, "facts", failing)
        change(line, received=10)
        evaluate(LatePurchase, [str(line.pk)], now=NOON)
        assert Case.objects.get().state == "open" and TOLD in Case.objects.get().cannot_judge
        assert evaluate_due(now=NOON + timedelta(minutes=59)) == 0
    later = NOON + timedelta(hours=1)
    group.fresh(later)
    evaluate_due(now=later)
    assert Case.objects.get().state == "resolved" and not Check.objects.exclude(cannot_judge="").exists()


def test_a_sweep_and_what_is_due_go_on_with_the_other_detectors(group: Traders, no_lane: Callable[[], None]) -> None:
    invoice, line = group.invoice(), group.purchase(days(-3))
    no_lane()
    sweep(now=NOON)
    assert late().subject_key == str(line.pk)
    assert set(Check.objects.exclude(cannot_judge="").values_list("detector", "subject_key")) == {
        (MissingCounterpart.key, str(invoice.pk))
    }
    Check.objects.update(due_at=NOON)
    change(line, received=10)
    evaluate_due(now=NOON + timedelta(minutes=1))
    assert late().state == "resolved"


def test_a_changed_row_whose_path_fails_is_told_and_the_other_detectors_judge_theirs(
    group: Traders, no_lane: Callable[[], None]
) -> None:
    bill = group.bill()
    no_lane()
    tasks.changed(JournalEntry.key, [bill.pk])
    evaluate_change(JournalEntry, [bill.pk], now=NOON)
    told = Check.objects.exclude(cannot_judge="").values_list("detector", flat=True)
    assert set(told) == {MissingCounterpart.key, DifferingPair.key}


def test_the_board_says_what_cannot_be_judged_to_its_company_alone(
    group: Traders, no_lane: Callable[[], None], client: Client
) -> None:
    group.bill()
    no_lane()
    sweep(now=NOON)
    for company, told in ((group.sister, True), (group.plant, False)):
        client.force_login(controller(company.pk))
        assert (TOLD in client.get("/gaps/").content.decode()) is told


@pytest.mark.parametrize("name", ["subjects", "facts"])
def test_a_detector_that_cannot_look_for_its_subjects_keeps_its_cases_and_the_others_theirs(
    group: Traders, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    line, invoice = group.purchase(days(-3)), group.invoice()
    monkeypatch.setattr(MissingCounterpart, name, failing)
    sweep(now=NOON)
    assert late().subject_key == str(line.pk) and not Case.objects.filter(subject_key=str(invoice.pk)).exists()


def test_a_database_that_is_away_is_no_defect(group: Traders, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: LatePurchase, rows: Iterable[Any], now: Any) -> Iterator[Any]:
        raise OperationalError("server closed the connection")

    line = group.purchase(days(-3))
    monkeypatch.setattr(LatePurchase, "facts", away)
    with pytest.raises(OperationalError):
        evaluate(LatePurchase, [str(line.pk)], now=NOON)
    assert not Check.objects.exists()


@pytest.mark.stumbles
def test_the_page_of_a_case_whose_documents_cannot_be_read_is_shown_without_them(
    group: Traders, monkeypatch: pytest.MonkeyPatch, no_lane: Callable[[], None], client: Client
) -> None:
    group.bill(group.invoice(quantity=3), 400, quantity=4)
    sweep(now=NOON)
    case = Case.objects.get()
    client.force_login(controller(case.company_id))
    assert "Both documents" in client.get(f"/cases/{case.pk}/").content.decode()
    no_lane()
    answer = client.get(f"/cases/{case.pk}/")
    text = answer.content.decode()
    assert answer.status_code == 200 and "A part of this page cannot be shown" in text
    assert "Both documents" not in text and case.summary in text


def test_whoever_is_no_party_to_it_hears_nothing(group: Traders, no_lane: Callable[[], None], client: Client) -> None:
    group.bill()
    no_lane()
    sweep(now=NOON)
    client.force_login(buyer(group.plant.pk))
    assert TOLD not in client.get("/gaps/").content.decode()
