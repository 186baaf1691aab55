"""Where the tower may call: never where no Odoo lives, and nothing is sent before that is known."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from odoo_sync.errors import AddressError, NotSentError
from odoo_sync.reach import refuse_peer
from odoo_sync.transport import Address, OdoorpcTransport


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1%eth0",
        "224.0.0.1",
        "0.0.0.0",
        "::",
        "ff02::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "240.0.0.1",
        "fd00:ec2::254",
        "100.100.100.200",
    ],
)
def test_addresses_that_no_odoo_has_are_not_called(address: str) -> None:
    with pytest.raises(AddressError, match="does not call it"):
        refuse_peer(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.5", "::1", "fd12::5", "8.8.8.8", "64:ff9b::808:808"]
)
def test_an_odoo_of_ones_own_network_is_called(address: str) -> None:
    refuse_peer(address)


def test_what_a_name_leads_to_is_looked_at_before_anything_is_sent(monkeypatch: Any) -> None:
    def refused(peer: str) -> None:
        raise AddressError(f"{peer} is refused by the test")

    monkeypatch.setattr("odoo_sync.wire.refuse_peer", refused)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(NotSentError, match=r"127\.0\.0\.1 is refused by the test"):
            OdoorpcTransport(Address(url, "d", "admin", "x")).common("version")
        caller, _peer = server.accept()
        with caller:
            assert caller.recv(100) == b""
