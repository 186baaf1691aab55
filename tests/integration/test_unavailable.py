"""A database that is away is said so, with nothing on the page that would need it."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from controltower.broker import Channel
from controltower.celery import app
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def honest(client: Client) -> Client:
    """A client that gets the page which people get."""
    client.raise_request_exception = False
    client.force_login(people.buyer())
    return client


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/notifications/", "/me/"])
def test_a_page_without_its_database_says_what_is_known(honest: Client, path: str, error: type[Exception]) -> None:
    with patch("django.contrib.sessions.backends.db.SessionStore.load", side_effect=error("secret words")):
        response = honest.get(path)
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert response["Cache-Control"] == "no-store"
    page = response.content.decode()
    assert "cannot reach its database" in page
    assert "secret words" not in page
    assert 'http-equiv="refresh"' in page


def test_what_was_being_sent_is_not_sent_again_by_itself(honest: Client) -> None:
    with patch("django.contrib.sessions.backends.db.SessionStore.load", side_effect=OperationalError):
        page = honest.post("/notifications/read/").content.decode()
    assert 'http-equiv="refresh"' not in page
    assert "Go back" in page


def test_a_defect_stays_a_defect(honest: Client) -> None:
    with patch("django.contrib.sessions.backends.db.SessionStore.load", side_effect=RuntimeError("secret words")):
        assert honest.get("/").status_code == 500


def test_the_worker_hands_nothing_back_over_a_connection_that_it_lost() -> None:
    with app.connection_for_write() as link:
        assert link.transport.Channel is Channel
        assert not link.default_channel.do_restore
    assert app.conf.broker_connection_max_retries is None, "it never gives up"
