"""Each address refuses a stranger; an address that nobody knows how to try fails."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.house.routes import ROUTES, Held, names

BEHIND = {name: route for name, route in ROUTES.items() if route.held is not Held.PUBLIC}
PRIVATE = sorted((name, method) for name, route in BEHIND.items() for method in route.methods)
ALL_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


def test_every_route_is_known_and_every_known_route_exists() -> None:
    assert set(names()) == set(ROUTES)


def test_only_signing_in_and_health_are_public() -> None:
    public = {name for name, route in ROUTES.items() if route.held is Held.PUBLIC}
    assert public == {"accounts:sign_in", "live", "ready"}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method"), PRIVATE)
def test_a_stranger_is_sent_to_the_sign_in(client: Client, name: str, method: str) -> None:
    response = getattr(client, method)(ROUTES[name].address(name))
    assert response.status_code == 302, response.status_code
    assert response["Location"].startswith("/sign-in/?next=")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(BEHIND))
def test_no_method_lets_a_stranger_in(client: Client, name: str) -> None:
    for method in ALL_METHODS:
        status = getattr(client, method)(ROUTES[name].address(name)).status_code
        assert status in (302, 405), f"{method}: {status}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if "post" in route.methods))
def test_nothing_is_changed_without_the_token(name: str) -> None:
    from tests.people import administrator

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(administrator())
    assert strict.post(ROUTES[name].address(name)).status_code == 403
