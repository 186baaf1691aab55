"""What time alone changes, what the mirror announces, and what stale data holds back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.roles import Role
from apps.actions.models import Delivery, DeliveryState, Request, RequestState
from apps.actions.signals import request_changed
from apps.exceptions import tasks
from apps.exceptions.definition import detectors
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.detectors.stale_data import StaleData
from apps.exceptions.evaluate import evaluate, evaluate_due, sweep
from apps.exceptions.inhibition import silences
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case, Check
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.mirror.stock import Move
from odoo_sync.models import Connection, Cursor
from odoo_sync.signals import mirror_changed
from tests import people
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def now_group() -> Group:
    """A group whose data is fresh by the real clock."""
    group = Group()
    group.fresh(timezone.now())
    return group


def announce(group: Group, *rows, whole: bool = False, mirror=None) -> None:
    mirror_changed.send(
        sender=mirror,
        mirror=mirror or type(rows[0]),
        connection=group.connection,
        ids=[row.pk for row in rows],
        whole=whole,
    )


def test_a_change_of_the_mirror_is_judged_in_the_same_process(now_group):
    line = now_group.purchase(timezone.now() - timedelta(days=9))
    announce(now_group, line)
    assert Case.objects.get().subject_key == str(line.pk)
    change(line, received=10)
    announce(now_group, line)
    assert Case.objects.get().state == CaseState.RESOLVED


def test_many_changes_at_once_are_left_to_workers(now_group, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.evaluate_changed, "delay", lambda *given: sent.append(given))
    tasks.changed("stock.move", list(range(4500)))
    assert [(mirror, len(ids)) for mirror, ids in sent] == [
        ("stock.move", 2000),
        ("stock.move", 2000),
        ("stock.move", 500),
    ]


def test_a_change_that_concerns_many_subjects_is_left_to_workers_too(now_group, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    monkeypatch.setattr(tasks.evaluate_subjects, "delay", lambda *given: sent.append(given))
    lines = [now_group.purchase(timezone.now() - timedelta(days=9)) for _ in range(3)]
    announce(now_group, now_group.calendar)
    assert sent == [("purchase.late_line", sorted(str(line.pk) for line in lines))]
    tasks.evaluate_subjects(*sent[0])
    assert Case.objects.count() == 3


def test_nothing_opens_before_everything_that_matters_has_been_loaded_once(group, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.sweep, "delay", lambda *given: asked.append(given))
    line = group.purchase(days(-3))
    Cursor.objects.filter(mirror=Move.key).update(loaded_at=None)
    sweep(now=NOON)
    assert not Case.objects.filter(detector="purchase.late_line").exists()
    reasons = silences(LatePurchase, NOON).stale
    assert reasons == {group.connection.pk: "The first load is under way: Move."}
    announce(group, whole=True, mirror=PurchaseOrderLine)
    assert asked == []
    Cursor.objects.filter(mirror=Move.key).update(loaded_at=NOON)
    announce(group, whole=True, mirror=Move)
    assert asked == [(group.connection.pk,)]
    sweep(now=NOON)
    assert Case.objects.get(detector="purchase.late_line").subject_key == str(line.pk)


def test_a_mirror_that_this_odoo_does_not_have_is_not_waited_for(group):
    change(
        group.connection,
        capabilities={"unavailable": {"mrp.production": "not installed"}, "absent": ["mrp.production"]},
    )
    Cursor.objects.filter(mirror="mrp.production").delete()
    group.purchase(days(-3))
    sweep(now=NOON)
    assert Case.objects.filter(detector="purchase.late_line").count() == 1


def test_the_timetable_holds_one_row_a_subject_and_forgets_what_is_settled(group):
    line = group.purchase(days(3))
    sweep(now=NOON)
    sweep(now=NOON)
    check = Check.objects.get(subject_key=str(line.pk))
    assert (check.connection, check.due_at.isoformat()) == (group.connection, "2026-06-06T22:00:00+00:00")
    change(line, received=10)
    evaluate(detectors["purchase.late_line"], [str(line.pk)], now=NOON)
    assert not Check.objects.filter(subject_key=str(line.pk)).exists()


def test_a_check_of_a_detector_that_is_no_more_is_forgotten(group):
    Check.objects.create(
        detector="retired", subject_type="x", subject_key="1", connection=group.connection, due_at=NOON
    )
    evaluate_due(now=NOON)
    assert not Check.objects.exists()


def test_what_is_due_is_judged_and_what_was_put_aside_wakes(group):
    sweep(now=NOON)
    tasks.check_due()
    assert not Check.objects.filter(due_at__lte=timezone.now() - timedelta(seconds=30)).exists()


def test_a_stale_lane_is_a_case_of_the_group_until_it_is_fresh(group):
    key = f"{group.connection.pk}:hot"
    sweep(now=NOON, only=StaleData)
    assert not Case.objects.exists()
    evaluate_due(now=NOON + timedelta(seconds=60))
    assert not Case.objects.exists()
    evaluate_due(now=NOON + timedelta(seconds=75))
    case = Case.objects.get()
    assert (case.detector, case.subject_key, case.company_id, case.domain) == (StaleData.key, key, None, "integration")
    assert detectors[case.detector].owner == Role.ADMINISTRATOR
    group.fresh(NOON + timedelta(seconds=80))
    evaluate_due(now=NOON + timedelta(seconds=90))
    case.refresh_from_db()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "The data is fresh again.")


def test_a_first_load_under_way_is_no_case_but_one_that_has_a_problem_is():
    connection = Connection.objects.create(name="New", url="http://new.test", database="d", login="bot", secret=b"")
    sweep(now=NOON, only=StaleData)
    assert not Case.objects.exists()
    change(connection, problem="Wrong password.", problem_since=NOON)
    sweep(now=NOON + timedelta(hours=3), only=StaleData)
    assert {case.detail for case in Case.objects.all()} == {"Wrong password."}
    change(connection, problem="", problem_since=None)
    sweep(now=NOON + timedelta(hours=3, minutes=1), only=StaleData)
    assert {case.state for case in Case.objects.all()} == {CaseState.RESOLVED}


def request_about(group: Group, line: PurchaseOrderLine, state: str, **values) -> Request:
    return Request.objects.create(
        action="purchase.agree_new_date",
        subject_model="purchase.order",
        subject_id=line.order_id,
        about_type="case",
        about_key=str(Case.objects.get().pk),
        connection=group.connection,
        plan="{}",
        plan_hash="0" * 64,
        effect="arrives later",
        requested_by=people.buyer(group.plant),
        state=state,
        **values,
    )


def deliver(request: Request, line: PurchaseOrderLine, at) -> None:
    step = {"model": "purchase.order.line", "expect": {f"{line.odoo_id}.date_planned": f"{at:%Y-%m-%d %H:%M:%S}"}}
    Delivery.objects.create(request=request, position=0, step=step, state=DeliveryState.VERIFIED)


def test_a_date_agreed_here_takes_the_place_of_the_first_promise(now_group, django_capture_on_commit_callbacks):
    group, now = now_group, timezone.now().replace(microsecond=0)
    line = group.purchase(now - timedelta(days=9))
    announce(group, line)
    case = Case.objects.get()
    change(line, promised_at=now + timedelta(days=20))
    announce(group, line)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN
    request = request_about(group, line, RequestState.VERIFIED)
    deliver(request, line, line.promised_at)
    with django_capture_on_commit_callbacks(execute=True):
        request_changed.send(sender=Request, request=request, told="verified", by=None, reason="")
    case.refresh_from_db()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "The promised date holds.")
    assert "request.verified" in case.events.values_list("verb", flat=True)


def test_an_agreed_date_that_was_undone_counts_no_more(now_group):
    group, now = now_group, timezone.now().replace(microsecond=0)
    line = group.purchase(now - timedelta(days=9))
    announce(group, line)
    deliver(request_about(group, line, RequestState.UNDONE), line, now + timedelta(days=20))
    change(line, promised_at=now + timedelta(days=20))
    announce(group, line)
    assert Case.objects.get().state == CaseState.OPEN


def test_a_request_that_moves_on_is_on_the_timeline_and_makes_a_new_version(now_group):
    line = now_group.purchase(timezone.now() - timedelta(days=9))
    announce(now_group, line)
    request = request_about(now_group, line, RequestState.WAITING)
    request_changed.send(sender=Request, request=request, told="waiting", by=None, reason="")
    case = Case.objects.get()
    assert case.version == 2
    assert case.events.order_by("id").last().verb == "request.waiting"


def test_every_mirror_a_detector_depends_on_is_registered():
    for detector in detectors:
        assert set(detector.depends_on) <= set(mirrors)
