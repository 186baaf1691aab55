"""Headers, error pages, health, and settings that are refused."""

import logging
from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.test import Client, RequestFactory

from controltower import checks, error_pages, health
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(settings) -> None:
    settings.ALLOWED_HOSTS = ["tower.example.com"]
    settings.SECRET_KEY = settings.FIELD_KEY = "Zk3vQ9xw7Tn1Lr5Yb8Mc2Hd6Pf4Js0Ga_Ue-Wi1Xo5Cv9Bn3Km7Lp"
    settings.BEHIND_TLS = True


def test_every_page_carries_the_strict_headers(client: Client) -> None:
    response = client.get("/sign-in/")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"].endswith("no-store") or "no-store" in response["Cache-Control"]
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(client: Client) -> None:
    user = people.buyer()
    response = client.post("/sign-in/", {"username": user.username, "password": people.PASSWORD})
    session = response.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


@pytest.mark.parametrize("address", ["/audit/?person=%00", "/?q=a%00b", "/people/?name=%2500%00", "/x%00/"])
def test_a_zero_byte_in_the_address_is_a_bad_request_everywhere(client: Client, address: str) -> None:
    client.force_login(people.administrator())
    response = client.get(address)
    assert response.status_code == 400
    assert "makes no sense" in response.content.decode()


def test_a_missing_page_says_so_in_the_look_of_the_product(client: Client) -> None:
    client.force_login(people.buyer())
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_a_refusal_gives_its_reason(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = people.buyer()
    response = error_pages.permission_denied(request, PermissionDenied("It needs “Approve actions”."))
    assert response.status_code == 403
    assert "It needs “Approve actions”." in response.content.decode()


def test_a_malformed_request_and_an_expired_form_have_pages(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = people.buyer()
    assert error_pages.bad_request(request).status_code == 400
    assert "Load the page again" in error_pages.csrf_failure(request).content.decode()


def test_a_defect_shows_a_page_without_secrets(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = people.buyer()
    try:
        raise RuntimeError("password=hunter2")
    except RuntimeError:
        response = error_pages.server_error(request)
    assert response.status_code == 500
    page = response.content.decode()
    assert "hunter2" not in page
    assert "Traceback" not in page


def test_the_error_page_survives_its_own_failure(rf: RequestFactory, monkeypatch, caplog) -> None:
    monkeypatch.setattr(error_pages, "_page", lambda *args: 1 / 0)
    with caplog.at_level(logging.CRITICAL):
        response = error_pages.server_error(rf.get("/"))
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/plain")


def test_the_process_says_that_it_lives(client: Client) -> None:
    assert client.get("/health/live").content == b"ok\n"


def test_readiness_tells_strangers_nothing_more(client: Client) -> None:
    response = client.get("/health/ready")
    assert (response.status_code, response.content) == (200, b"ready\n")
    client.force_login(people.buyer(1 << 40 | 1))
    assert client.get("/health/ready").content == b"ready\n"
    client.force_login(people.administrator())
    assert client.get("/health/ready").json() == {
        "ready": True,
        "database": True,
        "valkey": True,
        "migrations": True,
    }


@pytest.mark.parametrize("part", ["database", "valkey", "migrations"])
def test_a_failing_part_makes_the_tower_not_ready(client: Client, monkeypatch, part: str) -> None:
    def broken() -> bool:
        raise OSError("postgres://tower:secret@host")

    monkeypatch.setattr(health, "PARTS", {**health.PARTS, part: broken})
    response = client.get("/health/ready")
    assert (response.status_code, response.content) == (503, b"not ready\n")
    client.force_login(people.administrator())
    assert client.get("/health/ready").json()[part] is False


def test_safe_settings_pass(public) -> None:
    assert checks.safe_settings(None) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEBUG", True, "controltower.E002"),
        ("SECRET_KEY", "x", "controltower.E003"),
        ("SECRET_KEY", "x" * 60, "controltower.E003"),
        ("SECRET_KEY", "development-only-" + "0" * 40, "controltower.E003"),
        ("FIELD_KEY", "short", "controltower.E003"),
        ("ALLOWED_HOSTS", ["*"], "controltower.E004"),
        ("BEHIND_TLS", False, "controltower.W005"),
        ("TRUSTED_PROXIES", (ip_network("10.0.0.5"), ip_network("::/0")), "controltower.E006"),
    ],
)
def test_unsafe_settings_are_named(public, settings, name: str, value: object, code: str) -> None:
    setattr(settings, name, value)
    assert [problem.id for problem in checks.safe_settings(None)] == [code]


def test_an_unsafe_process_does_not_start(public, settings) -> None:
    checks.refuse_unsafe()
    settings.DEBUG = True
    with pytest.raises(ImproperlyConfigured, match="DEBUG is on"):
        checks.refuse_unsafe()


def test_at_home_nothing_is_demanded(settings) -> None:
    settings.ALLOWED_HOSTS, settings.DEBUG, settings.SECRET_KEY = ["localhost", "127.0.0.1"], True, "x"
    assert checks.safe_settings(None) == []


def test_psycopg_3_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda name: object())
    assert [problem.id for problem in checks.safe_settings(None)] == ["controltower.E001"]
