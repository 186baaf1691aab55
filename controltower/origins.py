"""Which pages may open a socket: the tower's own, and those of origins that were named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from controltower.proxies import SCHEME

Application = Callable[..., Awaitable[Any]]
DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where a page comes from, with the scheme's own port where none is written. A host may begin with ``*.``."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Origin | None:
        """None for what is no web origin, such as the ``null`` of a sandboxed page."""
        try:
            parts = urlsplit(text.strip().lower())
            port = parts.port
        except ValueError:
            return None
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path.strip("/") or "@" in parts.netloc:
            return None
        return cls(parts.scheme, parts.hostname, DEFAULT_PORTS[parts.scheme] if port is None else port)

    def covers(self, other: Origin) -> bool:
        """Whether the other is this one, or lies under it where this one begins with ``*.``."""
        if not self.host.startswith("*."):
            return self == other
        beside = (self.scheme, self.port) == (other.scheme, other.port)
        return beside and is_same_domain(other.host, self.host[1:])


class OwnPagesOnly:
    """Lets a browser open a socket from a page of the tower itself, or of a named origin, and answers others with 403.

    A browser sends cookies along whichever page opens a socket, and nothing but ``Origin`` says which one did. Host,
    scheme and port count: another program on the same machine is a stranger. The tower's own origin is what the browser
    asked for: the ``Host`` header, which must be among the allowed hosts (else a name that is made to point here would
    be its own origin), and the scheme as the outermost trusted proxy told it. Must stand behind ``TrustedProxies``.
    """

    def __init__(self, application: Application, *, hosts: Sequence[str], named: Iterable[str] = ()) -> None:
        self.application, self.hosts = application, list(hosts)
        self.named = [origin for origin in map(Origin.of, named) if origin is not None]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        if self.allows(scope):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)

    def allows(self, scope: dict[str, Any]) -> bool:
        """Whether the page that opens this socket may."""
        said = Origin.of(_one(scope, b"origin"))
        if said is None:
            return False
        return said == self._own(scope) or any(origin.covers(said) for origin in self.named)

    def _own(self, scope: dict[str, Any]) -> Origin | None:
        host = _one(scope, b"host")
        domain, _port = split_domain_port(host)
        if not domain or not validate_host(domain, self.hosts):
            return None
        scheme = _one(scope, SCHEME) or {"wss": "https"}.get(scope.get("scheme", "ws"), "http")
        return Origin.of(f"{scheme}://{host}")


def _one(scope: dict[str, Any], name: bytes) -> str:
    """The value of a header; empty where it is missing or comes more than once."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
    return values[0] if len(values) == 1 else ""
