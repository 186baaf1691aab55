"""A socket opens for the tower's own pages, also behind a proxy that ends TLS, and for no other page."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.integration.live import Group, open_socket, person, session_cookie, two_companies
from tests.servers import Tower

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = "https://tower.example.com"
TLS = {"BEHIND_TLS": "1", "ALLOWED_HOSTS": "tower.example.com"}


@pytest.fixture
def group() -> Group:
    return two_companies()


@pytest.fixture
def cookie(group: Group) -> str:
    return session_cookie(person("lyon", group[1]))


@pytest.fixture(scope="module")
def proxied(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Tower]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        server = Tower(**TLS, TRUSTED_PROXIES="127.0.0.1").start()
    yield server
    server.stop()


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "http://127.0.0.1", "http://localhost:{port}", "null"])
def test_a_page_of_another_program_on_this_machine_is_refused(tower: Tower, cookie: str, origin: str) -> None:
    with ExitStack() as held, pytest.raises(InvalidStatus) as refused:
        open_socket(held, tower, cookie, origin=origin.format(port=tower.port))
    assert refused.value.response.status_code == 403


def through_a_proxy(tower: Tower, cookie: str, *, origin: str, **headers: str) -> str:
    """The first message, asked for as a proxy hands it on."""
    told = {"Cookie": f"sessionid={cookie}", **headers}
    line = socket.create_connection(("127.0.0.1", tower.port))
    with connect("ws://tower.example.com/live/", sock=line, additional_headers=told, origin=Origin(origin)) as page:
        return str(page.recv(timeout=20))


def test_behind_a_proxy_that_ends_tls_the_public_address_is_the_towers_own(proxied: Tower, cookie: str) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    assert "hello" in through_a_proxy(proxied, cookie, origin=PUBLIC, **told)


@pytest.mark.parametrize(
    "origin", ["http://tower.example.com", "https://tower.example.com:8443", "https://example.com"]
)
def test_behind_a_proxy_too_other_pages_are_refused(proxied: Tower, cookie: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        through_a_proxy(proxied, cookie, origin=origin, **{"X-Forwarded-Proto": "https"})
    assert refused.value.response.status_code == 403
