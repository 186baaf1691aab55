"""One RPC call to Odoo: odoorpc over /jsonrpc, with our opener, our deadlines and our errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

import odoorpc
from odoorpc.error import RPCError

from odoo_sync.errors import AddressError, SignInError, UnknownOutcomeError
from odoo_sync.faults import fault
from odoo_sync.reach import refuse_host
from odoo_sync.redaction import quieten, redact, remember
from odoo_sync.wire import MOST_BYTES, Opener

READ_SECONDS = 60.0
ASSUMED_VERSION = "18.0"

quieten("odoorpc", "odoorpc.rpc", "odoorpc.rpc.jsonrpclib")


@dataclass(frozen=True)
class Address:
    """Where an Odoo database is and who asks. The secret never shows in a representation."""

    url: str
    database: str
    login: str
    secret: str = field(repr=False)


class Transport(Protocol):
    """Carries calls to one Odoo database on behalf of one thread."""

    @property
    def date(self) -> float | None: ...

    def call(
        self, model: str, method: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, seconds: float = READ_SECONDS
    ) -> Any: ...

    def close(self) -> None: ...


class OdoorpcTransport:
    """``execute_kw`` through odoorpc; never its record API, which costs a call per record.

    Not thread safe: odoorpc keeps state, so there is one instance a thread. ``date`` is the server's clock (seconds
    since the epoch, floored) as the last answer's HTTP header told it, None where it tells none. A given ``uid`` saves
    the log-in, which costs Odoo most of a second of hashing.
    """

    def __init__(
        self, address: Address, *, uid: int | None = None, reuse: bool = True, most_bytes: int = MOST_BYTES
    ) -> None:
        remember(address.secret)
        host, port, secure, self._path = split_address(address.url)
        refuse_host(host)
        self._address = address
        self._uid = uid
        self._opener = Opener(reuse=reuse, most_bytes=most_bytes)
        protocol = "jsonrpc+ssl" if secure else "jsonrpc"
        self._odoo = odoorpc.ODOO(host, protocol=protocol, port=port, version=ASSUMED_VERSION, opener=self._opener)
        self.calls = 0
        self.busy_seconds = 0.0

    @property
    def date(self) -> float | None:
        return self._opener.date

    @property
    def uid(self) -> int:
        """The bot user's id; signs in on first use. Raises SignInError when Odoo says no."""
        if self._uid is None:
            self._uid = self.sign_in()
        return self._uid

    def sign_in(self) -> int:
        address = self._address
        uid = self.common("authenticate", address.database, address.login, address.secret, {})
        if not isinstance(uid, int) or isinstance(uid, bool):
            raise SignInError(
                f"Odoo does not accept the login {address.login!r} with this key or password. Check both; "
                "an API key belongs to the user that made it."
            )
        return uid

    def common(self, method: str, *args: Any, seconds: float = READ_SECONDS) -> Any:
        """A call to the service that needs no log-in: version, authenticate."""
        return self._send("common", method, list(args), seconds)

    def database(self, method: str, *args: Any, seconds: float = READ_SECONDS) -> Any:
        """A call to the service that knows of databases and needs no log-in: list, db_exist."""
        return self._send("db", method, list(args), seconds)

    def call(
        self, model: str, method: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, seconds: float = READ_SECONDS
    ) -> Any:
        address = self._address
        full = [address.database, self.uid, address.secret, model, method, list(args), dict(kwargs)]
        return self._send("object", "execute_kw", full, seconds, model, method)

    def close(self) -> None:
        self._opener.close()

    def _send(self, service: str, method: str, args: list[Any], seconds: float, model: str = "", verb: str = "") -> Any:
        began = monotonic()
        self._opener.deadline = began + seconds
        try:
            answer = self._odoo.json(f"{self._path}/jsonrpc", {"service": service, "method": method, "args": args})
        except RPCError as error:
            told = fault(error.info if isinstance(error.info, Mapping) else {}, model=model, method=verb)
            told.message, told.detail = redact(told.message), redact(told.detail)
            raise told from None
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise UnknownOutcomeError("Odoo's answer is not JSON, or is cut short. Check the proxy.") from None
        except (AttributeError, KeyError, TypeError):
            raise AddressError("Something that is not Odoo answers at this address. Check the address.") from None
        finally:
            self.calls += 1
            self.busy_seconds += monotonic() - began
        return self._result(answer)

    @staticmethod
    def _result(answer: Any) -> Any:
        if "result" not in answer and "jsonrpc" not in answer:
            raise AddressError("Something that is not Odoo answers at this address. Check the address.")
        return answer.get("result")


def split_address(url: str) -> tuple[str, int, bool, str]:
    """Host, port, TLS or not, and path of Odoo's address. Raises AddressError for what is no web address."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise AddressError(f"{url!r} is no web address: the port must be a number.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressError(f"{url!r} is no web address. It must look like https://odoo.example.com.")
    if parts.username or parts.password:
        raise AddressError("The address must not hold a user name or password. Enter them in their own fields.")
    secure = parts.scheme == "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return host, port or (443 if secure else 80), secure, parts.path.rstrip("/")
