"""Refuses settings that would be unsafe where others can reach the tower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

AT_HOME = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
SHORTEST_KEY = 50
FEWEST_CHARACTERS = 8


@register(Tags.security)
def safe_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What makes this tower unsafe to run."""
    return [*_drivers(), *_exposure(), *_mail()]


def refuse_unsafe() -> None:
    """Stop any process, a server's as well as a command's. Raises ImproperlyConfigured with the first error."""
    for problem in safe_settings(None):
        if isinstance(problem, Error):
            raise ImproperlyConfigured(f"{problem.msg} {problem.hint}")


def _drivers() -> Iterator[CheckMessage]:
    if find_spec("psycopg") is not None:
        yield Error(
            "psycopg 3 is installed beside psycopg2: Django would choose it silently.",
            hint="Remove it: pip uninstall psycopg psycopg-binary psycopg-pool.",
            id="controltower.E001",
        )


def _exposure() -> Iterator[CheckMessage]:
    hosts = [host for host in settings.ALLOWED_HOSTS if host not in AT_HOME]
    if not hosts:
        return
    if settings.DEBUG:
        yield Error(
            f"DEBUG is on while {', '.join(hosts)} may be asked: error pages would show settings.",
            hint="Unset DEBUG, or leave only localhost in ALLOWED_HOSTS.",
            id="controltower.E002",
        )
    for name in ("SECRET_KEY", "FIELD_KEY"):
        if is_weak(getattr(settings, name)):
            yield Error(
                f"{name} can be guessed: it is short, plain or the development one.",
                hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(64))"',
                id="controltower.E003",
            )
    if "*" in hosts:
        yield Error("ALLOWED_HOSTS allows any host.", hint="Name the host people use.", id="controltower.E004")
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        yield Error(
            "TRUSTED_PROXIES believes everyone: whoever signs in could name any address as theirs.",
            hint="Name the addresses of your proxies alone.",
            id="controltower.E006",
        )
    if not settings.BEHIND_TLS:
        yield Warning(
            "Others may ask this tower without TLS: passwords and sessions would cross the network readable.",
            hint="Put it behind TLS and set BEHIND_TLS=1.",
            id="controltower.W005",
        )


def _mail() -> Iterator[CheckMessage]:
    """Mail that would give away a password, or lead its reader nowhere."""
    mail = settings.MAIL
    if mail.password and not (mail.starttls or mail.tls) and mail.host not in AT_HOME:
        yield Error(
            "The password for the mail server would cross the network readable.",
            hint="Write EMAIL_URL with smtp+starttls:// or smtps://.",
            id="controltower.E007",
        )
    others = [host for host in settings.ALLOWED_HOSTS if host not in AT_HOME]
    if settings.MAIL_IS_SENT and others and urlsplit(settings.PUBLIC_URL).hostname in AT_HOME:
        yield Warning(
            "Links in mails lead to this machine alone.",
            hint="Set PUBLIC_URL to the address that people use.",
            id="controltower.W008",
        )


def is_weak(key: str) -> bool:
    """Too short, too few different characters, or made for development."""
    return (
        len(key) < SHORTEST_KEY
        or len(set(key)) < FEWEST_CHARACTERS
        or key.startswith(("django-insecure-", "development-only-"))
    )
