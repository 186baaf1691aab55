"""Two companies' books on a stand-in with the connection that mirrors them, for tests of actions about documents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.actions import outbox, requests
from apps.actions.models import Request
from apps.intercompany.actions.draft_bill import DraftBill
from controltower.lib.keys import row_key
from demo.odoo.server import StandIn
from odoo_sync.connections import attach, open_client
from odoo_sync.mirror.accounting import JournalEntry, JournalItem, Tax
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Company, OdooUser, Partner
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.mirror.product import Product, ProductTemplate, UnitOfMeasure
from odoo_sync.models import Connection, Cursor
from odoo_sync.sync import resync
from tests.integration.books import Books
from tests.integration.kept import laid_out
from tests.integration.orders import Real

TODAY = datetime.now(UTC).date()
NEEDED = (
    Currency, CurrencyRate, Partner, Company, OdooUser, UnitOfMeasure, ProductTemplate, Product, Tax, JournalEntry,
    JournalItem,
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "READ_BACKS", (0.0, 0.1))
    monkeypatch.setattr(outbox, "CALL_SECONDS", 20.0)


@dataclass
class Ledger:
    """Books on a stand-in, and the connection that mirrors them."""

    books: Books
    connection: Connection

    def key(self, odoo_id: int) -> int:
        return row_key(self.connection.pk, odoo_id)

    @property
    def seller(self) -> int:
        return self.key(self.books.seller)

    @property
    def buyer(self) -> int:
        return self.key(self.books.buyer)

    def load(self) -> None:
        """Read what these tests are about, as it is now."""
        client = open_client(self.connection)
        try:
            for mirror in NEEDED:
                resync(self.connection, mirror, client.search(mirror.source.model, []), client)
        finally:
            client.close()
        for mirror in mirrors:
            moments = {"loaded_at": timezone.now(), "as_of": timezone.now()}
            Cursor.objects.update_or_create(connection=self.connection, mirror=mirror.key, defaults=moments)

    def entry(self, odoo_id: int) -> JournalEntry:
        return JournalEntry.objects.get(pk=self.key(odoo_id))

    def bills(self) -> list[dict[str, Any]]:
        domain = [["move_type", "=", "in_invoice"]]
        fields = ["state", "ref", "amount_total", "partner_id", "currency_id", "date", "invoice_line_ids", "company_id"]
        found: list[dict[str, Any]] = self.books.call(
            self.books.buyer, "account.move", "search_read", domain, fields=fields, load=False
        )
        return found


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    if "ODOO_URL" in os.environ:
        yield really()
        return
    with laid_out("ledger", opened, in_another_hand) as found:
        yield found


def opened(odoo: StandIn) -> Ledger:
    books = Books.open(odoo)
    odoo.world.add_key("admin", "key")
    known = {"name": "Group", "url": odoo.url, "database": odoo.database}
    return Ledger(books, attach(**known, login="admin", secret="key"))


def really() -> Ledger:
    """The same on the Odoo that ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY name, with its accounting packages and
    without companies of these names: a fresh one for each test, since a document stays.
    """
    odoo = Real()
    books = Books.open(odoo)
    known = {"name": "Group", "url": odoo.url, "database": odoo.database, "login": odoo.login, "secret": odoo.key}
    return Ledger(books, attach(**known))


def in_another_hand(ledger: Ledger, odoo: StandIn, connection: Connection) -> Ledger:
    return Ledger(replace(ledger.books, odoo=odoo), connection)


def mirrored(ledger: Ledger, odoo_id: int) -> JournalEntry:
    ledger.load()
    return ledger.entry(odoo_id)


def asked(ledger: Ledger, entry: JournalEntry, *, by: User, booked_on: date = TODAY) -> Request:
    return requests.propose(DraftBill(), entry, {"booked_on": booked_on, "reason": ""}, by=by)


def delivered(request: Request) -> Request:
    outbox.deliver(request.pk)
    request.refresh_from_db()
    return request
