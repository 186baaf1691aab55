"""The address of a mail server, and what is refused before a password leaves this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from controltower import checks, environment


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp+starttls://a%40b.example:p%2Fw@mail.example", ("mail.example", 587, "a@b.example", "p/w", True, False)),
        ("smtps://u:p@mail.example:4465", ("mail.example", 4465, "u", "p", False, True)),
    ],
)
def test_a_mail_server_is_read_from_its_address(monkeypatch, url: str, expected: tuple[object, ...]) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    found = environment.mail("EMAIL_URL")
    assert (found.host, found.port, found.user, found.password, found.starttls, found.tls) == expected
    assert found.backend.endswith("smtp.EmailBackend")


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:port", "folder:", "folder://mail/x"]
)
def test_what_is_no_mail_server_stops_the_start_without_its_password(monkeypatch, url: str) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must look like") as refused:
        environment.mail("EMAIL_URL")
    assert url not in str(refused.value) or url in ("smtp://", "folder:")


def test_without_an_address_no_mail_is_sent(monkeypatch) -> None:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert environment.mail("EMAIL_URL").backend == ""


@pytest.mark.parametrize("url", ["tower.example.com", "ftp://x", "https://", "https://x/?a=1"])
def test_the_public_address_is_one_of_the_web(monkeypatch, url: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", url)
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL must look like"):
        environment.site("PUBLIC_URL", "http://localhost")


@pytest.mark.parametrize(
    ("url", "refused"),
    [("smtp://u:p@mail.example", True), ("smtp://u:p@localhost", False), ("smtps://u:p@mail.example", False),
     ("smtp+starttls://u:p@mail.example", False), ("smtp://mail.example", False)],
)  # fmt: skip
def test_a_password_does_not_cross_the_network_readable(monkeypatch, settings, url: str, refused: bool) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    settings.MAIL = environment.mail("EMAIL_URL")
    assert ("controltower.E007" in {one.id for one in checks.safe_settings(None)}) is refused


def test_links_that_lead_to_this_machine_alone_are_warned_of(settings) -> None:
    settings.MAIL_IS_SENT, settings.ALLOWED_HOSTS = True, ["tower.example.com"]
    settings.PUBLIC_URL = "http://localhost:8800"
    assert "controltower.W008" in {one.id for one in checks.safe_settings(None)}
    settings.PUBLIC_URL = "https://tower.example.com"
    assert "controltower.W008" not in {one.id for one in checks.safe_settings(None)}


def test_a_folder_gets_a_file_that_mail_programs_open(settings, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    server = get_connection("controltower.mail_folder.FolderBackend")
    assert server.send_messages([EmailMessage("One", "Grüße", to=["a@b.example"]) for _ in range(2)]) == 2
    files = sorted((tmp_path / "mail").glob("*.eml"))
    assert len(files) == 2
    assert b"Subject: One" in files[0].read_bytes()
