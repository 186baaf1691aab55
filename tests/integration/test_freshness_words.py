"""Why nothing is read, in the banner: the server that is named is the one to look at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection as database

from apps.console import freshness
from controltower.lib.scope import Scope
from odoo_sync import tasks, under_way
from odoo_sync.models import Connection
from tests.integration.conftest import Linked

Patch = pytest.MonkeyPatch
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def elsewhere(work: Callable[[], object]) -> Iterator[None]:
    """Another session of the database, as a worker has one."""

    def run() -> None:
        try:
            work()
        finally:
            database.close()

    worker = threading.Thread(target=run)
    worker.start()
    try:
        yield
    finally:
        worker.join()


def told(linked: Linked) -> str:
    linked.clock.move(seconds=600)
    return freshness.freshness(Scope.everything(), linked.clock.now()).meaning


def test_an_odoo_that_takes_questions_and_does_not_answer_is_named(linked: Linked, monkeypatch: Patch) -> None:
    monkeypatch.setattr(under_way, "AWAITED", timedelta(seconds=1))
    linked.odoo.faults.add("latency", seconds=3, match={"service": "object"})
    with elsewhere(lambda: tasks.poll_connection(linked.connection.pk, "hot")):
        time.sleep(0.7)
        assert "reading it right now" in told(linked)
        time.sleep(1.3)
        said = told(linked)
        assert "takes questions and does not answer" in said
        assert "waiting for 1 s" in said or "waiting for 2 s" in said
    assert "no worker of the tower is running" in told(linked)


def test_an_odoo_that_holds_the_worker_up_is_not_blamed_on_another(linked: Linked, monkeypatch: Patch) -> None:
    monkeypatch.setattr(under_way, "AWAITED", timedelta(seconds=0.5))
    other = Connection.objects.get(pk=linked.connection.pk)
    other.pk, other.name, other.url = None, "Second", "http://second.example"
    other.save()
    names = under_way.locks_of(other.pk)

    def hold() -> None:
        with tasks.session_lock(next(names)):
            time.sleep(2)

    with elsewhere(hold):
        time.sleep(1)
        assert "held up by another Odoo" in told(linked)
