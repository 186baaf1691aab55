"""One database: its tables, users' secrets and how a call becomes a transaction."""

from __future__ import annotations

import hashlib
import hmac
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from demo.odoo import calls
from demo.odoo.env import Env
from demo.odoo.errors import AccessDeniedError, ConcurrencyError, MissingError
from demo.odoo.registry import Registry, discover
from demo.odoo.store import Store, Table, Transaction
from demo.odoo.work import Work

TRIES = 5
SUPERUSER = 1


@cache
def registry() -> Registry:
    """The models; they are the same for every database of a process."""
    return Registry(discover())


def digest(secret: str) -> str:
    """A secret as it is kept. A stand-in holds no real secrets, so one round of hashing does."""
    return hashlib.sha256(f"stand-in:{secret}".encode()).hexdigest()


class Database:
    """The world a stand-in serves."""

    def __init__(self, name: str, clock: Callable[[], datetime] | None = None, *, install: bool = True) -> None:
        self.name = name
        self.registry = registry()
        self.store = Store(clock or (lambda: datetime.now(UTC)))
        for model in self.registry:
            self.store.tables[model] = Table(self.registry.indexed(model))
        self.external: dict[str, tuple[str, int]] = {}
        self.group_names: dict[int, str] = {}
        self.keys: dict[int, set[str]] = {}
        self.retry_pause = 0.02
        self._numbers = threading.Lock()
        if install:
            from demo.odoo.install import install_main_data

            with self.transaction() as env:
                install_main_data(env)

    @contextmanager
    def transaction(self, uid: int = SUPERUSER, context: Mapping[str, Any] | None = None) -> Iterator[Env]:
        """One transaction for several steps, with all rights: committed at the end, undone on an error."""
        work = Work(self.registry, self.store.begin())
        env = Env(self, work, uid, dict(context or {}), su=True)
        try:
            yield env
            work.flush(env)
            work.transaction.commit()
        finally:
            work.transaction.rollback()

    def run(self, uid: int, model: str, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call a public method in a transaction of its own; a lost race is run again, like Odoo does.

        Raises ConcurrencyError when every try was lost.
        """
        for attempt in range(1, TRIES + 1):
            transaction = self.store.begin(readonly=method in calls.READ_ONLY)
            try:
                result = self.run_in(transaction, uid, model, method, args, kwargs)
                transaction.commit()
                return result
            except ConcurrencyError:
                if attempt == TRIES:
                    raise
                transaction.rollback()
                time.sleep(random.uniform(0, self.retry_pause * 2**attempt))
            finally:
                transaction.rollback()
        raise AssertionError("unreachable")

    def run_in(
        self,
        transaction: Transaction,
        uid: int,
        model: str,
        method: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """The same inside a given transaction, which stays open."""
        kwargs = dict(kwargs)
        context = dict(kwargs.pop("context", None) or {})
        env = Env(self, Work(self.registry, transaction), uid, context)
        result = calls.run(env, model, method, args, kwargs)
        env.work.flush(env.sudo())
        return result

    def find_login(self, login: str) -> int:
        """The id of an active user, 0 where there is none."""
        transaction = self.store.begin(readonly=True)
        try:
            for row_id, row in transaction.scan("res.users"):
                if row.get("login") == login and row.get("active"):
                    return row_id
        finally:
            transaction.rollback()
        return 0

    def accepts(self, uid: int, secret: str, *, keys: bool = True) -> bool:
        """Whether a secret is the user's password or, where allowed, one of their API keys."""
        transaction = self.store.begin(readonly=True)
        row = transaction.get("res.users", uid)
        transaction.rollback()
        if row is None or not row.get("active"):
            return False
        found = digest(str(secret))
        known = {row.get("password") or "", *(self.keys.get(uid, ()) if keys else ())}
        return any(hmac.compare_digest(found, one) for one in known)

    def authenticate(self, login: str, secret: str, *, keys: bool = True) -> int:
        uid = self.find_login(login)
        return uid if uid and self.accepts(uid, secret, keys=keys) else 0

    def check(self, uid: int, secret: str) -> None:
        """Raises MissingError for an unknown user and AccessDeniedError for a wrong secret."""
        if self.store.tables["res.users"].rows.get(uid) is None:
            shown = f"res.users({uid},)"
            raise MissingError(f"Record does not exist or has been deleted.\n(Record: {shown}, User: {uid})")
        if not self.accepts(uid, secret):
            raise AccessDeniedError

    def add_key(self, login: str, secret: str) -> None:
        """Give a user one more API key. Raises LookupError for an unknown login."""
        uid = self.find_login(login)
        if not uid:
            raise LookupError(f"no user has the login {login!r}")
        self.keys.setdefault(uid, set()).add(digest(secret))

    def revoke_key(self, login: str, secret: str) -> None:
        self.keys.get(self.find_login(login), set()).discard(digest(secret))

    def name_external(self, external_id: str, model: str, row_id: int) -> None:
        """Remember an external id for the program's own look-ups."""
        self.external[external_id] = (model, row_id)
        if model == "res.groups":
            self.group_names[row_id] = external_id

    def forget_external(self, model: str, ids: Sequence[int], env: Env) -> None:
        """Deleting a record deletes its external ids."""
        if model == "ir.model.data":
            return
        stale = [
            key
            for key, row in env.transaction.scan("ir.model.data")
            if row.get("model") == model and row.get("res_id") in ids
        ]
        for key in stale:
            env.transaction.delete("ir.model.data", key)
