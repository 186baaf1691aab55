"""Which page may open a socket."""

from ipaddress import ip_network
from typing import Any

import pytest

from controltower.origins import OwnPagesOnly
from controltower.proxies import TrustedProxies

HOSTS = ["tower.example.com", ".plant.example", "127.0.0.1", "[::1]"]
NAMED = ["https://portal.example.com:8443", "https://*.partner.example"]


def allows(origin: str | None, host: str = "127.0.0.1:8800", scheme: str = "ws", **more: str) -> bool:
    pages = OwnPagesOnly(None, hosts=HOSTS, named=NAMED)  # type: ignore[arg-type]
    told = {"host": host, **({} if origin is None else {"origin": origin}), **more}
    pairs = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in told.items()]
    scope: dict[str, Any] = {"type": "websocket", "scheme": scheme, "headers": pairs}
    return pages.allows(scope)


@pytest.mark.parametrize(
    ("origin", "host", "proto"),
    [
        ("http://127.0.0.1:8800", "127.0.0.1:8800", None),
        ("http://127.0.0.1", "127.0.0.1:80", None),
        ("http://127.0.0.1:80", "127.0.0.1", None),
        ("http://[::1]:8800", "[::1]:8800", None),
        ("https://tower.example.com", "tower.example.com", "https"),
        ("https://tower.example.com", "tower.example.com:443", "https"),
        ("https://TOWER.example.com", "Tower.Example.com", "https"),
        ("https://lyon.plant.example:8443", "lyon.plant.example:8443", "https"),
    ],
)
def test_a_page_of_the_tower_itself_may(origin: str, host: str, proto: str | None) -> None:
    assert allows(origin, host, **({"x_forwarded_proto": proto} if proto else {}))


@pytest.mark.parametrize(
    "origin",
    [
        None, "", "null", "file://", "http://127.0.0.1:1", "http://127.0.0.1", "https://127.0.0.1:8800",
        "http://localhost:8800", "http://127.0.0.1:8800@elsewhere.example", "http://elsewhere.example:8800",
        "http://127.0.0.1:8800.elsewhere.example", "http://127.0.0.1:x", "http://[127.0.0.1:8800", "ws://127.0.0.1:8800",
        "http://127.0.0.1:8800/page", "http://127.0.0.1:0",
    ],
)  # fmt: skip
def test_any_other_page_may_not(origin: str | None) -> None:
    assert not allows(origin)


def test_a_name_that_is_made_to_point_here_is_not_its_own_origin() -> None:
    assert not allows("http://rebound.example:8800", "rebound.example:8800")


def test_the_scheme_counts() -> None:
    assert allows("https://tower.example.com", "tower.example.com", scheme="wss")
    assert not allows("https://tower.example.com", "tower.example.com")
    assert not allows("http://tower.example.com", "tower.example.com", x_forwarded_proto="https")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://portal.example.com:8443", True),
        ("https://portal.example.com", False),
        ("http://portal.example.com:8443", False),
        ("https://a.partner.example", True),
        ("https://a.b.partner.example", True),
        ("https://a.partner.example:444", False),
        ("http://a.partner.example", False),
        ("https://apartner.example", False),
    ],
)
def test_a_named_origin_may_from_wherever_the_socket_is_asked_for(origin: str, allowed: bool) -> None:
    assert allows(origin, "inner:8800") is allowed


def test_two_origins_are_none() -> None:
    pages = OwnPagesOnly(None, hosts=HOSTS)  # type: ignore[arg-type]
    pairs = [(b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1"), (b"origin", b"http://127.0.0.1")]
    assert not pages.allows({"type": "websocket", "scheme": "ws", "headers": pairs})


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_trusted_proxy_tells_the_scheme(trusted: bool) -> None:
    proxies = TrustedProxies(None, (ip_network("10.0.0.5"),))  # type: ignore[arg-type]
    pairs = [
        (b"host", b"tower.example.com"), (b"origin", b"https://tower.example.com"), (b"x-forwarded-proto", b"https"),
    ]  # fmt: skip
    peer = "10.0.0.5" if trusted else "203.0.113.9"
    scope: dict[str, Any] = {"type": "websocket", "scheme": "ws", "client": [peer, 1], "headers": pairs}
    assert OwnPagesOnly(None, hosts=HOSTS).allows(proxies.seen(scope)) is trusted  # type: ignore[arg-type]
