"""The JSON-RPC services of Odoo 18: envelopes, sessions, and which function answers which path."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from demo.odoo.database import Database
from demo.odoo.errors import (
    AccessDeniedError,
    AccessError,
    ArgumentsError,
    NoDatabaseError,
    NoKeyError,
    SessionExpiredError,
    describe,
)

VERSION = "18.0-20250421"
VERSION_INFO = {
    "server_version": VERSION,
    "server_version_info": [18, 0, 0, "final", 0, ""],
    "server_serie": "18.0",
    "protocol_version": 1,
    "simulated": True,
}
NOT_FOUND = (
    "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not "
    "found on the server. If you entered the URL manually please check your spelling and try again.</p>\n"
)
SESSION_SECONDS = 604800


@dataclass
class Answer:
    """What goes back over HTTP."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request: its path, its decoded envelope and the session cookie it came with."""

    path: str
    envelope: dict[str, Any]
    session: str = ""

    @property
    def params(self) -> dict[str, Any]:
        params = self.envelope.get("params")
        return params if isinstance(params, dict) else {}

    def facts(self, sessions: dict[str, int]) -> dict[str, str]:
        """What a fault can be matched with."""
        params, found = self.params, {"path": self.path}
        found["service"] = str(params.get("service", ""))
        args = params.get("args") or []
        if found["service"] == "object" and isinstance(args, list) and len(args) >= 5:
            found |= {"model": str(args[3]), "method": str(args[4]), "uid": str(args[1])}
        elif "model" in params:
            found |= {"model": str(params["model"]), "method": str(params.get("method", ""))}
            found["uid"] = str(sessions.get(self.session, ""))
        elif found["service"]:
            found["method"] = str(params.get("method", ""))
        return found


class Protocol:
    """The services of one database. ``single`` is a server bound to one database: it names expired sessions."""

    def __init__(self, world: Database, *, single: bool = False, url: Callable[[], str] = lambda: "") -> None:
        self.world = world
        self.single = single
        self.url = url
        self.sessions: dict[str, int] = {}

    def answer(self, asked: Asked) -> Answer:
        """Carry out a request. Application errors become an ``error`` member with status 200."""
        handler = self._handler(asked.path)
        if handler is None:
            return html(404, NOT_FOUND)
        number, headers = asked.envelope.get("id"), {}
        try:
            result = handler(asked, headers)
        except SessionExpiredError as error:
            if not self.single:
                return html(404, NOT_FOUND)
            return as_json({"jsonrpc": "2.0", "id": None, "error": describe(error)}, headers)
        except Exception as error:
            return as_json({"jsonrpc": "2.0", "id": number, "error": describe(error)}, headers)
        body = {"jsonrpc": "2.0", "id": number}
        if result is not None:
            body["result"] = result
        return as_json(body, headers)

    def _handler(self, path: str) -> Callable[[Asked, dict[str, str]], Any] | None:
        for prefix in ("/web/dataset/call_kw", "/web/dataset/call_button"):
            if path == prefix or path.startswith(f"{prefix}/"):
                return self._call_button if prefix.endswith("button") else self._call_kw
        found: dict[str, Callable[[Asked, dict[str, str]], Any]] = {
            "/jsonrpc": self._jsonrpc,
            "/web/session/authenticate": self._authenticate,
            "/web/session/destroy": self._destroy,
            "/web/session/get_session_info": self._session_info,
            "/web/webclient/version_info": lambda _asked, _headers: VERSION_INFO,
            "/web/database/list": lambda _asked, _headers: [self.world.name],
        }
        return found.get(path)

    def _jsonrpc(self, asked: Asked, _headers: dict[str, str]) -> Any:
        params = asked.params
        missing = [repr(name) for name in ("service", "method", "args") if name not in params]
        if missing:
            raise ArgumentsError(
                f"RPC.jsonrpc() missing {len(missing)} required positional arguments: {_listed(missing)}"
            )
        service, method, args = params["service"], params["method"], list(params["args"] or [])
        if service == "common":
            return self._common(method, args)
        if service == "object":
            return self._object(method, args)
        if service == "db":
            return self._db(method, args)
        raise NoKeyError(str(service))

    def _common(self, method: str, args: list[Any]) -> Any:
        if method == "version":
            return VERSION_INFO
        if method in ("login", "authenticate"):
            self._bound_to(args[0])
            return self.world.authenticate(str(args[1]), str(args[2])) or False
        raise ArgumentsError(f"Method not found: {method}")

    def _db(self, method: str, args: list[Any]) -> Any:
        if method == "list":
            return [self.world.name]
        if method == "server_version":
            return VERSION
        if method == "db_exist":
            return bool(args) and args[0] == self.world.name
        raise AccessDeniedError

    def _object(self, method: str, args: list[Any]) -> Any:
        if method not in ("execute", "execute_kw"):
            raise ArgumentsError(f"Method not available {method}")
        database, uid, secret, model, name, *rest = args
        self._bound_to(database)
        self.world.check(int(uid), str(secret))
        if method == "execute":
            return self.world.run(int(uid), str(model), str(name), rest, {})
        positional = list(rest[0]) if rest else []
        named = dict(rest[1] or {}) if len(rest) > 1 else {}
        return self.world.run(int(uid), str(model), str(name), positional, named)

    def _bound_to(self, database: Any) -> None:
        if database != self.world.name:
            raise NoDatabaseError(
                f'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "{database}" does not exist\n'
            )

    def _authenticate(self, asked: Asked, headers: dict[str, str]) -> Any:
        params = asked.params
        if params.get("db") != self.world.name:
            raise AccessError("Database not found.")
        uid = self.world.authenticate(str(params.get("login")), str(params.get("password")), keys=False)
        if not uid:
            raise AccessDeniedError
        key = secrets.token_hex(20)
        self.sessions[key] = uid
        headers["Set-Cookie"] = f"session_id={key}; Max-Age={SESSION_SECONDS}; HttpOnly; Path=/"
        return self._info(uid)

    def _destroy(self, asked: Asked, headers: dict[str, str]) -> None:
        self._session_user(asked)
        self.sessions.pop(asked.session, None)
        headers["Set-Cookie"] = "session_id=; Max-Age=0; HttpOnly; Path=/"

    def _session_info(self, asked: Asked, _headers: dict[str, str]) -> Any:
        return self._info(self._session_user(asked))

    def _session_user(self, asked: Asked) -> int:
        uid = self.sessions.get(asked.session)
        if uid is None:
            raise SessionExpiredError("Session expired")
        return uid

    def _call_kw(self, asked: Asked, _headers: dict[str, str]) -> Any:
        uid, params = self._session_user(asked), asked.params
        args, kwargs = list(params.get("args") or []), dict(params.get("kwargs") or {})
        return self.world.run(uid, str(params.get("model")), str(params.get("method")), args, kwargs)

    def _call_button(self, asked: Asked, headers: dict[str, str]) -> Any:
        result = self._call_kw(asked, headers)
        return result if isinstance(result, dict) and result.get("type") else False

    def _info(self, uid: int) -> dict[str, Any]:
        with self.world.transaction(uid) as env:
            user = env.user
            context = {"lang": user.lang or "en_US", "tz": user.tz or "UTC", "uid": uid}
            companies = {
                str(one.id): {
                    "id": one.id,
                    "name": one.name,
                    "sequence": one.sequence,
                    "child_ids": list(one.child_ids.ids),
                    "parent_id": one.parent_id.id or False,
                }
                for one in user.company_ids
            }
            system = "base.group_system" in {env.world.group_names.get(key) for key in user.groups_id.ids}
            return {
                "uid": uid,
                "is_system": system,
                "is_admin": system,
                "is_public": False,
                "user_context": context,
                "db": self.world.name,
                "server_version": VERSION,
                "server_version_info": VERSION_INFO["server_version_info"],
                "support_url": "",
                "name": user.name,
                "username": user.login,
                "partner_display_name": user.partner_id._shown_name(),
                "partner_id": user.partner_id.id,
                "web.base.url": self.url(),
                "max_file_upload_size": 134217728,
                "currencies": {
                    str(one.id): {"symbol": one.symbol, "position": one.position, "digits": [69, one.decimal_places]}
                    for one in env["res.currency"].search([])
                },
                "user_companies": {
                    "current_company": user.company_id.id,
                    "allowed_companies": companies,
                    "disallowed_ancestor_companies": {},
                },
                "simulated": True,
            }


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{',' if len(names) > 2 else ''} and {names[-1]}"


def as_json(body: dict[str, Any], headers: dict[str, str]) -> Answer:
    return Answer(200, json.dumps(body).encode(), headers=headers)


def html(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), "text/html; charset=utf-8")
