"""What people do with cases: refused to strangers, refused on old versions, told to those concerned."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from apps.exceptions import cases
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.errors import CannotAssignError, CaseError, EmptyTextError, SnoozeError, StaleCaseError
from apps.exceptions.evaluate import evaluate, evaluate_change
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case, Event
from apps.notifications.models import Notification
from controltower.lib.states import IllegalTransitionError
from odoo_sync.mirror.purchase import PurchaseOrderLine
from tests import people
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def line(group) -> PurchaseOrderLine:
    return group.purchase(days(-3))


@pytest.fixture
def case(line) -> Case:
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    return Case.objects.get()


@pytest.fixture
def buyer(group) -> User:
    return people.buyer(group.plant)


VERBS = {
    "acknowledge": {},
    "unassign": {},
    "start": {},
    "note": {"text": "called them"},
    "close": {"reason": "accepted by the plant"},
    "snooze": {"until": timezone.now() + timedelta(days=1)},
}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_changes_the_case_once_and_says_so_everywhere(verb, case, buyer):
    done = getattr(cases, verb)(case, by=buyer, version=case.version, **VERBS[verb])
    stored = Case.objects.get()
    assert stored.version == done.version == case.version + 1
    event = stored.events.order_by("id").last()
    assert event.by == buyer
    assert Entry.objects.filter(actor=buyer.pk, object_key=str(case.pk), verb=event.verb).count() == 1
    assert Event.objects.filter(case=case).count() == 2


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_is_refused_to_whoever_may_not_work_there(verb, case, group):
    strangers = [people.nobody(), people.buyer(group.sister), people.person(Role.EXECUTIVE), people.administrator()]
    for stranger in strangers:
        with pytest.raises(PermissionDenied):
            getattr(cases, verb)(case, by=stranger, version=case.version, **VERBS[verb])
    assert Case.objects.get().version == case.version


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_on_an_old_version_is_refused_with_the_new_state(verb, case, buyer):
    cases.acknowledge(case, by=buyer, version=case.version)
    with pytest.raises(StaleCaseError) as refused:
        getattr(cases, verb)(case, by=buyer, version=case.version, **VERBS[verb])
    assert refused.value.case.state == CaseState.ACKNOWLEDGED
    assert "Acknowledged" in str(refused.value)


def test_acknowledging_makes_an_unowned_case_theirs_and_leaves_an_owner_alone(case, buyer, group):
    other = people.buyer(group.plant)
    case = cases.acknowledge(case, by=buyer, version=case.version)
    assert (case.state, case.owner) == (CaseState.ACKNOWLEDGED, buyer)
    assert case.acknowledged_at is not None
    case = cases.start(case, by=other, version=case.version)
    assert (case.state, case.owner) == (CaseState.IN_PROGRESS, buyer)


def test_an_assignee_is_told_and_must_be_able_to_see_the_case(case, buyer, group):
    other = people.buyer(group.plant, group.warehouse)
    case = cases.assign(case, to=other, by=buyer, version=case.version)
    assert case.owner == other
    assert Notification.objects.get(user=other).kind == "case.assigned"
    with pytest.raises(CannotAssignError):
        cases.assign(case, to=people.buyer(group.sister), by=buyer, version=case.version)
    assert Case.objects.get().owner == other


def test_a_snooze_must_end_later_than_now_and_within_three_months(case, buyer):
    for until in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=93)):
        with pytest.raises(SnoozeError):
            cases.snooze(case, until=until, by=buyer, version=case.version)


def test_a_snoozed_case_wakes_when_it_is_due_and_its_owner_is_told(case, buyer):
    case = cases.acknowledge(case, by=buyer, version=case.version)
    until = timezone.now() + timedelta(hours=1)
    cases.snooze(case, until=until, by=buyer, version=case.version)
    assert cases.wake_due(now=until - timedelta(seconds=1)) == 0
    assert cases.wake_due(now=until) == 1
    case = Case.objects.get()
    assert (case.state, case.snoozed_until) == (CaseState.OPEN, None)
    assert Notification.objects.get(user=buyer).kind == "case.woken"
    assert cases.wake_due(now=until) == 0


def test_a_snoozed_case_wakes_when_it_gets_worse(case, line, group, buyer):
    cases.snooze(case, until=timezone.now() + timedelta(days=9), by=buyer, version=case.version)
    evaluate(LatePurchase, [str(line.pk)], now=SOON)
    assert Case.objects.get().state == CaseState.SNOOZED
    sold = group.sale(days(1), price=90_000)
    made = group.make(days(-2), days(0), feeds=[sold.move])
    group.receipt(line, feeds=[made.raw])
    evaluate(LatePurchase, [str(line.pk)], now=SOON)
    case = Case.objects.get()
    assert (case.state, case.snoozed_until) == (CaseState.OPEN, None)
    assert case.events.order_by("id").last().details == {"why": "worse"}


def test_nothing_can_be_done_to_an_ended_case_but_a_note(case, buyer):
    case = cases.close(case, reason="accepted", by=buyer, version=case.version)
    with pytest.raises(IllegalTransitionError):
        cases.acknowledge(case, by=buyer, version=case.version)
    with pytest.raises(IllegalTransitionError):
        cases.close(case, reason="again", by=buyer, version=case.version)
    assert cases.note(case, text="for the record", by=buyer, version=case.version).state == CaseState.CLOSED


@pytest.mark.parametrize("text", ["", "  \n ", "\x00", "x" * 5000])
def test_a_note_or_reason_must_say_something_and_not_too_much(text, case, buyer):
    for call in (
        lambda: cases.note(case, text=text, by=buyer, version=1),
        lambda: cases.close(case, reason=text, by=buyer, version=1),
    ):
        with pytest.raises(EmptyTextError):
            call()
    assert Case.objects.get().version == 1


def test_a_closed_case_stays_closed_while_the_condition_that_was_known_lasts(case, line, buyer):
    cases.close(case, reason="accepted", by=buyer, version=case.version)
    evaluate(LatePurchase, [str(line.pk)], now=SOON)
    assert Case.objects.get().state == CaseState.CLOSED


def test_a_closed_case_comes_back_when_it_gets_worse_than_was_known(case, line, group, buyer):
    cases.close(case, reason="accepted", by=buyer, version=case.version)
    sold = group.sale(days(-1), price=90_000)
    group.receipt(line, feeds=[sold.move])
    evaluate(LatePurchase, [str(line.pk)], now=SOON)
    case = Case.objects.get()
    assert (case.state, case.ending, case.regressions) == (CaseState.OPEN, "", 1)
    assert case.events.order_by("id").last().verb == "case.worsened"


def test_a_condition_that_returns_within_two_weeks_reopens_the_same_case_with_its_owner(case, line, group, buyer):
    cases.acknowledge(case, by=buyer, version=case.version)
    change(line, received=10)
    evaluate_change(PurchaseOrderLine, [line.pk], now=SOON)
    assert Case.objects.get().state == CaseState.RESOLVED
    change(line, received=0)
    group.fresh(days(13))
    evaluate_change(PurchaseOrderLine, [line.pk], now=days(13))
    case = Case.objects.get()
    assert (case.state, case.regressions, case.owner, case.ended_at) == (CaseState.OPEN, 1, buyer, None)


def test_a_condition_that_returns_later_is_a_new_case(case, line, group):
    change(line, received=10)
    evaluate_change(PurchaseOrderLine, [line.pk], now=SOON)
    change(line, received=0)
    group.fresh(days(15))
    evaluate_change(PurchaseOrderLine, [line.pk], now=days(15))
    assert [one.state for one in Case.objects.order_by("id")] == [CaseState.RESOLVED, CaseState.OPEN]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_the_same_moment_one_wins_and_the_other_learns_the_new_state(case, group):
    buyers = [people.buyer(group.plant), people.buyer(group.plant)]
    barrier, outcomes = Barrier(2), []

    def click(by: User) -> None:
        try:
            barrier.wait(10)
            outcomes.append(cases.acknowledge(case, by=by, version=case.version).owner_id)
        except CaseError as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    threads = [Thread(target=click, args=[one]) for one in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    refusals = [one for one in outcomes if isinstance(one, StaleCaseError)]
    winners = [one for one in outcomes if isinstance(one, int)]
    assert len(refusals) == len(winners) == 1
    assert refusals[0].case.owner_id == winners[0] == Case.objects.get().owner_id


@pytest.mark.django_db(transaction=True)
def test_two_evaluations_at_the_same_moment_open_one_case(group):
    lines = [str(group.purchase(days(-3)).pk) for _ in range(5)]
    barrier = Barrier(3)

    def judge() -> None:
        try:
            barrier.wait(10)
            evaluate(LatePurchase, lines, now=NOON)
        finally:
            connection.close()

    threads = [Thread(target=judge) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Case.objects.count() == 5
    assert set(Case.objects.values_list("version", flat=True)) == {1}
