"""The outbox dies at any point, and Odoo answers before, after or never: at most one effect, and a true verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.actions import outbox, requests
from apps.actions.models import Delivery, DeliveryState, Request, RequestState
from apps.exceptions import receivers
from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.actions.message_vendor import MessageVendor
from odoo_sync.connections import open_client
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.mirror.stock import Move, Transfer
from odoo_sync.sync import poll_all
from tests.integration.orders import Ordered, an_order, at, text
from tests.people import buyer
from tests.servers import ROOT, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSED = timedelta(hours=2)
QUESTION = "When will the goods leave your works?"


class Mortal:
    """Delivers in processes of its own, which can be killed."""

    def __init__(self) -> None:
        self.busy = False
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.integration.killed"]
        env = environment(DJANGO_SETTINGS_MODULE="controltower.settings")
        return subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def told(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self, request: Request, lines: int = 0) -> int:
        """Begin to deliver in a new process; its id."""
        assert self.process.stdin is not None
        self.busy = True
        self.process.stdin.write(f"{request.pk} {lines}\n")
        self.process.stdin.flush()
        return int(self.told())

    def ended(self) -> int:
        """Wait for the process; the negative number of the signal that killed it, or 0."""
        code, self.busy = int(self.told()), False
        return code

    def stop(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()


@pytest.fixture
def ordered() -> Iterator[Ordered]:
    with an_order(price=5) as ordered:
        yield ordered


@pytest.fixture(autouse=True)
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases are judged where workers die, as ever; here, where the rest is brought to its end, no case is looked at."""
    for listener in ("changed", "after_request"):
        monkeypatch.setattr(receivers, listener, lambda *_: None)


@pytest.fixture(scope="module")
def shared_mortal(django_db_setup: None) -> Iterator[Mortal]:
    one = Mortal()
    assert one.told() == "ready"
    yield one
    one.stop()


@pytest.fixture
def mortal(shared_mortal: Mortal, ordered: Ordered) -> Mortal:
    assert not shared_mortal.busy, "an earlier test failed before its worker had ended"
    return shared_mortal


def new_date(ordered: Ordered, days: float = 12) -> Request:
    answer = {"new_date": at(days).date(), "reason": "Furnace down"}
    return requests.propose(AgreeNewDate(), ordered.order, answer, by=buyer(ordered.company))


def question(ordered: Ordered) -> Request:
    return requests.propose(MessageVendor(), ordered.order, {"message": QUESTION}, by=buyer(ordered.company))


def let_leases_end(request: Request) -> None:
    """What the clock does after a worker died: its lease ends, and the next try is due."""
    now = timezone.now()
    request.deliveries.filter(lease_until__isnull=False).update(lease_until=now)
    request.deliveries.update(next_at=now)


def let_calls_end(request: Request) -> None:
    """So much later that no call of before can still be under way."""
    let_leases_end(request)
    request.deliveries.filter(not_after__isnull=False).update(not_after=timezone.now())


def recovered(request: Request) -> Request:
    """The request after other workers have looked again and again, at last so late that nothing is under way."""
    for later in (let_leases_end, let_leases_end, let_leases_end, let_calls_end, let_calls_end, let_calls_end):
        if not request.deliveries.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENT]).exists():
            break
        later(request)
        outbox.deliver(request.pk)
    request.refresh_from_db()
    return request


def catch_up(ordered: Ordered) -> None:
    """What the hot lane does every two seconds: a worker that died after the proof had not refreshed the mirror."""
    client = open_client(ordered.connection)
    poll_all(ordered.connection, [PurchaseOrder, PurchaseOrderLine, Transfer, Move], client)
    client.close()


def asked(ordered: Ordered) -> int:
    """How often the vendor was asked."""
    return sum(QUESTION in one["body"] for one in ordered.messages())


def noted(ordered: Ordered, request: Request) -> int:
    return sum(str(request.pk)[:8] in one["body"] for one in ordered.messages())


def verdict_is_true(ordered: Ordered, request: Request, effects: int) -> None:
    """What the request says is what Odoo holds."""
    if request.state == RequestState.VERIFIED:
        assert effects == 1
    elif request.state == RequestState.UNKNOWN:
        assert effects in {0, 1}
    else:
        pytest.fail(f"unexpected end {request.state}: {list(request.deliveries.values('state', 'message'))}")
    assert not request.deliveries.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENT]).exists()


def test_a_date_is_moved_exactly_once_wherever_the_worker_dies(ordered: Ordered, mortal: Mortal) -> None:
    """Killed at every n-th line of code until it runs through; each time the dates end up right and verified."""
    deaths, lines, days = 0, 1, 12
    while True:
        request = new_date(ordered, days)
        mortal.start(request, lines)
        killed = mortal.ended() == -signal.SIGKILL
        deaths += killed
        request = recovered(request)
        assert request.state == RequestState.VERIFIED, (lines, list(request.deliveries.values("state", "message")))
        assert set(ordered.dates().values()) == {text(at(days))}, lines
        assert noted(ordered, request) <= 1, lines
        if not killed:
            break
        catch_up(ordered)
        lines, days = lines + 23, 25 - days
    assert deaths > 15


def test_a_message_is_never_sent_twice_wherever_the_worker_dies(ordered: Ordered, mortal: Mortal) -> None:
    deaths, lines, sent, ends = 0, 1, 0, set()
    while True:
        request = question(ordered)
        mortal.start(request, lines)
        killed = mortal.ended() == -signal.SIGKILL
        deaths += killed
        request = recovered(request)
        effects = asked(ordered) - sent
        verdict_is_true(ordered, request, effects)
        if request.state == RequestState.UNKNOWN:
            assert effects == 0, "found and yet called unknown"
            again = requests.again(request, by=request.requested_by)
            outbox.deliver(again.pk)
            again.refresh_from_db()
            assert again.state == RequestState.VERIFIED
            effects = asked(ordered) - sent
        assert effects == 1, lines
        assert noted(ordered, request) <= 1, lines
        sent += effects
        ends.add(request.state)
        if not killed:
            break
        lines += 23
    assert deaths > 10


Trouble = tuple[str, dict[str, Any]]
TROUBLES: dict[str, Trouble] = {
    "Odoo never gets it": ("timeout_before_commit", {"seconds": 3}),
    "Odoo does it at once and never answers": ("timeout_after_commit", {"seconds": 3}),
    "Odoo does it after the worker has died": ("latency", {"seconds": 1.5}),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_worker_that_dies_during_the_message_leaves_at_most_one(
    ordered: Ordered, mortal: Mortal, trouble: str
) -> None:
    request = question(ordered)
    kind, options = TROUBLES[trouble]
    ordered.odoo.faults.add(kind, match={"method": "message_post"}, **options)
    killed_while_sent(mortal, request, ordered.odoo)
    time.sleep(3)
    request = recovered(request)
    verdict_is_true(ordered, request, asked(ordered))
    happened = trouble != "Odoo never gets it"
    assert asked(ordered) == happened
    assert request.state == (RequestState.VERIFIED if happened else RequestState.UNKNOWN)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_worker_that_dies_during_the_write_leaves_the_right_dates(
    ordered: Ordered, mortal: Mortal, trouble: str
) -> None:
    request = new_date(ordered)
    kind, options = TROUBLES[trouble]
    ordered.odoo.faults.add(kind, match={"method": "write", "model": "purchase.order.line"}, **options)
    killed_while_sent(mortal, request, ordered.odoo)
    request = recovered(request)
    time.sleep(2)
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("state", "message"))
    assert set(ordered.dates().values()) == {text(at(12))}


def test_two_workers_on_one_request_send_each_step_once(ordered: Ordered, mortal: Mortal) -> None:
    request = question(ordered)
    ordered.odoo.faults.add("latency", match={"method": "message_post"}, seconds=1.5)
    mortal.start(request)
    wait_until(lambda: Delivery.objects.filter(request=request, state=DeliveryState.SENT).exists())
    outbox.deliver(request.pk)
    assert mortal.ended() == 0
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED
    assert asked(ordered) == 1


def test_a_slow_worker_that_lost_its_lease_settles_nothing(ordered: Ordered, mortal: Mortal) -> None:
    request = question(ordered)
    ordered.odoo.faults.add("latency", match={"method": "message_post"}, seconds=2.5)
    mortal.start(request)
    wait_until(lambda: Delivery.objects.filter(request=request, state=DeliveryState.SENT).exists())
    let_leases_end(request)
    outbox.deliver(request.pk)
    assert mortal.ended() == 0
    request = recovered(request)
    assert request.state == RequestState.VERIFIED
    assert asked(ordered) == 1


def killed_while_sent(mortal: Mortal, request: Request, odoo: Any) -> None:
    """Kill the worker once its call has met the trouble that was arranged."""
    child = mortal.start(request)
    wait_until(lambda: not list(odoo.faults))
    time.sleep(0.5)
    os.kill(child, signal.SIGKILL)
    assert mortal.ended() == -signal.SIGKILL


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
