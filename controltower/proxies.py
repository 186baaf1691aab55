"""Whom to believe about where a request comes from: only the proxies that were named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network
Headers = Iterable[tuple[bytes, bytes]]
Application = Callable[..., Awaitable[Any]]
ADDRESS, SCHEME = b"x-forwarded-for", b"x-forwarded-proto"
FORWARDING = frozenset({ADDRESS, SCHEME, b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip", b"forwarded"})


class TrustedProxies:
    """Puts the visitor's address and scheme in the place of the proxy's, and takes every forwarding header away.

    A proxy adds the address it was asked from at the end of ``X-Forwarded-For``; what stands before that, anybody may
    have written. So the chain is walked from its end, past the trusted, to the first that is not: that is the visitor.
    (Daphne's ``--proxy-headers`` takes the first entry, from whoever asks, and must stay off.) From anyone
    who is not a trusted proxy these headers are dropped unread. ``X-Forwarded-Proto`` alone goes on, cleaned.
    """

    def __init__(self, application: Application, trusted: Sequence[Network]) -> None:
        self.application, self.trusted = application, trusted

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        return await self.application(self.seen(scope), receive, send)

    def seen(self, scope: dict[str, Any]) -> dict[str, Any]:
        """The same request as the visitor sent it."""
        if "headers" not in scope:
            return scope
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in FORWARDING]
        peer = str((scope.get("client") or [""])[0])
        if not self._trusts(peer):
            return {**scope, "headers": headers}
        scheme = _values(scope["headers"], SCHEME)[-1:]
        if scheme in (["http"], ["https"]):
            headers.append((SCHEME, scheme[0].encode()))
        return {**scope, "headers": headers, "client": [self._visitor(peer, scope["headers"]), 0]}

    def _visitor(self, peer: str, headers: Headers) -> str:
        """The nearest address that is no trusted proxy; the nearest proxy where the chain breaks off."""
        nearest = peer
        for said in reversed(_values(headers, ADDRESS)):
            if not _is_address(said):
                break
            nearest = said
            if not self._trusts(said):
                break
        return nearest

    def _trusts(self, text: str) -> bool:
        return _is_address(text) and any(ip_address(text) in network for network in self.trusted)


def _values(headers: Headers, name: bytes) -> list[str]:
    """All values of a header, which may come in several lines and in several parts."""
    lines = (value.decode("latin-1") for key, value in headers if key.lower() == name)
    return [part.strip() for line in lines for part in line.split(",")]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
