"""Typed readers of the environment; a wrong value stops the start with one clear line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import unquote, urlparse

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """A setting; ``NAME_FILE`` may point at a file that holds it. Raises ImproperlyConfigured when missing."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            with open(path, encoding="utf-8") as file:
                return file.read().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE) in the environment.")
    return value


def flag(name: str, default: bool) -> bool:
    """A yes or no: 1/0, true/false, yes/no, on/off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def number(name: str, default: float) -> float:
    value = os.environ.get(name, "").strip()
    try:
        return float(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.") from None


def words(name: str, default: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def networks(name: str, default: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """A comma-separated list of addresses and networks, such as ``10.0.0.5,192.168.1.0/24``."""
    try:
        return tuple(ip_network(word) for word in words(name, default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must list addresses or networks: {error}.") from None


def database(name: str) -> dict[str, object]:
    """Django's settings from a ``postgres://user:password@host:port/name`` address; only PostgreSQL will do."""
    url = urlparse(text(name))
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or 5432),
    }


def redis(name: str) -> tuple[str, ...]:
    """Three databases of one Redis or Valkey: broker, channels, cache. A path such as /3 shifts the first."""
    raw = text(name)
    url = urlparse(raw)
    if url.scheme not in {"redis", "rediss"} or not url.hostname:
        raise ImproperlyConfigured(f"{name} must look like redis://:password@host:6379.")
    first = int(url.path.strip("/") or 0)
    return tuple(url._replace(path=f"/{first + offset}").geturl() for offset in range(3))


SMTP = {"smtp": (25, False, False), "smtp+starttls": (587, True, False), "smtps": (465, False, True)}
"""Scheme of a mail server: its usual port, and whether TLS is asked for after the greeting or there from the start."""


@dataclass(frozen=True)
class MailServer:
    """Where mail goes, as Django wants it; ``backend`` is empty where none is sent."""

    backend: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    folder: str = ""


def mail(name: str) -> MailServer:
    """A mail server from ``smtp+starttls://user:password@host:587``, ``smtps://`` or ``smtp://``.

    ``folder:///path`` writes every mail into a file there, ``console:`` shows it in the log; empty sends none.
    """
    raw = text(name, "")
    url = urlparse(raw)
    if not raw:
        return MailServer()
    if url.scheme == "console":
        return MailServer("django.core.mail.backends.console.EmailBackend")
    if url.scheme == "folder" and url.path.strip("/") and not url.netloc:
        return MailServer("controltower.mail_folder.FolderBackend", folder=unquote(url.path))
    try:
        port, starttls, tls = SMTP[url.scheme]
        host, port = url.hostname or "", url.port or port
    except (KeyError, ValueError):
        host = ""
    if not host:
        raise ImproperlyConfigured(
            f"{name} must look like smtp+starttls://user:password@host:587, smtps://host, smtp://host, "
            "folder:///path or console:."
        )
    user, password = unquote(url.username or ""), unquote(url.password or "")
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    return MailServer(smtp, host, port, user, password, starttls, tls)


def site(name: str, default: str) -> str:
    """The address that people use for this tower, without a slash at its end: ``https://tower.example.com``."""
    raw = text(name, default).rstrip("/")
    url = urlparse(raw)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise ImproperlyConfigured(f"{name} must look like https://tower.example.com.")
    return raw
