"""Proposing and deciding: who may, in which order, and what two people at once come to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from apps.actions import requests
from apps.actions.authority import deciding_roles
from apps.actions.definition import CannotPlanError, Plan
from apps.actions.errors import (
    AlreadyRequestedError,
    CannotUndoError,
    NotTheApproverError,
    OwnRequestError,
    PlanChangedError,
    ReasonMissingError,
    RequestError,
    StaleRequestError,
    TooLateError,
)
from apps.actions.models import Approval, Delivery, DeliveryState, Request, RequestState
from apps.actions.signals import request_changed
from apps.actions.verdicts import expire_undecided
from apps.audit.models import Entry
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.notifications.models import Notification
from controltower.lib.states import IllegalTransitionError
from odoo_sync.mirror.purchase import PurchaseOrder
from tests.mirrored import Group
from tests.people import auditor, buyer, nobody, person, plant_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def order(group: Group) -> PurchaseOrder:
    """An order worth 500 euros whose one line was promised for in five days."""
    line = group.purchase(timezone.now() + timedelta(days=5))
    group.receipt(line)
    order = line.order
    assert order is not None
    PurchaseOrder.objects.filter(pk=order.pk).update(
        amount_untaxed=500, currency=group.euro, promised_at=line.promised_at
    )
    return PurchaseOrder.objects.get(pk=order.pk)


def answer(days: int) -> dict[str, Any]:
    return {"new_date": (timezone.now() + timedelta(days=days)).date(), "reason": "Furnace down"}


def proposed(order: PurchaseOrder, days: int = 25, **options: Any) -> Request:
    return requests.propose(AgreeNewDate(), order, answer(days), by=buyer(order.company), **options)


def test_a_preview_saves_nothing(order: PurchaseOrder) -> None:
    plan = requests.preview(AgreeNewDate(), order, answer(25), by=buyer(order.company))
    assert plan.steps
    assert not Request.objects.exists()
    assert not Entry.objects.filter(verb__startswith="request").exists()


def test_a_small_change_goes_on_its_way_at_once(order: PurchaseOrder) -> None:
    request = proposed(order, days=7)
    assert request.state == RequestState.APPROVED
    assert request.deliveries.count() == len(Plan.load(request.plan).steps)


def test_a_big_change_waits_and_nothing_is_queued(order: PurchaseOrder) -> None:
    manager = plant_manager(order.company)
    request = proposed(order)
    assert request.state == RequestState.WAITING
    assert not request.deliveries.exists()
    assert Notification.objects.filter(user=manager, kind="request.waiting").count() == 1


def test_many_small_steps_are_no_way_around_approval(order: PurchaseOrder, group: Group) -> None:
    line = order.lines.get()
    line.promised_at += timedelta(days=3)
    line.save(update_fields=["promised_at"])
    assert proposed(order, days=10).state == RequestState.WAITING


def test_an_order_of_unknown_worth_needs_approval(order: PurchaseOrder) -> None:
    PurchaseOrder.objects.filter(pk=order.pk).update(amount_untaxed=None)
    assert proposed(PurchaseOrder.objects.get(pk=order.pk), days=6).state == RequestState.WAITING


def test_the_plan_is_frozen_with_the_request(order: PurchaseOrder) -> None:
    request = proposed(order)
    before = request.plan
    order.lines.update(promised_at=timezone.now())
    request.refresh_from_db()
    assert request.plan == before
    assert Plan.load(request.plan).hash == request.plan_hash


def test_a_stranger_and_an_auditor_may_not_propose(order: PurchaseOrder) -> None:
    for one in (nobody(), auditor()):
        with pytest.raises(PermissionDenied):
            requests.propose(AgreeNewDate(), order, answer(25), by=one)


def test_a_buyer_of_another_company_may_not_propose(order: PurchaseOrder, group: Group) -> None:
    with pytest.raises(PermissionDenied):
        requests.propose(AgreeNewDate(), order, answer(25), by=buyer(group.sister))


def test_what_was_not_looked_at_is_not_proposed(order: PurchaseOrder) -> None:
    with pytest.raises(PlanChangedError):
        proposed(order, seen_hash="0" * 64)
    assert not Request.objects.exists()


def test_the_same_click_twice_gives_the_same_request(order: PurchaseOrder) -> None:
    by, key = buyer(order.company), uuid4()
    first = requests.propose(AgreeNewDate(), order, answer(7), by=by, key=key)
    second = requests.propose(AgreeNewDate(), order, answer(7), by=by, key=key)
    assert first.pk == second.pk == key
    assert Request.objects.count() == 1
    assert Entry.objects.filter(verb="request.proposed").count() == 1


def test_a_second_request_for_the_same_order_names_the_first(order: PurchaseOrder) -> None:
    first = proposed(order)
    with pytest.raises(AlreadyRequestedError) as refusal:
        proposed(order)
    assert refusal.value.existing == first


def test_nothing_to_change_is_said_instead_of_sent(order: PurchaseOrder) -> None:
    order.lines.update(received=10)
    with pytest.raises(CannotPlanError):
        proposed(order)


def test_another_person_with_the_role_approves(order: PurchaseOrder) -> None:
    request = proposed(order)
    manager = plant_manager(order.company)
    request = requests.approve(request, by=manager, plan_hash=request.plan_hash, version=request.version)
    assert request.state == RequestState.APPROVED
    assert request.approvals.get().by == manager
    assert request.deliveries.count() == len(Plan.load(request.plan).steps)
    assert Notification.objects.filter(user=request.requested_by, kind="request.approved").exists()
    assert Entry.objects.filter(verb="request.approved", object_key=str(request.pk)).exists()


def test_nobody_approves_their_own_request(order: PurchaseOrder) -> None:
    manager = plant_manager(order.company)
    request = requests.propose(AgreeNewDate(), order, answer(25), by=manager)
    with pytest.raises(OwnRequestError):
        requests.approve(request, by=manager, plan_hash=request.plan_hash)


def test_the_database_itself_refuses_an_own_approval(order: PurchaseOrder) -> None:
    request = proposed(order)
    with pytest.raises(IntegrityError, match="nobody_decides_on_their_own_request"), transaction.atomic():
        Approval.objects.create(
            request=request, requested_by=request.requested_by, by=request.requested_by,
            approved=True, plan_hash=request.plan_hash,
        )  # fmt: skip


def test_the_database_refuses_an_approval_that_names_somebody_else_as_requester(order: PurchaseOrder) -> None:
    request, other = proposed(order), nobody()
    with pytest.raises(IntegrityError, match="approval_of_this_requester"), transaction.atomic():
        Approval.objects.create(
            request=request, requested_by=other, by=request.requested_by, approved=True, plan_hash=request.plan_hash
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("role", ["buyer", "planner", "controller", "auditor", "executive"])
def test_only_the_named_role_or_a_stronger_one_approves(order: PurchaseOrder, role: str) -> None:
    request = proposed(order)
    with pytest.raises((PermissionDenied, NotTheApproverError)):
        requests.approve(request, by=person(role, company=order.company), plan_hash=request.plan_hash)
    assert not Approval.objects.exists()


def test_a_manager_of_another_company_does_not_approve(order: PurchaseOrder, group: Group) -> None:
    request = proposed(order)
    with pytest.raises(PermissionDenied):
        requests.approve(request, by=plant_manager(group.sister), plan_hash=request.plan_hash)


def test_a_manager_of_the_plant_alone_approves(order: PurchaseOrder, group: Group) -> None:
    request = proposed(order)
    manager = plant_manager(group.plant, group.warehouse)
    assert requests.approve(request, by=manager, plan_hash=request.plan_hash).state == RequestState.APPROVED


def test_a_stronger_role_carries_everything_that_the_named_one_may(order: PurchaseOrder) -> None:
    assert "plant_manager" in deciding_roles("plant_manager")
    assert "controller" not in deciding_roles("plant_manager")
    assert "auditor" not in deciding_roles("auditor")


def test_an_approval_of_another_plan_is_refused(order: PurchaseOrder) -> None:
    request = proposed(order)
    with pytest.raises(PlanChangedError):
        requests.approve(request, by=plant_manager(order.company), plan_hash="0" * 64)
    request.refresh_from_db()
    assert request.state == RequestState.WAITING


def test_a_page_of_yesterday_decides_nothing(order: PurchaseOrder) -> None:
    request = proposed(order)
    with pytest.raises(StaleRequestError):
        requests.approve(
            request, by=plant_manager(order.company), plan_hash=request.plan_hash, version=request.version - 1
        )


def test_after_the_deadline_nobody_approves(order: PurchaseOrder) -> None:
    request = proposed(order)
    Request.objects.update(decide_by=timezone.now() - timedelta(minutes=1))
    with pytest.raises(TooLateError):
        requests.approve(request, by=plant_manager(order.company), plan_hash=request.plan_hash)
    assert expire_undecided() == 1
    request.refresh_from_db()
    assert request.state == RequestState.EXPIRED
    assert Notification.objects.filter(user=request.requested_by, kind="request.expired").exists()


def test_a_rejection_needs_a_reason_and_tells_it(order: PurchaseOrder) -> None:
    request = proposed(order)
    manager = plant_manager(order.company)
    with pytest.raises(ReasonMissingError):
        requests.reject(request, by=manager, reason="  ")
    request = requests.reject(request, by=manager, reason="Ask for the 8th")
    assert request.state == RequestState.REJECTED
    assert request.approvals.get().reason == "Ask for the 8th"
    assert not request.deliveries.exists()
    with pytest.raises(IllegalTransitionError):
        requests.approve(request, by=plant_manager(order.company), plan_hash=request.plan_hash)


def test_only_the_requester_withdraws(order: PurchaseOrder) -> None:
    request = proposed(order)
    with pytest.raises(NotTheApproverError):
        requests.withdraw(request, by=plant_manager(order.company))
    assert requests.withdraw(request, by=request.requested_by).state == RequestState.WITHDRAWN


def test_what_has_been_sent_cannot_be_withdrawn(order: PurchaseOrder) -> None:
    request = proposed(order, days=7)
    Delivery.objects.filter(request=request, position=0).update(state="sent", attempts=1)
    with pytest.raises(StaleRequestError):
        requests.withdraw(request, by=request.requested_by)


def test_what_never_happened_cannot_be_undone(order: PurchaseOrder) -> None:
    request = proposed(order)
    with pytest.raises(CannotUndoError):
        requests.undo(request, by=request.requested_by)


def test_an_undo_needs_the_same_approval_and_stands_alone(order: PurchaseOrder) -> None:
    request = proposed(order)
    requests.open_queue(request, Plan.load(request.plan))
    request.deliveries.update(state=DeliveryState.VERIFIED, attempts=1)
    Request.objects.filter(pk=request.pk).update(state=RequestState.VERIFIED)
    request.refresh_from_db()
    back = requests.undo(request, by=request.requested_by)
    assert back.state == RequestState.WAITING
    assert back.approver_role == request.approver_role
    with pytest.raises(AlreadyRequestedError):
        requests.undo(request, by=request.requested_by)
    requests.reject(back, by=plant_manager(order.company), reason="Keep it")
    assert requests.undo(request, by=request.requested_by).state == RequestState.WAITING


def test_every_move_is_announced_inside_its_transaction(order: PurchaseOrder) -> None:
    heard: list[str] = []

    def listen(sender: type[Request], request: Request, **_: Any) -> None:
        heard.append(request.state)

    request_changed.connect(listen)
    try:
        request = proposed(order)
        requests.approve(request, by=plant_manager(order.company), plan_hash=request.plan_hash)
    finally:
        request_changed.disconnect(listen)
    assert heard == [RequestState.WAITING, RequestState.APPROVED]


def at_once(count: int, work: Any) -> list[Any]:
    """The outcome of the same work in several connections, started together; refusals are outcomes too."""
    barrier = Barrier(count)

    def one(number: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return work(number)
        except (RequestError, IllegalTransitionError, CannotPlanError) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_two_managers_approving_at_once_give_one_approval_and_one_delivery(order: PurchaseOrder) -> None:
    request = proposed(order)
    managers = [plant_manager(order.company) for _ in range(4)]
    outcomes = at_once(4, lambda n: requests.approve(request, by=managers[n], plan_hash=request.plan_hash))
    assert sum(isinstance(one, Request) for one in outcomes) == 1, outcomes
    assert all(isinstance(one, Request | IllegalTransitionError) for one in outcomes), outcomes
    assert request.approvals.count() == 1
    assert request.deliveries.count() == len(Plan.load(request.plan).steps)


@pytest.mark.django_db(transaction=True)
def test_approving_and_withdrawing_at_once_leave_one_true_end(order: PurchaseOrder) -> None:
    request = proposed(order)
    manager = plant_manager(order.company)
    work = [
        lambda: requests.approve(request, by=manager, plan_hash=request.plan_hash, version=request.version),
        lambda: requests.withdraw(request, by=request.requested_by, version=request.version),
    ]
    outcomes = at_once(2, lambda n: work[n]())
    assert sum(isinstance(one, Request) for one in outcomes) == 1, outcomes
    request.refresh_from_db()
    assert request.approvals.exists() == (request.state == RequestState.APPROVED)
    assert request.deliveries.exists() == (request.state == RequestState.APPROVED)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_that_arrives_in_two_processes_makes_one_request(order: PurchaseOrder) -> None:
    by, key = buyer(order.company), uuid4()
    outcomes = at_once(3, lambda n: requests.propose(AgreeNewDate(), order, answer(25), by=by, key=key))
    assert {one.pk for one in outcomes} == {key}, outcomes
    assert Request.objects.count() == 1
    assert Entry.objects.filter(verb="request.proposed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_buyers_asking_at_once_make_one_request(order: PurchaseOrder) -> None:
    buyers = [buyer(order.company) for _ in range(3)]
    outcomes = at_once(3, lambda n: requests.propose(AgreeNewDate(), order, answer(25), by=buyers[n]))
    assert sum(isinstance(one, Request) for one in outcomes) == 1, outcomes
    assert sum(isinstance(one, AlreadyRequestedError) for one in outcomes) == 2, outcomes
