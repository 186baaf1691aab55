"""Whose word counts about where a request comes from."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from controltower import environment
from controltower.proxies import FORWARDING, TrustedProxies

PROXY, INNER, STRANGER = "10.0.0.5", "10.0.0.9", "203.0.113.9"
proxies = TrustedProxies(None, (ip_network("10.0.0.0/24"), ip_network("fd00::/64")))  # type: ignore[arg-type]


def seen(peer: str, *headers: tuple[str, str], kind: str = "http") -> tuple[str, dict[str, str]]:
    """The visitor's address, and the headers that are left."""
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope: dict[str, Any] = {"type": kind, "client": [peer, 4711], "headers": pairs}
    found = proxies.seen(scope)
    return found["client"][0], {name.decode(): value.decode() for name, value in found["headers"]}


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_stranger_is_where_it_is_whatever_it_says(kind: str) -> None:
    told = [("x-forwarded-for", "127.0.0.1"), ("X-Forwarded-Proto", "https"), ("forwarded", "for=1.1.1.1"), ("a", "b")]
    assert seen(STRANGER, *told, kind=kind) == (STRANGER, {"a": "b"})


@pytest.mark.parametrize(
    ("chain", "visitor"),
    [
        ("203.0.113.9", STRANGER),
        ("127.0.0.1, 8.8.8.8, 203.0.113.9", STRANGER),
        ("203.0.113.9, 10.0.0.9", STRANGER),
        ("1.1.1.1,203.0.113.9,10.0.0.9,fd00::7", STRANGER),
        ("10.0.0.9", INNER),
        ("", PROXY),
        ("nonsense", PROXY),
        ("203.0.113.9, unknown", PROXY),
        ("203.0.113.9, unknown, 10.0.0.9", INNER),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_visitor_is_the_last_address_that_is_no_proxy(chain: str, visitor: str) -> None:
    assert seen(PROXY, ("x-forwarded-for", chain)) == (visitor, {})


def test_the_chain_may_come_in_several_headers() -> None:
    assert seen(PROXY, ("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "203.0.113.9"))[0] == STRANGER


@pytest.mark.parametrize(("said", "kept"), [("https", "https"), ("http, https", "https"), ("javascript", None)])
def test_the_scheme_goes_on_cleaned(said: str, kept: str | None) -> None:
    assert seen(PROXY, ("x-forwarded-proto", said))[1].get("x-forwarded-proto") == kept


def test_what_has_no_headers_goes_on_untouched() -> None:
    assert proxies.seen({"type": "lifespan"}) == {"type": "lifespan"}


@given(st.lists(st.sampled_from(["6.6.6.6", "10.0.0.9", "x", "", "::1"])), st.sampled_from([PROXY, INNER]))
def test_nothing_written_before_the_proxys_own_entry_can_change_the_visitor(forged: list[str], peer: str) -> None:
    address, left = seen(peer, ("x-forwarded-for", ", ".join([*forged, STRANGER])))
    assert address == STRANGER
    assert not FORWARDING & {name.encode() for name in left}


def test_a_wrong_network_stops_the_start_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.5/24")
    with pytest.raises(ImproperlyConfigured, match=r"must list addresses or networks: 10\.0\.0\.5/24"):
        environment.networks("TRUSTED_PROXIES", "")
