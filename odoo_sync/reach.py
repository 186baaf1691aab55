"""Where the tower may call: what an administrator enters as the address of an Odoo is called by a server inside."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings

from odoo_sync.errors import AddressError

NAT64 = IPv6Network("64:ff9b::/96")
"""How a network without IPv4 writes IPv4 addresses (RFC 6052)."""
METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200")))
"""Where clouds hand out credentials outside the link-local range."""


def refuse_host(host: str) -> None:
    """Raise AddressError for a host that the installation does not list in ``ODOO_HOSTS``; an empty list allows all.

    A listed name stands for itself and for everything below it.
    """
    wanted, known = host.strip("[]").rstrip(".").lower(), [one.lower() for one in settings.ODOO_HOSTS]
    if known and not any(wanted == one or wanted.endswith(f".{one}") for one in known):
        raise AddressError(
            f"{host} is not among the hosts that this tower may call. Whoever runs the tower adds it to ODOO_HOSTS."
        )


def refuse_peer(address: str) -> None:
    """Raise AddressError for an address that no Odoo has: link-local (where clouds hand out credentials), multicast,
    unspecified or reserved.

    Asked of the peer of an open connection, before anything is sent, so that a name cannot change its mind. Private
    and local addresses are allowed: that is where an Odoo of one's own lives.
    """
    found = _plain(address)
    reserved = isinstance(found, IPv4Address) and found.is_reserved
    if found.is_link_local or found.is_multicast or found.is_unspecified or reserved or found in METADATA:
        raise AddressError(f"{found} is no address of an Odoo: the tower does not call it. Check the address.")


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Without a zone; an IPv4 address that is dressed as IPv6 as what it is."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found
    return found.ipv4_mapped or (IPv4Address(int(found) & 0xFFFFFFFF) if found in NAT64 else found)
