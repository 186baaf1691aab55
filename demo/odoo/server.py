"""The stand-in Odoo: an in-memory server that odoorpc and any JSON-RPC client take for Odoo 18.

    from demo.odoo.server import StandIn

    with StandIn() as odoo:                        # or .start() ... .stop()
        odoo.url                                   # http://127.0.0.1:<port>
        odoo.call("res.partner", "create", {"name": "Nordstahl"})          # what execute_kw does, in process
        odoo.call("purchase.order", "button_confirm", [7], login="buyer", context={"allowed_company_ids": [2]})
        odoo.faults.add("timeout_after_commit", match={"method": "write"}) # trouble on demand, see faults.py
        with odoo.transaction() as held:           # a transaction left open while others go on
            held.call("res.partner", "write", [7], {"ref": "late"})
        with odoo.as_of() as view:                 # a frozen view of what is committed now
            view.call("res.partner", "search_count", [])

A fresh database holds what a fresh Odoo with the needed modules holds: company 1 "My Company", the user ``admin``
with the password ``admin``, currencies, units, countries, groups, one warehouse. Times are UTC and come from
``now``. Which behaviour is imitated, and what is not, is in ``docs/stand-in.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from demo.odoo.database import Database
from demo.odoo.faults import Faults
from demo.odoo.protocol import Protocol
from demo.odoo.store import Transaction
from demo.odoo.web import handler_for


class Held:
    """A transaction that several calls share; nothing of it is visible to others before its end."""

    def __init__(self, world: Database, transaction: Transaction) -> None:
        self.world = world
        self.transaction = transaction

    @property
    def stamp(self) -> str:
        """Start of the transaction, UTC with six digits: the ``write_date`` of all it writes."""
        return self.transaction.stamp

    def call(
        self,
        model: str,
        method: str,
        *args: Any,
        login: str = "admin",
        context: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        uid = self.world.find_login(login)
        named = {**kwargs, **({"context": context} if context else {})}
        return self.world.run_in(self.transaction, uid, model, method, args, named)


class Server(ThreadingHTTPServer):
    """One thread a connection; none of them keeps the process alive."""

    daemon_threads = True
    request_queue_size = 128


class StandIn:
    """A stand-in Odoo on a port of its own (0: any free one)."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        database: str = "aurora",
        now: Callable[[], datetime] | None = None,
        *,
        world: Database | None = None,
        keep_alive: bool = False,
        single: bool = False,
        state: Path | None = None,
    ) -> None:
        self.host, self.port = host, port
        if world is None:
            from demo.odoo.state import load_or_install

            world = load_or_install(database, now, state)
        self.world = world
        self.state = state
        self.faults = Faults()
        self.protocol = Protocol(self.world, single=single, url=lambda: self.url)
        self.keep_alive = keep_alive
        self.requests = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def database(self) -> str:
        return self.world.name

    def start(self) -> Self:
        """Listen and answer in the background. Raises OSError when the port is taken.

        With a state file, nothing is answered from now on that a crash could take back.
        """
        self._server = Server((self.host, self.port), handler_for(self))
        if self.state is not None:
            from demo.odoo.state import keep

            keep(self.world, self.state)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="stand-in", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and, with a state file, keep the data for the next start: all of it that was ever answered."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None
        if self.state is not None:
            from demo.odoo.state import end

            end(self.world, self.state)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def call(
        self,
        model: str,
        method: str,
        *args: Any,
        login: str = "admin",
        context: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """What ``execute_kw`` does, without HTTP: same rights, same errors, a transaction of its own."""
        uid = self.world.find_login(login)
        named = {**kwargs, **({"context": dict(context)} if context else {})}
        return self.world.run(uid, model, method, args, named)

    @contextmanager
    def transaction(self) -> Iterator[Held]:
        """Keep one transaction open: committed at the end of the block, undone when it raises."""
        transaction = self.world.store.begin()
        try:
            yield Held(self.world, transaction)
            transaction.commit()
        finally:
            transaction.rollback()

    @contextmanager
    def as_of(self) -> Iterator[Held]:
        """What is committed now, whatever happens meanwhile; nothing written in it is kept."""
        transaction = self.world.store.begin(readonly=True)
        try:
            yield Held(self.world, transaction)
        finally:
            transaction.rollback()
