"""A small JSON-RPC caller for a real Odoo, standard library only."""

import itertools
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from demo.world.errors import OdooRefusedError, RefusedLoginError, UnreachableError


class JsonRpc:
    """One login on one database of a real Odoo. The secret is a password or an API key and is never shown.

    Raises UnreachableError when nothing usable answers, RefusedLoginError for a wrong database, login or key.
    """

    def __init__(self, url: str, db: str, login: str, secret: str, *, timeout: float = 600.0) -> None:
        self.endpoint = url.rstrip("/") + "/jsonrpc"
        self.db, self.login = db, login
        self._secret, self._timeout = secret, timeout
        self._numbers = itertools.count(1)
        self.calls = 0
        self.uid = self._sign_in()

    def call(self, model: str, method: str, *args: Any, context: Mapping[str, Any] | None = None, **kwargs: Any) -> Any:
        """Call a public method. Raises OdooRefusedError with what Odoo said."""
        self.calls += 1
        named = {**kwargs, "context": {"lang": "en_US", **(context or {})}}
        return self._send("object", "execute_kw", [self.db, self.uid, self._secret, model, method, list(args), named])

    def _sign_in(self) -> int:
        try:
            uid = self._send("common", "authenticate", [self.db, self.login, self._secret, {}])
        except OdooRefusedError as exc:
            raise RefusedLoginError(f"There is no usable database {self.db!r} at {self.endpoint}: check --db.") from exc
        if not uid:
            raise RefusedLoginError(
                f"Odoo refused {self.login!r} on database {self.db!r}: check --login and --key (password or API key)."
            )
        return int(uid)

    def _send(self, service: str, method: str, args: list[Any]) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._numbers), "params": params}
        try:
            request = urllib.request.Request(
                self.endpoint, json.dumps(body).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                answer = json.load(response)
        except (urllib.error.URLError, OSError, ValueError) as exc:
            raise UnreachableError(f"No usable answer from {self.endpoint} ({_reason(exc)}): check --url.") from exc
        if not isinstance(answer, dict) or "jsonrpc" not in answer:
            raise UnreachableError(f"{self.endpoint} answered, but not as an Odoo does: check --url.")
        if "error" in answer:
            raise _refusal(answer["error"], args if service == "object" else [])
        return answer.get("result")


def _reason(exc: Exception) -> str:
    if isinstance(exc, urllib.error.HTTPError):
        return f"HTTP {exc.code}"
    if isinstance(exc, json.JSONDecodeError):
        return "not JSON"
    return str(getattr(exc, "reason", exc))


def _refusal(error: Mapping[str, Any], args: list[Any]) -> OdooRefusedError:
    """The refusal as one line; Odoo's traceback (`data.debug`) is left behind on purpose."""
    data = error.get("data") or {}
    text = str(data.get("message") or error.get("message") or "").strip()
    what = f"{args[3]}.{args[4]}: " if len(args) > 4 else ""
    return OdooRefusedError(f"{what}{text}", kind=str(data.get("name", "")))
